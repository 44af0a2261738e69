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

/** What is wrong with the call as it stands, by field; `null` rehearses nothing. */
export function useRehearsal(call: Call | null): FieldProblems {
  const text = call === null ? '' : JSON.stringify([call.method, addressOf(call), call.body])
  const [settled] = useDebouncedValue(text, pauseMs)
  const { data } = useQuery({
    queryKey: ['rehearsal', settled],
    queryFn: ({ signal }) => (call === null ? nothing : problemsOf(call, signal)),
    enabled: settled !== '' && settled === text,
    gcTime: 0,
  })
  return data ?? nothing
}

async function problemsOf(call: Call, signal: AbortSignal): Promise<FieldProblems> {
  try {
    await send(rehearsed(call), signal)
    return nothing
  } catch (error) {
    if (error instanceof ApiProblem) return error.fields
    throw error
  }
}
