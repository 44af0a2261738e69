/**
 * What stands above a page while management does not answer. What failed meanwhile is asked again by itself,
 * also where the page asks only once.
 */
import { Alert, Text } from '@mantine/core'
import { useQueryClient, type Query } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { useSilence } from '../api/silence.js'
import { every } from '../time/clock.js'

const periodMs = 3000

/** The notice; nothing while management answers. */
export function Silence(): ReactNode {
  return useSilence() && <Notice />
}

function Notice(): ReactNode {
  const queries = useQueryClient()
  useEffect(() => {
    const predicate = ({ state }: Query): boolean => state.status === 'error'
    const again = (): void =>
      void queries.refetchQueries({ type: 'active', predicate }, { cancelRefetch: false })
    const stop = every(periodMs, () => {
      if (document.visibilityState === 'visible') again()
    })
    return () => {
      stop()
      // The first answer to any part ends the notice: those that ask only once are asked once more.
      again()
    }
  }, [queries])
  return (
    <Alert color="red" role="alert" title="Management does not answer" mb="md">
      <Text size="sm">
        What is shown is as it was told last. It is asked again every {periodMs / 1000} s; see whether
        management runs, and whether this browser reaches it.
      </Text>
    </Alert>
  )
}
