/**
 * One reader that listens over Server-Sent Events.
 * Takes items as long as its socket takes them. Writes events, and signs of life between them.
 * Promises: its last words tell why it ends and how long to wait before connecting again; the `id` that the
 * receiver holds is always behind all it was given and never beyond. Bound: `waitingBytesMax` and one event.
 */
import type { ServerResponse } from 'node:http'
import type { StreamItem } from './item.js'
import type { Sink } from './reading.js'
import { sseComment, sseEvent, ssePosition, sseRetry } from '@iris/common/http/sse'
import type { View } from './view.js'

/** Why a stream ends. */
export type EndReason = 'lagging' | 'removed' | 'replaced' | 'forbidden' | 'expired' | 'stopping'

export interface SseStreamParts {
  readonly response: ServerResponse
  readonly view: View
  readonly waitingBytesMax: number
  readonly nowMs: () => number
  /** Whether all streams together hold too much; then this one writes nothing while it has something. */
  readonly isCrowded: () => boolean
  readonly onEvent: () => void
  /** There is room again. */
  readonly onRoom: () => void
}

const texts: Readonly<Record<EndReason, string>> = {
  lagging: 'this reader takes its events too slowly; connect again to read on from id',
  removed: 'the topic was removed',
  replaced: 'the topic was made anew under this name; connect again',
  forbidden: 'this reader may not read the topic any more',
  expired: 'the stream has lasted as long as this frontend lets one last; connect again to read on from id',
  stopping: 'this frontend is stopping; connect again to read on from id',
}
/** `removed` and `forbidden` do not become otherwise by themselves. */
const lasting: ReadonlySet<EndReason> = new Set(['removed', 'forbidden'])
const retryMs = 1_000
const retryLastingMs = 30_000

export class SseStream implements Sink {
  isEnded = false
  /** Since when nothing could be written; `Infinity` while there is room. */
  fullSinceMs = Infinity
  private position: string
  private toldPosition: string
  private wroteMs: number

  constructor(
    private readonly parts: SseStreamParts,
    position: string,
  ) {
    this.position = this.toldPosition = position
    this.wroteMs = parts.nowMs()
    parts.response.on('drain', () => {
      this.fullSinceMs = Infinity
      parts.onRoom()
    })
    this.write(sseRetry(retryMs) + ssePosition(position))
  }

  hasRoom(): boolean {
    if (this.isEnded) return false
    const waiting = this.waitingBytes()
    if (waiting < this.parts.waitingBytesMax && (waiting === 0 || !this.parts.isCrowded())) {
      this.fullSinceMs = Infinity
      return true
    }
    if (this.fullSinceMs === Infinity) this.fullSinceMs = this.parts.nowMs()
    return false
  }

  /** Bytes that the receiver has not taken yet. */
  waitingBytes(): number {
    return this.parts.response.writableLength
  }

  give(item: StreamItem): void {
    this.position = item.position
    const event = this.parts.view.event(item)
    if (event === null) return
    this.toldPosition = item.position
    this.write(event)
    this.parts.onEvent()
  }

  /** A sign of life, if it is time for one; it also tells how far unwanted messages were passed over. */
  beat(heartbeatMs: number): void {
    if (this.isEnded || this.waitingBytes() > 0 || this.parts.nowMs() - this.wroteMs < heartbeatMs) return
    const isTold = this.toldPosition === this.position
    this.toldPosition = this.position
    this.write(isTold ? `${sseComment('heartbeat')}\n` : sseComment('heartbeat') + ssePosition(this.position))
  }

  /** Says why, and ends. */
  end(reason: EndReason): void {
    if (this.isEnded) return
    const waitMs = lasting.has(reason) ? retryLastingMs : retryMs
    const data = JSON.stringify({ reason, message: texts[reason], position: this.position })
    const event = reason === 'lagging' ? 'lagging' : 'end'
    this.write(Buffer.concat([Buffer.from(sseRetry(waitMs)), sseEvent({ id: this.position, event, data })]))
    this.isEnded = true
    this.parts.response.end()
  }

  private write(bytes: Buffer | string): void {
    this.wroteMs = this.parts.nowMs()
    this.parts.response.write(bytes)
  }
}
