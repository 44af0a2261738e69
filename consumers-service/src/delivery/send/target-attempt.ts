/**
 * One request of an attempt whose target is found message by message.
 * Takes the request that the letter is, and a target for it. Gives the result, once.
 * Promises: nothing comes of it after a cancel.
 */
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

  send(path: string, target: HttpTarget): void {
    if (this.isOver) return
    this.path = path
    this.sending = target.send(this)
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
