/**
 * The keys of one compacted topic, read from its beginning and followed.
 * Takes its log. Gives where the newest message of a key lies, once all that Kafka had at a moment is read.
 * Promises: what was acknowledged before the question is in the answer; bodies are not kept; a table that is
 * full reads no further. Bounds: the table's keys; `turnEntriesMax` between two turns of others.
 */
import type { Cluster } from '@iris/common/kafka/cluster'
import type { FindOffsets } from '@iris/common/kafka/log-ends'
import { earliestTime, latestTime } from '@iris/common/kafka/offset-calls'
import type { Follower, LogReader } from '@iris/common/kafka/reader'
import type { Scheduler } from '@iris/common/time/scheduler'
import { notReady } from '../publish/refusals.js'
import { KeyTable, type KeyBudget } from './key-table.js'

export interface TopicKeysParts {
  readonly reader: Pick<LogReader, 'follow'>
  readonly cluster: Pick<Cluster, 'layout' | 'refresh'>
  readonly findOffsets: FindOffsets
  readonly scheduler: Scheduler
}

const turnEntriesMax = 1_000

export class TopicKeys {
  readonly table: KeyTable
  /** The log was replaced by another: nothing here holds any more. */
  private isReplaced = false
  private readonly followers = new Map<number, Follower>()
  private readonly waiting = new Set<() => void>()
  private isStopped = false

  constructor(
    private readonly parts: TopicKeysParts,
    readonly kafkaTopic: string,
    budget: KeyBudget,
  ) {
    this.table = new KeyTable(budget)
  }

  /** Nothing more is read, and what was read does not count. */
  get isOver(): boolean {
    return this.isStopped || this.isReplaced
  }

  /**
   * Resolves when all is read that Kafka has now, or nothing more will be. Rejects after `limitMs`, and where
   * Kafka does not show all partitions.
   */
  async upToDate(limitMs: number): Promise<void> {
    const partitions = await this.partitions()
    const ends = await this.parts.findOffsets(this.kafkaTopic, partitions, latestTime)
    await this.follow(partitions)
    const isRead = (): boolean =>
      this.isOver ||
      ends.every(({ partition, offset }) => (this.followers.get(partition)?.position ?? 0) >= offset)
    let isLate = false
    const cancel = this.parts.scheduler.after(limitMs, () => {
      isLate = true
      this.tell()
    })
    while (!isLate && !isRead()) await new Promise<void>(resolve => void this.waiting.add(resolve))
    cancel()
    if (!isRead()) throw new Error(`the keys of ${this.kafkaTopic} were not read in ${limitMs} ms`)
  }

  stop(): void {
    this.isStopped = true
    for (const follower of this.followers.values()) follower.close()
    this.table.clear()
    this.tell()
  }

  private async partitions(): Promise<number[]> {
    const { cluster } = this.parts
    // Each time: a key may lie in a partition that was added a moment ago.
    await cluster.refresh([this.kafkaTopic])
    const layout = cluster.layout(this.kafkaTopic) ?? []
    // A broker that lags behind knows fewer than there are: what it does not show would count as read.
    if (layout.length === 0 || layout.length < this.followers.size)
      throw notReady(`Kafka does not show all of ${this.kafkaTopic} now`)
    return layout.map(({ partition }) => partition)
  }

  private async follow(partitions: readonly number[]): Promise<void> {
    const unread = partitions.filter(partition => !this.followers.has(partition))
    if (unread.length === 0) return
    const starts = await this.parts.findOffsets(this.kafkaTopic, unread, earliestTime)
    for (const { partition, offset } of starts) {
      if (this.isStopped || this.followers.has(partition)) continue
      const follower = this.parts.reader.follow({
        ...{ topic: this.kafkaTopic, partition, offset },
        onReady: () => this.read(partition, follower),
        onSkipped: (from, to) => {
          if (to < from) this.isReplaced = true
          this.tell()
        },
      })
      this.followers.set(partition, follower)
      this.read(partition, follower)
    }
  }

  private read(partition: number, follower: Follower): void {
    for (let left = turnEntriesMax; left > 0 && !this.isStopped; left--) {
      const entry = follower.next()
      if (entry === null) return this.tell()
      const { key, offset, timestampMs: timeMs } = entry
      if (key !== null) this.table.take(key, { partition, offset, timeMs, isEnd: entry.value === null })
      if (this.table.isFull) return this.stop()
    }
    this.tell()
    if (!this.isStopped) this.parts.scheduler.after(0, () => this.read(partition, follower))
  }

  private tell(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}
