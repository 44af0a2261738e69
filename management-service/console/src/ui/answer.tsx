/**
 * What stands on a page while its answer is awaited, when it came, and when there is none.
 */
import { Skeleton, Stack } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { lazy, Suspense, type ReactNode } from 'react'
import { ApiProblem, isUnreachable } from '../api/problem.js'
import { useSilence } from '../api/silence.js'
import { Problem } from './problem.js'

const NamedNotThere = lazy(async () => ({ default: (await import('./not-there.js')).NamedNotThere }))

interface AnswerProps<T> {
  readonly of: Pick<UseQueryResult<T, unknown>, 'data' | 'error'>
  readonly children: (data: T) => ReactNode
}

/**
 * Shows the data; a failure of a later look is told above what is still known. What the address names and
 * does not exist gets what people need then: names like it, and the way back. That nobody answers is told
 * above the page, once for all its parts.
 */
export function Answer<T>({ of, children }: AnswerProps<T>): ReactNode {
  const { data } = of
  const error = useTellable(of.error)
  if (data === undefined && error === null) return <Skeleton h={120} role="status" aria-label="Loading" />
  const notThere = data === undefined ? codeOfNotThere(error) : null
  if (notThere !== null)
    return (
      <Suspense>
        <NamedNotThere code={notThere} />
      </Suspense>
    )
  return (
    <Stack gap="sm">
      {error !== null && <Problem error={error} />}
      {data !== undefined && children(data)}
    </Stack>
  )
}

/** The failure of a look, where this part of the page has to tell of it. */
export function useTellable(error: unknown): unknown {
  const isSilent = useSilence()
  return isSilent && isUnreachable(error) ? null : error
}

const codes = ['TOPIC_NOT_EXISTS', 'SUBSCRIPTION_NOT_EXISTS']

function codeOfNotThere(error: unknown): string | null {
  return error instanceof ApiProblem && codes.includes(error.code) ? error.code : null
}
