/**
 * One answer with the next messages, for who looks by itself instead of listening.
 * Takes items until there are enough. Gives them with the position behind them.
 * Promises: ends at its deadline with what there is; what it gives is in the position, and nothing else.
 * Bounds: `max` messages, `bytesMax` and one message, and what all answers may hold.
 */
import type { ByteBudget } from './byte-budget.js'
import { envelopeOf, gapFacts } from './forms.js'
import type { StreamItem } from './item.js'
import type { Sink } from './reading.js'
import type { View } from './view.js'

const bytesMax = 4 * 1024 * 1024

export class PullSink implements Sink {
  private readonly items: Buffer[] = []
  private readonly gaps: object[] = []
  private bytes = 0
  /** Told when it was given all that there was. */
  rest: () => void = () => undefined

  /** `budget` is that of all answers. */
  constructor(
    private readonly view: View,
    private readonly max: number,
    private readonly budget: ByteBudget,
  ) {}

  get count(): number {
    return this.items.length
  }

  hasRoom(): boolean {
    return this.items.length < this.max && this.bytes < bytesMax && this.budget.hasRoom()
  }

  give(item: StreamItem): void {
    if (item.kind === 'gap') return void this.gaps.push(gapFacts(item))
    if (!this.view.wants(item)) return
    const made = envelopeOf(item)
    this.items.push(made)
    this.bytes += made.length
    this.budget.bytes += made.length
  }

  /** The answer's body; `next` is where to read on. Nothing is given afterwards. */
  body(next: string): Buffer {
    const gaps = this.gaps.length === 0 ? '' : `,"gaps":${JSON.stringify(this.gaps)}`
    const items = this.items.flatMap((item, index) => (index === 0 ? [item] : [comma, item]))
    const end = Buffer.from(`],"next":${JSON.stringify(next)}${gaps}}`)
    const body = Buffer.concat([Buffer.from('{"items":['), ...items, end])
    this.items.length = 0
    return body
  }

  /** The answer was taken, or nobody wants it any more. */
  close(): void {
    this.budget.bytes -= this.bytes
    this.bytes = 0
  }
}

const comma = Buffer.from(',')
