/**
 * How many messages a redrive or replay would send, asked before it is begun.
 * Takes the call that would begin it. Gives the count, or what management says against the call.
 */
import { Loader, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Call } from '../../api/call.js'
import { send } from '../../api/client.js'
import { Problem } from '../../ui/problem.js'
import { many } from '../../ui/words.js'

const pauseMs = 400

interface Count {
  readonly total: number
  readonly isComplete: boolean
}

/** The count, in a sentence. */
export function Counted({ call }: { readonly call: Call }): ReactNode {
  const [settled] = useDebouncedValue(JSON.stringify(call), pauseMs)
  const { data, error, isFetching } = useQuery({
    queryKey: ['count', settled],
    queryFn: async ({ signal }) => (await send(counting(JSON.parse(settled) as Call), signal)) as Count,
    gcTime: 0,
  })
  if (error !== null) return <Problem error={error} />
  return (
    <Text size="sm" fw={600} role="status">
      {data === undefined || isFetching ? (
        <>
          <Loader size="xs" aria-hidden /> Counting
        </>
      ) : (
        `${data.isComplete ? '' : 'At least '}${many(data.total, 'message')} would be sent.`
      )}
    </Text>
  )
}

/** The same call, which only counts: what begins a task says so in its body. */
function counting(call: Call): Call {
  return { ...call, body: { ...(call.body as Readonly<Record<string, unknown>>), dryRun: true } }
}
