/**
 * One spool: messages that were accepted and are not in Kafka yet, in one directory.
 * Takes messages. Tells each when it is durable, brings it to Kafka in order, and knows what became of it.
 * Promises: accepted is on the medium; nothing accepted is ever dropped: it ends in Kafka or in the file of
 * refused messages. Bounds: bytes and messages on disk, bytes that wait for it, outcomes kept for who asks.
 */
import { invariant } from '@iris/common/lifecycle/invariant'
import type { Log } from '@iris/common/lifecycle/log'
import type { AppendOutcome } from '@iris/common/kafka/producer'
import type { Clock } from '@iris/common/time/clock'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import { createDrain, type DrainParts } from './drain.js'
import type { SpoolFiles } from './files.js'
import { createMessageLog, type SpoolMessage } from './message-log.js'
import { createOutcomeLog } from './outcome-log.js'
import type { Settled, SettledEnd } from './outcome-record.js'
import { createRefusedFile } from './refused-file.js'
import type { SpooledEntry } from './segment.js'
import { createSettledMessages } from './settled-messages.js'
import type { SpoolCounters, SpoolFigures } from './spool-metrics.js'
import { createTopicQueues } from './topic-queues.js'

export interface Spool extends SpoolFigures {
  /** Reads what an earlier process left. */
  open(): Promise<void>
  /** Takes a message; `spooled` of it is called when it is durable, or surely not there. */
  accept(message: SpoolMessage): void
  /** Whether messages of a topic wait here, so that a later one must queue behind them. */
  hasWaiting(topicName: string): boolean
  /** Kafka's word on an entry that was held: it is done, or is drained like any other. */
  resolve(entry: SpooledEntry, outcome: AppendOutcome): void
  /** What is known of a message; null for one that was never here, or long ago. */
  status(id: string): SpoolStatus | null
  /** Begins to bring messages to Kafka. */
  startDrain(): void
  /** The earlier messages of a topic that waited elsewhere are over. */
  wakeDrain(topicName: string): void
  /** Begins no more of it. */
  haltDrain(): void
  /** Writes down what became of messages and closes the files. The producer must have ended before. */
  close(): Promise<void>
}

/** What is known of an accepted message. `settled` is null while it waits for Kafka. */
export interface SpoolStatus {
  readonly id: string
  readonly topicName: string
  readonly acceptedMs: number
  readonly settled: Settled | null
}

export interface SpoolParts {
  readonly files: SpoolFiles
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly randomBytes: (count: number) => Buffer
  readonly counters: SpoolCounters
  /** Where a topic's messages go; see the drain. */
  readonly locate: DrainParts['locate']
  /** Told of each message that needs no more work. */
  readonly onSettled: (settled: Settled) => void
  /** Whether earlier messages of a topic wait in another spool, and that none waits in this one any more. */
  readonly isBehind: DrainParts['isBehind']
  readonly emptied: DrainParts['emptied']
}

export interface SpoolLimits {
  readonly bytesMax: number
  readonly messagesMax: number
  readonly waitingBytesMax: number
  readonly statusMax: number
  readonly statusRetentionMs: number
  readonly refusedBytesMax: number
  /** How long a message of the drain waits to be sent; less than the producer repeats a batch. */
  readonly roundMs: number
}

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
/** A part of the whole, so that drained files give their space back while others still fill. */
const segmentsAtLeast = 16
const segmentBytes = { min: 64 * kibibyte, max: 16 * mebibyte } as const
const outcomeFileBytesMax = 4 * mebibyte
const flushMs = 500
const pruneMs = 60_000
const rounds = { roundMessagesMax: 500, roundBytesMax: mebibyte, topicsMax: 8 } as const

/** Makes the spool of a directory that this process has locked; nothing is touched before `open`. */
export function createSpool(parts: SpoolParts, limits: SpoolLimits): Spool {
  const { clock, scheduler, log, counters } = parts
  const monotonic = (): number => clock.monotonic()
  const diskParts = { ...parts, monotonic, onSynced: counters.onSynced, damage: counters.damage }
  const queues = createTopicQueues()
  const settled = createSettledMessages(limits.statusMax, limits.statusRetentionMs)
  const refused = createRefusedFile(parts, limits.refusedBytesMax)
  const outcomes = createOutcomeLog(diskParts, {
    statusMax: limits.statusMax,
    retentionMs: limits.statusRetentionMs,
    fileBytesMax: outcomeFileBytesMax,
  })
  const messages = createMessageLog(
    {
      ...diskParts,
      beforeRemoval: () => outcomes.flush(),
      onKept(entry) {
        counters.accepted()
        drain.wake(queues.add(entry))
      },
    },
    { ...limits, segmentBytesMax: segmentBytesOf(limits) },
  )
  const settle = (entry: SpooledEntry, end: SettledEnd): void => {
    invariant(!entry.isSettled, 'a spooled message was settled twice', { id: entry.id })
    const { sequence, id, topicName, acceptedMs } = entry
    const outcome = { sequence, id, topicName, acceptedMs, settledMs: clock.now(), end }
    outcomes.add(outcome)
    settled.add(outcome, clock.now())
    queues.remove(entry)
    messages.settle(entry)
    parts.onSettled(outcome)
    if (end.kind === 'stored') return counters.stored()
    counters.refused()
    log.error('spool.refused', { messageId: id, topic: topicName, reason: end.reason })
  }
  const drain = createDrain(
    {
      ...{ clock, scheduler, log, queues, locate: parts.locate, settle },
      ...{ isBehind: parts.isBehind, emptied: parts.emptied },
      read: entry => messages.read(entry),
      refuse: refusals => refused.write(refusals, clock.now()),
    },
    { ...rounds, roundMs: limits.roundMs },
  )

  const wake = (topicName: string): void => {
    const queue = queues.of(topicName)
    if (queue !== undefined) drain.wake(queue)
  }

  let timers: readonly Cancel[] = []
  const recover = async (): Promise<void> => {
    const done = new Set<number>()
    let lastSequence = 0
    await outcomes.open(each => {
      done.add(each.sequence)
      lastSequence = Math.max(lastSequence, each.sequence)
      settled.add(each, clock.now())
    })
    await messages.open(lastSequence, (message, entry) => {
      if (done.has(message.sequence)) return false
      queues.add(entry)
      return true
    })
    await refused.open()
    log.info('spool.opened', { waiting: messages.openCount(), settled: settled.count() })
  }

  return {
    async open() {
      await recover()
      timers = [
        scheduler.every(flushMs, () => void outcomes.flush()),
        scheduler.every(pruneMs, () => void outcomes.prune(messages.firstSequence())),
      ]
    },
    accept: message => messages.append(message),
    hasWaiting: topicName => queues.of(topicName) !== undefined,
    resolve(entry, outcome) {
      if (outcome.kind === 'stored') settle(entry, outcome)
      entry.isHeld = false
      wake(entry.topicName)
    },
    status(id) {
      const entry = queues.find(id)
      if (entry !== undefined) return { ...pick(entry), settled: null }
      const found = settled.find(id, clock.now())
      return found === undefined ? null : { ...pick(found), settled: found }
    },
    messageCount: () => messages.openCount(),
    bytesOnDisk: () => messages.bytesOnDisk(),
    oldestMs: () => queues.oldest()?.acceptedMs ?? null,
    startDrain: () => drain.start(),
    wakeDrain: wake,
    haltDrain: () => drain.halt(),
    async close() {
      drain.halt()
      for (const cancel of timers) cancel()
      // What is known is safe before a round that does not end uses the time up.
      await outcomes.flush()
      await drain.idle()
      await messages.close()
      await outcomes.close()
      await refused.close()
    },
  }
}

function segmentBytesOf({ bytesMax }: SpoolLimits): number {
  return Math.max(segmentBytes.min, Math.min(segmentBytes.max, Math.floor(bytesMax / segmentsAtLeast)))
}

function pick({ id, topicName, acceptedMs }: Omit<SpoolStatus, 'settled'>): Omit<SpoolStatus, 'settled'> {
  return { id, topicName, acceptedMs }
}
