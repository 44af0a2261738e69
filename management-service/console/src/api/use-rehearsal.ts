/**
 * What management would say to a change, asked while a person still writes it.
 * Takes a call, and what its answer tells against it where it is no refusal. Gives what is wrong at which
 * field: the API's own validation, by a dry run after each pause.
 */
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { addressOf, rehearsed, type Call } from './call.js'
import { send } from './client.js'
import { ApiProblem, type FieldProblems } from './problem.js'

const pauseMs = 300
const nothing: FieldProblems = new Map()

/** What the answer of a dry run says against the change. */
export type ProblemsIn = (answer: unknown) => FieldProblems

/** What is wrong with the call as it stands, by field; `null` rehearses nothing. */
export function useRehearsal(call: Call | null, problemsIn: ProblemsIn = () => nothing): FieldProblems {
  const text = call === null ? '' : JSON.stringify([call.method, addressOf(call), call.body])
  const [settled] = useDebouncedValue(text, pauseMs)
  const { data } = useQuery({
    queryKey: ['rehearsal', settled],
    queryFn: ({ signal }) => (call === null ? nothing : problemsOf(call, problemsIn, signal)),
    enabled: settled !== '' && settled === text,
    gcTime: 0,
  })
  return data ?? nothing
}

async function problemsOf(call: Call, problemsIn: ProblemsIn, signal: AbortSignal): Promise<FieldProblems> {
  try {
    return problemsIn(await send(rehearsed(call), signal))
  } catch (error) {
    if (error instanceof ApiProblem) return error.fields
    throw error
  }
}
