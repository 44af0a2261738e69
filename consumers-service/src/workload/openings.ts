/**
 * Where the reading of a partition begins.
 * Takes partitions whose lock is held. Gives each its committed offset and note, once the group has no
 * foreign member. Promises: asks for all partitions of a subscription together; goes on until it knows or
 * nobody wants to any more; a partition without an offset begins at the earliest one, logged and counted,
 * never at the latest (decisions 2); one that was ordered elsewhere begins there.
 */
import { decodeCommitNote, type CommitNote } from '@iris/common/kafka/commit-metadata'
import type { GroupDescription, Offsets, PartitionOffset } from '@iris/common/kafka/offsets'
import { invariant } from '@iris/common/lifecycle/invariant'
import type { Log } from '@iris/common/lifecycle/log'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'
import type { MoveOrder } from '@iris/common/zookeeper/move-orders'

export interface Start {
  readonly offset: number
  readonly note: CommitNote | null
  /** What Kafka holds now, to tell later whether somebody else wrote since. */
  readonly metadata: string
  /** The order that moved it here and is not confirmed yet, or null. */
  readonly order: MoveOrder | null
}

export interface Openings {
  /** Rejects only when it is aborted. */
  start(partition: number, signal: AbortSignal): Promise<Start>
  /** Why partitions wait here, or null. */
  problem(): string | null
}

export interface OpeningsParts {
  readonly offsets: Offsets
  readonly scheduler: Scheduler
  readonly log: Log
  /** The orders to begin elsewhere that stand now, by partition. */
  orders(): Promise<ReadonlyMap<number, MoveOrder>>
  /** Partitions that began at the earliest offset because none was committed. */
  missingOffset(partition: number): void
}

export interface OpeningsOptions {
  readonly groupId: string
  readonly kafkaTopic: string
  /** Between looks at a group that has foreign members. */
  readonly foreignMs: number
  /** Between tries while Kafka does not answer. */
  readonly retryMs: number
}

interface Waiting {
  readonly partition: number
  resolve(start: Start): void
}

/** Locks of one subscription come within milliseconds of each other: one question serves them all. */
const gatherMs = 5

/** Makes the openings of one subscription. */
export function createOpenings(parts: OpeningsParts, options: OpeningsOptions): Openings {
  const { offsets, scheduler, log } = parts
  const { groupId, kafkaTopic } = options
  let waiting: Waiting[] = []
  let isAsking = false
  let problem: string | null = null

  const ask = async (): Promise<void> => {
    await sleep(scheduler, gatherMs)
    while (waiting.length > 0) {
      // A copy: who comes while these are asked for is asked for next.
      const batch = [...waiting]
      const delayMs = await tryOnce(batch)
      if (delayMs > 0) await sleep(scheduler, delayMs)
    }
  }

  /** Gives how long to wait before the next try; 0 when these are answered. */
  const tryOnce = async (batch: readonly Waiting[]): Promise<number> => {
    try {
      const foreign = foreignMember(await offsets.describeGroup(groupId))
      if (foreign !== null) {
        if (problem !== foreign) log.warn('slot.foreignMember', { group: groupId, detail: foreign })
        problem = foreign
        return options.foreignMs
      }
      const starts = await readStarts(batch.map(each => each.partition))
      problem = null
      waiting = waiting.filter(each => !batch.includes(each))
      for (const each of batch) each.resolve(startAt(starts, each.partition))
      return 0
    } catch (error) {
      problem = `where it begins is not known: ${(error as Error).message}`
      log.warn('slot.openingFailed', { group: groupId, error })
      return options.retryMs
    }
  }

  const readStarts = async (partitions: readonly number[]): Promise<ReadonlyMap<number, Start>> => {
    // Orders first: one that is gone was committed before, and the offsets tell.
    const orders = await parts.orders()
    const rows = await offsets.fetch(groupId, kafkaTopic, partitions)
    const missing = rows.filter(row => row.offset < 0).map(row => row.partition)
    const earliest = missing.length === 0 ? [] : await offsets.earliest(kafkaTopic, missing)
    for (const { partition, offset } of earliest) {
      log.warn('slot.offsetMissing', { group: groupId, partition, startsAt: offset })
      parts.missingOffset(partition)
    }
    const first = new Map(earliest.map(each => [each.partition, each.offset]))
    const start = (row: PartitionOffset): Start => {
      const order = orders.get(row.partition)
      return order === undefined ? startOf(row, first.get(row.partition) ?? 0) : startBy(order)
    }
    return new Map(rows.map(row => [row.partition, start(row)]))
  }

  return {
    start: (partition, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(reasonOf(signal))
        const abort = (): void => {
          waiting = waiting.filter(each => each !== entry)
          reject(reasonOf(signal))
        }
        const entry: Waiting = {
          partition,
          resolve(start) {
            signal.removeEventListener('abort', abort)
            resolve(start)
          },
        }
        signal.addEventListener('abort', abort, { once: true })
        waiting.push(entry)
        if (isAsking) return
        isAsking = true
        void ask().finally(() => (isAsking = false))
      }),
    problem: () => problem,
  }
}

function startAt(starts: ReadonlyMap<number, Start>, partition: number): Start {
  const start = starts.get(partition)
  invariant(start !== undefined, 'every partition asked for is answered', { partition })
  return start
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted')
}

function startOf(row: PartitionOffset, earliest: number): Start {
  if (row.offset < 0) return startAtOffset(earliest)
  const note = decodeCommitNote(row.offset, row.metadata)
  return { offset: row.offset, note, metadata: row.metadata, order: null }
}

/** A start at which nothing is known of what was tried before. */
export function startAtOffset(offset: number): Start {
  return { offset, note: null, metadata: '', order: null }
}

function startBy(order: MoveOrder): Start {
  return { ...startAtOffset(order.offset), order }
}

/** Who else reads with this group, in words; null when nobody does. */
function foreignMember({ state, members }: GroupDescription): string | null {
  const isFree = members.length === 0 && (state === 'Empty' || state === 'Dead' || state === '')
  if (isFree) return null
  const member = members[0]
  if (member === undefined) return `the consumer group is ${state}: others are joining it`
  return `the consumer group has a member that is not ours: client ${member.clientId} at ${member.host}`
}
