/**
 * What management would say to a change, asked while a person still writes it.
 * Takes a call. Gives what is wrong at which field: the API's own validation, by a dry run after each pause.
 */
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { addressOf, rehearsed, type Call } from './call.js'
import { send } from './client.js'
import { ApiProblem, type FieldProblems } from './problem.js'

const pauseMs = 300
const nothing: FieldProblems = new Map()

export interface Rehearsal {
  readonly isChecking: boolean
  /** Whether the call as it stands now would be done. */
  readonly isGood: boolean
  readonly fields: FieldProblems
  /** What management would do, where it would do it. */
  readonly answer: unknown
}

/** Rehearses the call as it stands; `null` rehearses nothing. */
export function useRehearsal(call: Call | null): Rehearsal {
  const text = call === null ? '' : JSON.stringify([call.method, addressOf(call), call.body])
  const [settled] = useDebouncedValue(text, pauseMs)
  const { data, isFetching } = useQuery({
    queryKey: ['rehearsal', settled],
    queryFn: ({ signal }) => (call === null ? null : rehearse(call, signal)),
    enabled: settled !== '' && settled === text,
    gcTime: 0,
  })
  const isChecking = isFetching || settled !== text
  return {
    isChecking,
    isGood: !isChecking && data?.problem === null,
    fields: data?.problem?.fields ?? nothing,
    answer: data?.answer ?? null,
  }
}

async function rehearse(
  call: Call,
  signal: AbortSignal,
): Promise<{ problem: ApiProblem | null; answer: unknown }> {
  try {
    return { problem: null, answer: await send(rehearsed(call), signal) }
  } catch (error) {
    if (error instanceof ApiProblem) return { problem: error, answer: null }
    throw error
  }
}
