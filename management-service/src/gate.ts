/**
 * A bound for work that costs Kafka or others more than a request should.
 * Takes work. Gives its result, or refuses it with 503 while as many others are under way as may be.
 */
import { HermesError } from '@iris/common/errors/hermes-error'

export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** Lets `max` through at a time; `what` names them in the refusal. */
export function createGate(max: number, what: string): Gate {
  const refused = new HermesError(
    'OVERLOADED',
    `${max} ${what} are under way already; try again in 1 s`,
    503,
    {
      'Retry-After': '1',
    },
  )
  let count = 0
  return async work => {
    if (count >= max) throw refused
    count++
    try {
      return await work()
    } finally {
      count--
    }
  }
}
