/**
 * One request of an attempt whose address is found message by message.
 * Takes the request that the letter is, and an address for it. Gives the result, once.
 * Promises: nothing comes of it after a cancel; a failure to find an address is told later, never at once.
 */
import type { Address } from '@iris/common/domain/endpoint-template'
import type { AttemptResult, HttpTarget, OutgoingRequest, Sending } from '@iris/common/http/client'

export class TargetAttempt implements OutgoingRequest, Sending {
  readonly method = 'POST'
  readonly wantsBody = null
  path = ''
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly timeoutMs: number
  readonly socketTimeoutMs: number
  private sending: Sending | null = null
  private isOver = false

  constructor(
    private readonly request: OutgoingRequest,
    private readonly ended: (result: AttemptResult) => void,
  ) {
    this.headers = request.headers
    this.body = request.body
    this.timeoutMs = request.timeoutMs
    this.socketTimeoutMs = request.socketTimeoutMs
  }

  refusal(): string | null {
    return this.request.refusal()
  }

  send(address: Address, target: HttpTarget): void {
    if (this.isOver) return
    this.path = address.path
    this.sending = target.send(this)
  }

  /** Ends it without a request. */
  fail(detail: string, isOurFault: boolean): void {
    queueMicrotask(() => this.done({ kind: 'error', detail, isOurFault }))
  }

  cancel(): void {
    this.isOver = true
    this.sending?.cancel()
  }

  done(result: AttemptResult): void {
    if (this.isOver) return
    this.isOver = true
    this.ended(result)
  }
}
