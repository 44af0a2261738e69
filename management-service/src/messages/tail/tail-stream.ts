/**
 * One viewer of a live tail.
 * Takes messages as they come. Writes those that it wants as Server-Sent Events, and signs of life.
 * Promises: its last words tell why it ends. Bounds: `waitingBytesMax` that the viewer has not taken, then it
 * is cut off; `eventsPerSMax` events a second, what is left out is counted and told.
 */
import type { AnswerStream } from '@iris/common/http/api'
import { sseComment, sseEvent, sseRetry } from '@iris/common/http/sse'
import type { CompiledFilters, Inspector } from '@iris/common/filter/filters'
import type { TailedMessage } from './tailed-message.js'

/** Why a tail ends. */
export type TailEnd = 'lagging' | 'removed' | 'replaced' | 'forbidden' | 'stopping'

/** Which messages a viewer wants; null for all. */
export interface TailChoice {
  readonly partition: number | null
  readonly keys: readonly Buffer[] | null
  readonly filters: CompiledFilters | null
}

const texts: Readonly<Record<TailEnd, string>> = {
  lagging: 'this viewer takes its messages too slowly',
  removed: 'the topic was removed',
  replaced: 'the topic was made anew under this name; connect again',
  forbidden: 'this viewer may not read the topic any more',
  stopping: 'this management is stopping; connect again',
}
const lasting: ReadonlySet<TailEnd> = new Set(['removed', 'forbidden'])
const retryMs = 1_000
const retryLastingMs = 30_000
export const waitingBytesMax = 1024 * 1024
export const eventsPerSMax = 500
const heartbeatTicks = 10

export class TailStream {
  isEnded = false
  private isUsed = true
  private given = 0
  private leftOut = 0
  private quietTicks = 0

  constructor(
    private readonly to: AnswerStream,
    private readonly choice: TailChoice,
    private readonly inspector: Inspector,
    private readonly onLagging: () => void,
  ) {
    to.write(sseRetry(retryMs) + `${sseComment('the tail begins here')}\n`)
  }

  /** A message came. */
  offer(message: TailedMessage): void {
    if (this.isEnded || !this.wants(message)) return
    if (this.given >= eventsPerSMax) {
      this.leftOut++
      return
    }
    if (this.to.waitingBytes() >= waitingBytesMax) return this.onLagging()
    this.given++
    this.isUsed = true
    this.to.write(message.event())
  }

  /** A stretch of the topic is gone. */
  skip(data: object): void {
    this.tell('gap', data)
  }

  /** Once a second. */
  tick(): void {
    if (this.isEnded) return
    if (this.leftOut > 0) this.tell('skipped', { count: this.leftOut, eventsPerSMax })
    this.leftOut = this.given = 0
    this.quietTicks = this.isUsed ? 0 : this.quietTicks + 1
    if (this.quietTicks > 0 && this.quietTicks % heartbeatTicks === 0)
      this.to.write(`${sseComment('heartbeat')}\n`)
    this.isUsed = false
  }

  /** Says why, and ends. */
  end(reason: TailEnd): void {
    if (this.isEnded) return
    this.to.write(sseRetry(lasting.has(reason) ? retryLastingMs : retryMs))
    this.tell(reason === 'lagging' ? 'lagging' : 'end', { reason, message: texts[reason] })
    this.isEnded = true
    this.to.end()
  }

  private tell(event: string, data: object): void {
    this.isUsed = true
    this.to.write(sseEvent({ id: '', event, data: JSON.stringify(data) }))
  }

  /** What no filter can judge is shown, and not kept back in silence. */
  private wants(message: TailedMessage): boolean {
    const { entry, content } = message.opened
    const { partition, keys, filters } = this.choice
    if (partition !== null && entry.partition !== partition) return false
    if (keys !== null && (entry.key === null || !keys.some(key => key.equals(entry.key ?? key)))) return false
    if (filters === null || content.problem !== null) return true
    return this.inspector.judge(filters, message.judged()).kind !== 'filtered'
  }
}
