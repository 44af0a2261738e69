// pure
/**
 * What a receiver says about a delivery, and the answer by which Iris understands it.
 * Takes the receiver's word. Gives status, headers and body.
 * Promises: whatever the subscription's retry rules say, a rejected message is not tried again and a
 * postponed one is; numbers and texts are cut to their bounds.
 */

/** What becomes of a delivery. Made by the functions below. */
export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'acceptExcept'; readonly failed: readonly FailedMessage[] }
  | { readonly kind: 'retryLater'; readonly seconds: number | null; readonly isMessageOnly: boolean }
  | { readonly kind: 'reject'; readonly reason: string }

/** A message of a batch that was not taken. */
export interface FailedMessage {
  /** The id of the message, not of the batch. */
  readonly id: string
  /** True: sent again; false: a dead letter. */
  readonly retry: boolean
}

/** An HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const secondsMax = 86_400
const reasonLettersMax = 200
const json = { 'Content-Type': 'application/json' } as const

/** It is done: never sent again. */
export function accept(): Verdict {
  return { kind: 'accept' }
}

/** Of a batch, everything is done but these. */
export function acceptExcept(failed: readonly FailedMessage[]): Verdict {
  return { kind: 'acceptExcept', failed }
}

/**
 * Not now. With `seconds` (0 to a day) nothing of the subscription is sent before; with `isMessageOnly` only
 * this message waits and the others go on. Without `seconds` Iris backs off as the subscription says.
 */
export function retryLater(options: { seconds?: number; isMessageOnly?: boolean } = {}): Verdict {
  const { seconds, isMessageOnly = false } = options
  const isNumber = seconds !== undefined && Number.isFinite(seconds)
  return {
    kind: 'retryLater',
    seconds: isNumber ? Math.min(secondsMax, Math.max(0, Math.ceil(seconds))) : null,
    isMessageOnly,
  }
}

/** Never: Iris keeps it as a dead letter. `reason` goes into the answer's body; tell no secrets. */
export function reject(reason: string): Verdict {
  return { kind: 'reject', reason: reason.slice(0, reasonLettersMax) }
}

/** The answer that says so to Iris. Throws for what is no verdict, as a handler in JavaScript may give it. */
export function answerOf(verdict: Verdict): Answer {
  switch (verdict.kind) {
    case 'accept':
      return { status: 204, headers: {}, body: '' }
    case 'acceptExcept':
      return { status: 207, headers: json, body: JSON.stringify({ failed: verdict.failed }) }
    case 'retryLater':
      return postponed(verdict.seconds, verdict.isMessageOnly)
    case 'reject':
      return {
        status: 422,
        headers: { ...json, 'Iris-Verdict': 'dead-letter' },
        body: JSON.stringify({ reason: verdict.reason }),
      }
    default:
      throw new TypeError('the handler gave back something else than accept(), retryLater() or the like')
  }
}

/** A 503 is about the endpoint; about a message alone speaks the header, on another status. */
function postponed(seconds: number | null, isMessageOnly: boolean): Answer {
  const retryAfter = seconds === null ? {} : { 'Retry-After': String(seconds) }
  return { status: isMessageOnly ? 500 : 503, headers: { 'Iris-Verdict': 'retry', ...retryAfter }, body: '' }
}
