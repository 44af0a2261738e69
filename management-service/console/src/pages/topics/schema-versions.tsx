/**
 * The versions of a topic's schema: one of them, or what differs between two.
 * Takes where they are read and their numbers. Which one is in sight, and beside which other one, stands in
 * the address.
 */
import { Group, Select, Skeleton } from '@mantine/core'
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { lazy, Suspense, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { send } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'

const DiffView = lazy(async () => ({ default: (await import('../../ui/diff-view.js')).DiffView }))

interface SchemaVersionsProps {
  /** Of the versions; the path of one is a number below it. */
  readonly path: string
  /** Lowest first; one at least. */
  readonly versions: readonly number[]
  /** What is shown of one schema. */
  readonly children: (schema: unknown) => ReactNode
}

/** The choice and what was chosen; the latest where the address names none. */
export function SchemaVersions({ path, versions, children }: SchemaVersionsProps): ReactNode {
  const [params, setParams] = useSearchParams()
  const named = (name: string): number | undefined =>
    versions.find(version => String(version) === params.get(name))
  const shown = named('version') ?? versions.at(-1)
  const other = named('against')
  const choose = (version: string | null, against: string | null): void =>
    setParams({
      tab: 'schema',
      ...(version === null ? {} : { version }),
      ...(against === null || against === version ? {} : { against }),
    })
  const choices = versions.map(String).reverse()
  return (
    <>
      <Group align="flex-end">
        <Select
          label="Version"
          data={choices}
          value={textOf(shown)}
          allowDeselect={false}
          onChange={version => choose(version, textOf(other))}
        />
        {versions.length > 1 && (
          <Select
            label="What differs from"
            placeholder="No other one"
            data={choices.filter(version => version !== textOf(shown))}
            value={textOf(other)}
            clearable
            onChange={against => choose(textOf(shown), against)}
          />
        )}
      </Group>
      {other === undefined || other === shown ? (
        <One path={path} version={shown} show={children} />
      ) : (
        <Differences path={path} before={other} after={shown} />
      )}
    </>
  )
}

/** A version of the schema; nothing is asked for none. */
export function useVersion(path: string, version: number | undefined): UseQueryResult {
  return useQuery({
    queryKey: ['schema', path, version],
    queryFn: ({ signal }) => send({ method: 'GET', path: `${path}/${version ?? ''}` }, signal),
    enabled: version !== undefined,
  })
}

interface OneProps {
  readonly path: string
  readonly version: number | undefined
  readonly show: (schema: unknown) => ReactNode
}

function One({ path, version, show }: OneProps): ReactNode {
  return <Answer of={useVersion(path, version)}>{show}</Answer>
}

interface DifferencesProps {
  readonly path: string
  readonly before: number
  readonly after: number | undefined
}

function Differences({ path, before, after }: DifferencesProps): ReactNode {
  const [former, latter] = [useVersion(path, before), useVersion(path, after)]
  return (
    <Answer of={former}>
      {one => (
        <Answer of={latter}>
          {two => (
            <Suspense fallback={<Skeleton h={120} />}>
              <DiffView before={linesOf(one)} after={linesOf(two)} />
            </Suspense>
          )}
        </Answer>
      )}
    </Answer>
  )
}

function linesOf(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

function textOf(version: number | undefined): string | null {
  return version === undefined ? null : String(version)
}
