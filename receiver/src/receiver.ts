/**
 * The way of a delivery through a receiver: bound, signature, reading, the handler, the answer.
 * Takes keys, a handler and headers with the raw body. Gives the HTTP answer that Iris understands.
 * Promises: the handler sees only what a key has signed (unless `keys` is null); no error's text ever gets
 * into an answer; what throws is tried again.
 */
import { headerOf, readDelivery, UnreadableBody, type Delivery, type RequestHeaders } from './delivery.js'
import { createVerify } from './signature.js'
import { systemNowMs, type NowMs } from './system-time.js'
import { accept, answerOf, reject, retryLater, type Answer, type Verdict } from './verdict.js'

/** Does the work. Nothing given back means accepted. */
export type Handler = (delivery: Delivery) => Verdict | void | Promise<Verdict | void>

/** What went wrong, for the receiver's own log. */
export interface Problem {
  readonly kind: 'too large' | 'not authentic' | 'unreadable' | 'handler failed' | 'set-up'
  readonly text: string
  /** What the handler threw. */
  readonly error?: unknown
  /** The message or batch, where its id is known. */
  readonly id?: string
}

export interface ReceiverOptions {
  /** `whsec_…` keys of the subscription, old and new ones; null takes unsigned deliveries of anybody. */
  readonly keys: readonly string[] | null
  readonly handle: Handler
  /** Called for each request that is not accepted by the handler's own word. */
  readonly onProblem?: (problem: Problem) => void
  /** How far the time of a signature may be off, in seconds; 300 when left out. */
  readonly toleranceSeconds?: number
  /** The largest body; 2 MiB when left out. A larger one is refused unread and becomes a dead letter. */
  readonly bodyBytesMax?: number
  readonly nowMs?: NowMs
}

/** A request as any server has it. */
export interface ReceivedRequest {
  readonly headers: RequestHeaders
  /** The very bytes that came: a parsed and rewritten body has another signature. */
  readonly body: Uint8Array
}

/** What the adapters of the servers build on. */
export interface Receiver {
  readonly bodyBytesMax: number
  /** Never rejects. */
  receive(request: ReceivedRequest): Promise<Answer>
  /** The answer to a body over the bound, which need not be read. */
  tooLarge(): Answer
  /** The answer when the server cannot give the raw body. */
  misplaced(text: string): Answer
}

/** Iris sends at most 1 MiB a message and twice that a batch by default. */
const bodyBytesMaxDefault = 2 * 1024 * 1024

/** Makes a receiver. Throws for keys that are none. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const { keys, handle, nowMs = systemNowMs, bodyBytesMax = bodyBytesMaxDefault } = options
  const verify = keys === null ? null : createVerify(keys, options.toleranceSeconds)
  const report = (problem: Problem): void => {
    try {
      options.onProblem?.(problem)
    } catch {
      // Whoever writes the log must not decide about the message.
    }
  }
  const refuse = (answer: Answer, problem: Problem): Answer => {
    report(problem)
    return answer
  }
  const tooLarge = (): Answer =>
    refuse(
      { status: 413, headers: {}, body: '' },
      { kind: 'too large', text: `a body of more than ${bodyBytesMax} bytes` },
    )
  const judge = async (delivery: Delivery): Promise<Answer> => {
    const { id } = delivery
    try {
      return answerOf((await handle(delivery)) ?? accept())
    } catch (error) {
      if (error instanceof UnreadableBody)
        return refuse(answerOf(reject(error.message)), { kind: 'unreadable', text: error.message, id })
      const text = error instanceof Error ? error.message : String(error)
      return refuse({ status: 500, headers: {}, body: '' }, { kind: 'handler failed', text, error, id })
    }
  }
  return {
    bodyBytesMax,
    tooLarge,
    misplaced: text => refuse(answerOf(retryLater()), { kind: 'set-up', text }),
    async receive({ headers, body }) {
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
      if (bytes.length > bodyBytesMax) return tooLarge()
      const signature = {
        id: headerOf(headers, 'webhook-id'),
        timestamp: headerOf(headers, 'webhook-timestamp'),
        signature: headerOf(headers, 'webhook-signature'),
      }
      const problem = verify?.(signature, bytes, nowMs()) ?? null
      if (problem !== null) return refuse(notAuthentic, { kind: 'not authentic', text: problem })
      const delivery = readDelivery(headers, bytes, verify !== null)
      if (delivery !== null) return judge(delivery)
      return refuse(answerOf(reject('no message id')), { kind: 'unreadable', text: 'no message id' })
    },
  }
}

/** A forger learns nothing; a message of Iris, behind a wrong key, waits until the key has been mended. */
const notAuthentic: Answer = { status: 401, headers: { 'Iris-Verdict': 'retry' }, body: '' }
