// pure
/**
 * When a token may be asked for again.
 * Takes requests, failures of the token server and deliveries as they come. Gives the time of the next
 * request. Promises: the first may go at once; each makes the wait for the next longer by the factor, up to
 * the maximum, until a message is delivered; a server that failed or asked for time gets it in any case.
 * Source: Hermes' token bucket, whose rate each request divides and each delivery resets.
 */

export interface RefreshPace {
  /** The wait after the first request, milliseconds. */
  readonly initialDelayMs: number
  /** The longest wait that the factor leads to. */
  readonly maxDelayMs: number
  readonly factor: number
}

export interface RefreshLimiter {
  /** Whether a request may be made now; if so, it is counted. */
  take(nowMs: number): boolean
  /** When the next may be made. */
  nextMs(): number
  /** Until when the token server is left alone after failures. */
  leftAloneUntilMs(): number
  /** A request failed; `retryAfterMs` is the server's own wish. */
  failed(retryAfterMs: number | null, nowMs: number): void
  /** A request was answered with a token. */
  succeeded(): void
  /** A message was delivered. */
  reset(nowMs: number): void
}

/** After failed requests, whatever the pace: 200 ms, 400 ms, …, 30 s. */
const failurePauseMs = { first: 200, max: 30_000 }
/** The most that a token server may ask for. */
const retryAfterMsMax = 3_600_000

/** Makes a limiter that allows a request at once. */
export function createRefreshLimiter({ initialDelayMs, maxDelayMs, factor }: RefreshPace): RefreshLimiter {
  let delayMs = initialDelayMs
  let permitAtMs = -Infinity
  let aloneUntilMs = -Infinity
  let pauseMs = failurePauseMs.first
  const nextMs = (): number => Math.max(permitAtMs, aloneUntilMs)
  return {
    nextMs,
    leftAloneUntilMs: () => aloneUntilMs,
    take(nowMs) {
      if (nowMs < nextMs()) return false
      permitAtMs = nowMs + delayMs
      // A wait of nothing would never grow.
      delayMs = Math.min(Math.max(1, delayMs) * factor, maxDelayMs)
      return true
    },
    failed(retryAfterMs, nowMs) {
      aloneUntilMs = nowMs + Math.max(pauseMs, Math.min(retryAfterMs ?? 0, retryAfterMsMax))
      pauseMs = Math.min(pauseMs * 2, failurePauseMs.max)
    },
    succeeded() {
      pauseMs = failurePauseMs.first
    },
    reset(nowMs) {
      delayMs = initialDelayMs
      permitAtMs = Math.min(permitAtMs, nowMs + initialDelayMs)
    },
  }
}
