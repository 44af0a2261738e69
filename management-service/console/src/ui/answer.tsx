/**
 * What stands on a page while its answer is awaited, when it came, and when there is none.
 */
import { Skeleton, Stack } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { lazy, Suspense, type ReactNode } from 'react'
import { ApiProblem } from '../api/problem.js'
import { Problem } from './problem.js'

const NamedNotThere = lazy(async () => ({ default: (await import('./not-there.js')).NamedNotThere }))

interface AnswerProps<T> {
  readonly of: Pick<UseQueryResult<T, unknown>, 'data' | 'error'>
  readonly children: (data: T) => ReactNode
}

/**
 * Shows the data; a failure of a later look is told above what is still known. What the address names and
 * does not exist gets what people need then: names like it, and the way back.
 */
export function Answer<T>({ of, children }: AnswerProps<T>): ReactNode {
  const { data, error } = of
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

const codes = ['TOPIC_NOT_EXISTS', 'SUBSCRIPTION_NOT_EXISTS']

function codeOfNotThere(error: unknown): string | null {
  return error instanceof ApiProblem && codes.includes(error.code) ? error.code : null
}
