/**
 * One partition of one subscription, from the wish to own it to the release of its lock.
 * Takes the lock, then the place to begin, then delivers until it is unwanted or the lock is lost; then
 * drains. Promises: nothing is read before the lock is held and nothing kept after it is released; commits
 * only what it owns. With ZooKeeper away a partition without order goes on, an ordered one does not; once
 * ZooKeeper has said that the lock is lost, nothing is sent until it is held again.
 */
import type { Lock } from '@iris/common/zookeeper/lock'
import type { Log } from '@iris/common/lifecycle/log'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'
import type { PartitionWork } from '../delivery/partition-work.js'
import { startAtOffset, type Start } from './openings.js'

export type ClaimState =
  | 'waiting for the lock'
  | 'looking for its offset'
  | 'running'
  | 'lock lost'
  | 'draining'

export interface ClaimParts {
  readonly scheduler: Scheduler
  readonly log: Log
  readonly isOrdered: boolean
  acquire(partition: number, signal: AbortSignal): Promise<Lock>
  start(partition: number, signal: AbortSignal): Promise<Start>
  /** Begins delivery. */
  open(partition: number, start: Start, lock: number): PartitionWork
  /** Ends delivery: begins nothing more, waits for what is under way. */
  drain(work: PartitionWork): Promise<void>
  commit(work: PartitionWork): Promise<void>
  /** What was held back may go on. */
  resume(): void
  /** Ends reading. */
  close(work: PartitionWork): void
  /** Resolves when nothing is said of the partition any more that its next owner might contradict. */
  silent(): Promise<void>
  /** Whether Kafka still holds the commit that was ours before the lock was lost. */
  isUntouched(work: PartitionWork): Promise<boolean>
  /** Whether ZooKeeper answers, so that a lock that does not come is surely somebody else's. */
  isConnected(): boolean
}

export interface Claim {
  readonly partition: number
  state(): ClaimState
  work(): PartitionWork | null
  /** Gives it back; resolves when the lock is released. */
  give(): Promise<void>
  /** Somebody else reads with the group: delivery ends at once, and begins again when nobody does. */
  foreign(): void
  /**
   * The log was replaced by another that begins at `earliest`: what was read of the old one means nothing any
   * more.
   */
  replaced(earliest: number): void
  /**
   * There is an order to read it on from elsewhere: delivery ends, and begins anew with the same lock. One
   * that it has just begun with changes nothing.
   */
  moved(orderId: number): void
}

type Ending = 'unwanted' | 'lost' | 'foreign' | 'replaced' | 'moved'

/** How long a lost lock may take to come back before it counts as somebody else's. */
const lostGraceMs = 2_000
const lookMs = 200

/** Claims a partition; goes on until it is given back. */
export function createClaim(parts: ClaimParts, partition: number): Claim {
  return new PartitionClaim(parts, partition)
}

/** A class that holds nothing while it runs of what it needed to wait: a process has ten thousand of them. */
class PartitionClaim implements Claim {
  private isUnwanted = false
  /** Stops what is waited for before it runs; null while nothing is. */
  private waiting: AbortController | null = null
  private stateNow: ClaimState = 'waiting for the lock'
  private present: PartitionWork | null = null
  /** Ends the wait for the end; null before it and after it. */
  private resolveEnd: ((ending: Ending) => void) | null = null
  private replacement: Start | null = null
  /** Somebody else was seen to read with the group since delivery began. */
  private isForeign = false
  /** An order that came since it last looked for its start. */
  private orderId: number | null = null
  private readonly running: Promise<void>

  constructor(
    private readonly parts: ClaimParts,
    readonly partition: number,
  ) {
    this.running = this.run()
  }

  state(): ClaimState {
    return this.stateNow
  }

  work(): PartitionWork | null {
    return this.present
  }

  async give(): Promise<void> {
    this.isUnwanted = true
    this.waiting?.abort(new Error('unwanted'))
    this.end('unwanted')
    await this.running
  }

  foreign(): void {
    this.isForeign = true
    this.end('foreign')
  }

  replaced(earliest: number): void {
    this.replacement = startAtOffset(earliest)
    this.end('replaced')
  }

  moved(orderId: number): void {
    this.orderId = orderId
    this.end('moved')
  }

  private async run(): Promise<void> {
    const { parts, partition } = this
    let lock: Lock | null = null
    while (!this.isUnwanted) {
      try {
        this.stateNow = 'waiting for the lock'
        lock ??= await this.wait(signal => parts.acquire(partition, signal))
        this.stateNow = 'looking for its offset'
        lock = await this.deliver(lock, await this.nextStart())
      } catch (error) {
        if (!this.isUnwanted) {
          parts.log.error('claim.failed', { partition, error })
          await sleep(parts.scheduler, lookMs)
        }
      }
    }
    await this.release(lock)
  }

  /** Waits for what is given up when the partition is no longer wanted. */
  private async wait<T>(begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const waiting = new AbortController()
    this.waiting = waiting
    if (this.isUnwanted) waiting.abort(new Error('unwanted'))
    try {
      return await begin(waiting.signal)
    } finally {
      this.waiting = null
    }
  }

  private async nextStart(): Promise<Start> {
    const known = this.orderId === null ? this.replacement : null
    this.replacement = null
    // Orders that come from now on may be missed by the look that is about to begin.
    this.orderId = null
    const start = known ?? (await this.wait(signal => this.parts.start(this.partition, signal)))
    if (start.order?.id === this.orderId) this.orderId = null
    return start
  }

  /** Delivers until something ends it. Gives the lock that is still held then, or null. */
  private async deliver(held: Lock, start: Start): Promise<Lock | null> {
    const { parts } = this
    let lock: Lock | null = held
    if (!held.isHeld()) return null
    this.isForeign = false
    const present = parts.open(this.partition, start, held.number)
    this.present = present
    this.stateNow = 'running'
    try {
      for (;;) {
        const ending = await this.ended(lock)
        if (ending !== 'lost') break
        lock = null
        this.stateNow = 'lock lost'
        if (parts.isOrdered) break
        lock = await this.regain(present)
        if (lock === null || !(await parts.isUntouched(present))) break
        present.lock = lock.number
        present.committed.version = -1
        present.isDisowned = false
        parts.resume()
        this.stateNow = 'running'
      }
    } finally {
      this.stateNow = 'draining'
      await parts.drain(present)
      // Without the lock, or beside a foreign member, a commit could undo somebody else's.
      if (this.isUnwanted && lock?.isHeld() === true) await this.commit(present)
      parts.close(present)
      this.present = null
    }
    return lock
  }

  private async ended(lock: Lock): Promise<Ending> {
    const cancelLost = lock.onLost(() => this.end('lost'))
    try {
      return await new Promise<Ending>(resolve => {
        this.resolveEnd = resolve
        // What happened while a lost lock was taken again.
        if (this.isUnwanted) this.end('unwanted')
        else if (this.isForeign) this.end('foreign')
        else if (!lock.isHeld()) this.end('lost')
        else if (this.orderId !== null) this.end('moved')
        else if (this.replacement !== null) this.end('replaced')
      })
    } finally {
      cancelLost()
    }
  }

  private end(ending: Ending): void {
    const { present, resolveEnd } = this
    // At once: what is about to be written of it asks in the same turn of the loop.
    if (present !== null && (ending === 'lost' || ending === 'foreign')) present.isDisowned = true
    this.resolveEnd = null
    resolveEnd?.(ending)
  }

  /**
   * Takes the lock again before delivery goes on; null when it is somebody else's or nobody wants it.
   */
  private async regain(present: PartitionWork): Promise<Lock | null> {
    const { parts, partition } = this
    let endWatch = (): void => undefined
    try {
      return await this.wait(signal => {
        endWatch = this.watchGrace(present, this.waiting)
        return parts.acquire(partition, signal)
      })
    } catch (error) {
      parts.log.info('claim.notRegained', { partition, former: present.lock, error })
      return null
    } finally {
      endWatch()
    }
  }

  /** Nothing is sent while ZooKeeper could say whose it is; with ZooKeeper away again, delivery goes on. */
  private watchGrace(present: PartitionWork, waiting: AbortController | null): () => void {
    const { parts } = this
    let connectedMs = 0
    return parts.scheduler.every(lookMs, () => {
      if (!present.isDoubtful) parts.resume()
      connectedMs = parts.isConnected() ? connectedMs + lookMs : 0
      if (connectedMs >= lostGraceMs) waiting?.abort(new Error('another owner has the lock'))
    })
  }

  private commit(present: PartitionWork): Promise<void> {
    const { parts, partition } = this
    return parts
      .commit(present)
      .catch((error: unknown) => parts.log.warn('claim.finalCommitFailed', { partition, error }))
  }

  private async release(lock: Lock | null): Promise<void> {
    try {
      if (lock === null) return
      await this.parts.silent()
      await lock.release()
    } catch (error) {
      // It goes on trying behind, and the session's end removes the node in any case.
      this.parts.log.warn('claim.releaseDelayed', { partition: this.partition, error })
    }
  }
}
