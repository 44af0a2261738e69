// pure
/**
 * How many live tails there are at a time.
 * Takes viewers as they come and go. Refuses who is one too many: in the process with 503, of one caller with
 * 429.
 */
import { refusal, withHeaders, type HermesError } from '@iris/common/errors/hermes-error'

export interface TailLimits {
  readonly tailsMax: number
  readonly tailsPerCallerMax: number
}

export interface TailPlaces {
  /** Gives what frees the place, to be called once. */
  take(caller: string): () => void
  count(): number
}

/** Makes free places. */
export function createTailPlaces({ tailsMax, tailsPerCallerMax }: TailLimits): TailPlaces {
  const counts = new Map<string, number>()
  let taken = 0
  return {
    count: () => taken,
    take(caller) {
      const count = counts.get(caller) ?? 0
      if (count >= tailsPerCallerMax)
        throw full('TOO_MANY_STREAMS', `all ${tailsPerCallerMax} live tails of ${caller} here are in use`)
      if (taken >= tailsMax)
        throw full('STREAMS_FULL', `all ${tailsMax} live tails of this management are in use`)
      taken++
      counts.set(caller, count + 1)
      return () => {
        taken--
        const left = (counts.get(caller) ?? 1) - 1
        if (left === 0) counts.delete(caller)
        else counts.set(caller, left)
      }
    },
  }
}

function full(code: 'TOO_MANY_STREAMS' | 'STREAMS_FULL', problem: string): HermesError {
  return withHeaders(refusal(code, { problem }), { 'Retry-After': '5' })
}
