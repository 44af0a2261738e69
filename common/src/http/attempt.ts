// pure
/**
 * One attempt to call somebody else's endpoint: what is sent, and what can come of it.
 * Promises: `done` is called exactly once for each request, never inside `send`.
 */

/** A request on its way. The caller may pass an object of its own that has these members. */
export interface OutgoingRequest {
  /** Path and query, as in the request line. */
  readonly path: string
  readonly method: 'POST'
  /** Name, value, name, value: lines that `canBeSent` accepts. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /**
   * For all of it: connect, send, wait, first line of the answer. The body of the answer must end by then
   * too.
   */
  readonly timeoutMs: number
  /** Longest silence; 0 for no limit. */
  readonly socketTimeoutMs: number
  /**
   * Whether the body of an answer with this status and content type (empty without one) is wanted; null where
   * no body ever is. Such an answer is given once its body has ended.
   */
  readonly wantsBody: ((status: number, contentType: string) => boolean) | null
  /**
   * Asked right before the bytes leave: why they must not, or null. Between `send` and that moment lie a
   * queue, a dial and, in a process that was frozen, any length of time. A refusal is a fault of ours.
   */
  refusal(): string | null
  done(result: AttemptResult): void
}

/**
 * What came of it. `answer` is given on the final status line, without waiting for the body, unless that is
 * wanted: then a body that does not come whole and in time is a failure, whatever the status says.
 */
export type AttemptResult =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** The `Retry-After` header of an answer other than 2xx. */
      readonly retryAfter: string | null
      /** The `Iris-Verdict` header of an answer other than 2xx: what the receiver wants done. */
      readonly verdict: string | null
      /** Null unless it was wanted. */
      readonly body: Buffer | null
    }
  | { readonly kind: 'timeout'; readonly afterMs: number; readonly detail: string }
  /** No answer: the other side's doing, or a fault of ours such as a lack of sockets. */
  | { readonly kind: 'error'; readonly detail: string; readonly isOurFault: boolean }
  /** The address may not be dialled. */
  | { readonly kind: 'forbidden'; readonly detail: string }

/** A request that was sent and may be given up. */
export interface Sending {
  /** Ends it without a result: `done` is not called any more. */
  cancel(): void
}

/** Code of a request that was refused right before its bytes would have left. */
export const heldBackCode = 'HELD_BACK'

/** Codes of failures that say nothing about the endpoint. */
const ourFaults = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
  heldBackCode,
  'RESOLVER_DOWN',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
])

/** The other side did not prove who it is: codes of OpenSSL, and of Node's own check of names. */
const notProved =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|ERR_TLS_CERT_ALTNAME_INVALID$)/
/** What OpenSSL says about a handshake, between the names of its files and functions. */
const handshakeText = /:SSL routines:[^:]*:([^:]+):/

/** The result of a request that failed with this error. */
export function resultOf(error: Error): AttemptResult {
  const { code } = error as NodeJS.ErrnoException
  const detail = detailOf(error, code)
  if (code === 'FORBIDDEN_ADDRESS') return { kind: 'forbidden', detail }
  return { kind: 'error', detail, isOurFault: code !== undefined && ourFaults.has(code) }
}

function detailOf({ name, message }: Error, code: string | undefined): string {
  if (code !== undefined && notProved.test(code)) return `TLS: ${message}`
  const handshake = handshakeText.exec(message)?.[1]
  if (handshake !== undefined) return `TLS: ${handshake}`
  return message === '' ? (code ?? name) : message
}
