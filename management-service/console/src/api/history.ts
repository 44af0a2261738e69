/**
 * How figures went over the last minutes, as management remembers them.
 * Takes which figures: of everything, of a topic or of a subscription. Gives series of equal steps, asked
 * for again each `periodMs`.
 */
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { pathOf } from './call.js'
import { send } from './client.js'
import { ApiProblem } from './problem.js'

/** Series over the same time. */
export interface History {
  readonly stepMs: number
  /** ISO 8601. */
  readonly from: string
  /** By name, such as `published`: a value a step, null where nothing is known. */
  readonly series: Readonly<Record<string, readonly (number | null)[] | undefined>>
}

const periodMs = 5000
const minutes = '30'

const refusals = [401, 403, 404]

/** Who is refused is refused the next time too; any other failure may pass. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiProblem && refusals.includes(error.status)
}

/** The history of all (`historyOf()`), of a topic, or of a subscription (`historyOf(topic, name)`). */
export function useHistory(...of: readonly string[]): UseQueryResult<History> {
  const [topic, subscription] = of
  const place = [
    ...(topic === undefined ? [] : ['topics', topic]),
    ...(subscription === undefined ? [] : ['subscriptions', subscription]),
  ]
  const call = { method: 'GET', path: pathOf(...place, 'history'), query: { minutes } } as const
  return useQuery({
    queryKey: ['history', ...of],
    queryFn: async ({ signal }) => (await send(call, signal)) as History,
    refetchInterval: ({ state }) => (isRefused(state.error) ? false : periodMs),
  })
}
