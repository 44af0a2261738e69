/**
 * What is done, said to Kafka.
 * Takes the groups that deliver here. Gives commits: each second what moved, each minute everything that is
 * held, since offsets without members expire. Promises: commits of a group never overtake each other; a
 * commit that a former owner wrote over ours is found within `readBackMs` and repaired, one of a later owner
 * is left alone.
 */
import { decodeCommitNote, encodeCommitNote, type CommitNote } from '@iris/common/kafka/commit-metadata'
import type { Offsets, PartitionOffset } from '@iris/common/kafka/offsets'
import type { Log } from '@iris/common/lifecycle/log'
import type { CounterHandle } from '@iris/common/metrics/registry'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import { hasMoved, type PartitionWork } from './partition-work.js'

/** A subscription's consumer group, as far as it is delivered here. */
export interface CommitGroup {
  readonly groupId: string
  readonly kafkaTopic: string
  works(): readonly PartitionWork[]
  /** A commit was refused: others read with this group. */
  foreign(error: Error): void
}

export interface Committer {
  add(group: CommitGroup): void
  remove(group: CommitGroup): void
  /** Commits these now, after what is on its way; rejects when that failed. */
  commitNow(group: CommitGroup, works: readonly PartitionWork[]): Promise<void>
  stop(): void
}

export interface CommitterParts {
  readonly offsets: Offsets
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly figures: {
    readonly commits: CounterHandle
    readonly failures: CounterHandle
    readonly stale: CounterHandle
  }
  /** Whether this error means that the group has members. */
  isForeign(error: unknown): boolean
}

export interface CommitterOptions {
  readonly periodMs: number
  readonly recommitMs: number
  readonly readBackMs: number
}

interface Entry {
  readonly group: CommitGroup
  readBackAtMs: number
  /** The last piece of work on this group; each waits for the one before it. */
  tail: Promise<void>
  isBusy: boolean
}

/** Makes the committer of a process. */
export function createCommitter(parts: CommitterParts, options: CommitterOptions): Committer {
  const { clock, offsets, log, figures } = parts
  const entries = new Map<CommitGroup, Entry>()

  const inTurn = (entry: Entry, work: () => Promise<void>): Promise<void> => {
    entry.isBusy = true
    const run = entry.tail.then(work)
    const tail = run.then(
      () => undefined,
      () => undefined,
    )
    entry.tail = tail
    void tail.then(() => {
      if (entry.tail === tail) entry.isBusy = false
    })
    return run
  }

  const commit = async (group: CommitGroup, works: readonly PartitionWork[]): Promise<void> => {
    const wallLeadMs = clock.now() - clock.monotonic()
    const written = works.map(work => writeCommit(work, wallLeadMs))
    await offsets.commit(
      group.groupId,
      group.kafkaTopic,
      written.map(({ row }) => row),
    )
    const atMs = clock.monotonic()
    for (const { work, row, version } of written) {
      Object.assign(work.committed, { offset: row.offset, metadata: row.metadata, version, atMs })
    }
    figures.commits.value += written.length
  }

  const readBack = async (group: CommitGroup): Promise<void> => {
    const works = group.works().filter(work => !work.isClosing && work.committed.version >= 0)
    const partitions = works.map(work => work.partition)
    const rows = await offsets.fetch(group.groupId, group.kafkaTopic, partitions)
    for (const row of rows) {
      const work = works.find(each => each.partition === row.partition)
      if (work === undefined || isOurs(work, row)) continue
      const lock = decodeCommitNote(row.offset, row.metadata)?.lock ?? 0
      log.warn('commit.stale', { group: group.groupId, ...row, lock, ownLock: work.lock })
      if (lock > work.lock) continue
      figures.stale.value++
      work.committed.version = -1
    }
  }

  const fail = (group: CommitGroup, error: unknown): void => {
    figures.failures.value++
    log.warn('commit.failed', { group: group.groupId, error })
    if (parts.isForeign(error)) group.foreign(error as Error)
  }

  const look = (entry: Entry, nowMs: number): void => {
    const { group } = entry
    const works = group.works().filter(work => !work.isClosing)
    for (const work of works) work.window.advance(work.follower.position)
    const due = works.filter(work => hasMoved(work) || nowMs - work.committed.atMs >= options.recommitMs)
    if (due.length > 0) inTurn(entry, () => commit(group, due)).catch((error: unknown) => fail(group, error))
    if (nowMs < entry.readBackAtMs || works.length === 0) return
    entry.readBackAtMs = nowMs + options.readBackMs
    inTurn(entry, () => readBack(group)).catch((error: unknown) =>
      log.warn('commit.readBackFailed', { group: group.groupId, error }),
    )
  }

  const cancel = parts.scheduler.every(options.periodMs, () => {
    const nowMs = clock.monotonic()
    // A group whose last commit is still on its way is looked at next time.
    for (const entry of entries.values()) if (!entry.isBusy) look(entry, nowMs)
  })

  return {
    add(group) {
      const readBackAtMs = clock.monotonic() + options.readBackMs
      entries.set(group, { group, readBackAtMs, tail: Promise.resolve(), isBusy: false })
    },
    remove: group => void entries.delete(group),
    commitNow(group, works) {
      const entry = entries.get(group)
      if (entry === undefined || works.length === 0) return Promise.resolve()
      return inTurn(entry, async () => {
        for (const work of works) work.window.advance(work.follower.position)
        const moved = works.filter(hasMoved)
        if (moved.length > 0) await commit(group, moved)
      })
    },
    stop: cancel,
  }
}

/** Whether Kafka holds what we wrote last. */
function isOurs({ committed }: PartitionWork, row: PartitionOffset): boolean {
  return row.offset === committed.offset && row.metadata === committed.metadata
}

interface Written {
  readonly work: PartitionWork
  readonly row: PartitionOffset
  readonly version: number
}

function writeCommit(work: PartitionWork, wallLeadMs: number): Written {
  const { window, partition } = work
  const offset = window.commitPosition()
  const metadata = fitting(offset, window.note(work.lock, wallLeadMs))
  return { work, row: { partition, offset, metadata }, version: window.version() }
}

/**
 * The note as text. The window keeps room for all that may become of it; should it not fit all the same, what
 * is highest is left out: that costs repeats after a crash, never a message.
 */
function fitting(base: number, note: CommitNote): string {
  for (let share = 1; share > 1 / 64; share /= 2) {
    const settled = note.settled.slice(0, Math.floor(note.settled.length * share))
    const waiting = note.waiting.slice(0, Math.floor(note.waiting.length * share))
    const text = encodeCommitNote(base, { lock: note.lock, settled, waiting })
    if (text !== null) return text
  }
  return encodeCommitNote(base, { lock: note.lock, settled: [], waiting: [] }) ?? ''
}
