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
  const unwanted = new AbortController()
  const { signal } = unwanted
  let state: ClaimState = 'waiting for the lock'
  let work: PartitionWork | null = null
  let endWork: (ending: Ending) => void = () => undefined
  let replacement: Start | null = null
  /** An order that came since it last looked for its start. */
  let orderId: number | null = null

  const run = async (): Promise<void> => {
    let lock: Lock | null = null
    while (!signal.aborted) {
      try {
        state = 'waiting for the lock'
        lock ??= await parts.acquire(partition, signal)
        state = 'looking for its offset'
        lock = await deliver(lock, await nextStart())
      } catch (error) {
        if (!signal.aborted) {
          parts.log.error('claim.failed', { partition, error })
          await sleep(parts.scheduler, lookMs)
        }
      }
    }
    await release(lock)
  }

  const nextStart = async (): Promise<Start> => {
    const known = orderId === null ? replacement : null
    replacement = null
    // Orders that come from now on may be missed by the look that is about to begin.
    orderId = null
    const start = known ?? (await parts.start(partition, signal))
    if (start.order?.id === orderId) orderId = null
    return start
  }

  /** Delivers until something ends it. Gives the lock that is still held then, or null. */
  const deliver = async (held: Lock, start: Start): Promise<Lock | null> => {
    let lock: Lock | null = held
    if (!held.isHeld()) return null
    const present = parts.open(partition, start, held.number)
    work = present
    state = 'running'
    try {
      for (;;) {
        const ending = await ended(lock)
        if (ending !== 'lost') break
        lock = null
        state = 'lock lost'
        if (parts.isOrdered) break
        lock = await regain(present)
        if (lock === null || !(await parts.isUntouched(present))) break
        present.lock = lock.number
        present.committed.version = -1
        present.isDisowned = false
        parts.resume()
        state = 'running'
      }
    } finally {
      state = 'draining'
      await parts.drain(present)
      // Without the lock, or beside a foreign member, a commit could undo somebody else's.
      if (signal.aborted && lock?.isHeld() === true) await commit(present)
      parts.close(present)
      work = null
    }
    return lock
  }

  const ended = (lock: Lock): Promise<Ending> =>
    new Promise(resolve => {
      const cancelLost = lock.onLost(() => endWork('lost'))
      const stop = (): void => endWork('unwanted')
      endWork = ending => {
        // At once: what is about to be written of it asks in the same turn of the loop.
        if (work !== null && (ending === 'lost' || ending === 'foreign')) work.isDisowned = true
        cancelLost()
        signal.removeEventListener('abort', stop)
        resolve(ending)
      }
      signal.addEventListener('abort', stop)
      if (signal.aborted) stop()
      else if (orderId !== null) endWork('moved')
    })

  /**
   * Takes the lock again before delivery goes on; null when it is somebody else's or nobody wants it.
   */
  const regain = async (present: PartitionWork): Promise<Lock | null> => {
    const waiting = new AbortController()
    const stop = (): void => waiting.abort(new Error('unwanted'))
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    const watch = watchGrace(present, waiting)
    try {
      return await parts.acquire(partition, waiting.signal)
    } catch (error) {
      parts.log.info('claim.notRegained', { partition, former: present.lock, error })
      return null
    } finally {
      watch()
      signal.removeEventListener('abort', stop)
    }
  }

  /** Nothing is sent while ZooKeeper could say whose it is; with ZooKeeper away again, delivery goes on. */
  const watchGrace = (present: PartitionWork, waiting: AbortController): (() => void) => {
    let connectedMs = 0
    return parts.scheduler.every(lookMs, () => {
      if (!present.isDoubtful) parts.resume()
      connectedMs = parts.isConnected() ? connectedMs + lookMs : 0
      if (connectedMs >= lostGraceMs) waiting.abort(new Error('another owner has the lock'))
    })
  }

  const commit = (present: PartitionWork): Promise<void> =>
    parts
      .commit(present)
      .catch((error: unknown) => parts.log.warn('claim.finalCommitFailed', { partition, error }))

  const release = async (lock: Lock | null): Promise<void> => {
    try {
      await lock?.release()
    } catch (error) {
      // It goes on trying behind, and the session's end removes the node in any case.
      parts.log.warn('claim.releaseDelayed', { partition, error })
    }
  }

  const running = run()
  return {
    partition,
    state: () => state,
    work: () => work,
    async give() {
      unwanted.abort(new Error('unwanted'))
      await running
    },
    foreign: () => endWork('foreign'),
    replaced(earliest) {
      replacement = startAtOffset(earliest)
      endWork('replaced')
    },
    moved(id) {
      orderId = id
      endWork('moved')
    },
  }
}
