/**
 * What stands in a form or dialog whose definition somebody else changed meanwhile: what that was, and the
 * ways on.
 * Takes the definition as the person saw it first and as the person has it. Gives it as it is now to the
 * ways on, with its version: whoever goes on all the same does so over what is shown here, also when the
 * page behind has read a later one meanwhile.
 */
import { Alert, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { accepted, answerTo } from '../api/client.js'
import { Answer } from '../ui/answer.js'
import { Lines } from '../ui/lines.js'
import { changedMeanwhile, type Meanwhile } from './conflict.js'
import type { Draft } from './pointer.js'

/** What the notice is about, and the ways on. */
export interface ConflictNoticeProps {
  /** Of the definition. */
  readonly path: string
  readonly began: Draft
  readonly mine: Draft
  /** Where it has secrets, as pointers. */
  readonly secrets: readonly string[]
  /** What becomes of the changes; said where there are any. */
  readonly about: string
  /** Buttons for the ways on. */
  readonly children: (present: Present) => ReactNode
}

/** What was read in one step, and is shown. */
export interface Present {
  readonly definition: Draft
  /** Null where management names none. */
  readonly version: string | null
}

/** The notice. */
export function ConflictNotice(props: ConflictNoticeProps): ReactNode {
  const { path, began, mine, secrets, about, children } = props
  const present = useQuery({
    queryKey: ['present', path],
    queryFn: ({ signal }) => presentAt(path, signal),
    ...{ gcTime: 0, staleTime: Infinity },
  })
  return (
    <Alert color="orange" role="alert" title="Somebody else changed it meanwhile">
      <Answer of={present}>
        {shown => (
          <Stack gap="sm">
            <Changes changes={changedMeanwhile(began, shown.definition, mine, secrets)} about={about} />
            <Group gap="xs">{children(shown)}</Group>
          </Stack>
        )}
      </Answer>
    </Alert>
  )
}

async function presentAt(path: string, signal: AbortSignal): Promise<Present> {
  const answer = await answerTo({ method: 'GET', path }, accepted, signal)
  return { definition: (await answer.json()) as Draft, version: answer.headers.get('ETag') }
}

interface ChangesProps {
  readonly changes: readonly Meanwhile[]
  readonly about: string
}

function Changes({ changes, about }: ChangesProps): ReactNode {
  if (changes.length === 0)
    return <Text size="sm">Nothing that is shown differs: it was written anew, or a secret was changed.</Text>
  return (
    <>
      <Text size="sm">{about}</Text>
      <Lines
        label="What was changed meanwhile"
        lines={changes.map(change => ({ about: change.member, words: <Change change={change} /> }))}
      />
    </>
  )
}

function Change({ change: { began, now, mine } }: { readonly change: Meanwhile }): ReactNode {
  return (
    <>
      was <b>{asText(began)}</b>, is <b>{asText(now)}</b> now
      {mine !== null && (
        <>
          ; yours would make it <b>{asText(mine.value)}</b>
        </>
      )}
    </>
  )
}

function asText(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value)
}
