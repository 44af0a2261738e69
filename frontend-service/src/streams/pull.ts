/**
 * One answer with the next messages, for who looks by itself instead of listening.
 * Takes items until there are enough. Gives them with the position behind them.
 * Promises: ends at its deadline with what there is; what it gives is in the position, and nothing else.
 * Bounds: `max` messages, `bytesMax` and one message.
 */
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

  constructor(
    private readonly view: View,
    private readonly max: number,
  ) {}

  get count(): number {
    return this.items.length
  }

  hasRoom(): boolean {
    return this.items.length < this.max && this.bytes < bytesMax
  }

  give(item: StreamItem): void {
    if (item.kind === 'gap') return void this.gaps.push(gapFacts(item))
    if (!this.view.wants(item)) return
    const made = envelopeOf(item)
    this.items.push(made)
    this.bytes += made.length
  }

  /** The answer's body; `next` is where to read on. */
  body(next: string): Buffer {
    const gaps = this.gaps.length === 0 ? '' : `,"gaps":${JSON.stringify(this.gaps)}`
    const items = this.items.flatMap((item, index) => (index === 0 ? [item] : [comma, item]))
    const end = Buffer.from(`],"next":${JSON.stringify(next)}${gaps}}`)
    return Buffer.concat([Buffer.from('{"items":['), ...items, end])
  }
}

const comma = Buffer.from(',')
