/**
 * What stands on a page while its answer is awaited, when it came, and when there is none.
 */
import { Skeleton, Stack } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Problem } from './problem.js'

interface AnswerProps<T> {
  readonly of: Pick<UseQueryResult<T, unknown>, 'data' | 'error'>
  readonly children: (data: T) => ReactNode
}

/** Shows the data; a failure of a later look is told above what is still known. */
export function Answer<T>({ of, children }: AnswerProps<T>): ReactNode {
  const { data, error } = of
  if (data === undefined && error === null) return <Skeleton h={120} role="status" aria-label="Loading" />
  return (
    <Stack gap="sm">
      {error !== null && <Problem error={error} />}
      {data !== undefined && children(data)}
    </Stack>
  )
}
