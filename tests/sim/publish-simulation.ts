/**
 * Publishing in one process: publishers, a queue a partition, a network that loses, delays and repeats, and
 * Kafka. Takes a seed and the queue to try. Gives a history that the oracle of the chaos runs can judge.
 * Promises: the seed decides everything; no real time passes.
 */
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { Random } from '@iris/common/time/clock'
import { fingerprint } from '../chaos/fingerprint.js'
import { bodyOf, idIn } from '../chaos/payload.js'
import type { RunPlan } from '../chaos/plan.js'
import { seededRandom, wholeBetween } from '../chaos/random.js'
import { kinds, record, type HistoryRecord } from '../chaos/records.js'
import { createModelPartition, type ModelPartition } from './kafka-model.js'
import type { QueueUnderTest, Sent } from './queue-under-test.js'

const partitions = 3
const keys = 24
const publishMs = 20_000
const healMs = 15_000
const settleMs = 40_000
const budgetMs = 2_000
const turnMs = 5

/** The plan of every simulated run: one topic, nobody subscribed. */
export const simulatedPlan: RunPlan = {
  seed: 0,
  topics: [{ name: 'sim.topic', partitions, ack: 'ALL' }],
  subscriptions: [],
  slotsMax: 1,
  graceMs: 0,
  commitLagMs: 0,
  stuckMs: 0,
  processes: [],
  faultKinds: [],
  hasLog: true,
  hasCounters: false,
}

interface Simulation {
  readonly time: VirtualTime
  readonly random: Random
  readonly records: HistoryRecord[]
  readonly queues: readonly QueueUnderTest[]
  readonly logs: readonly ModelPartition[]
  ids: number
}

/** Runs `seed` with queues made by `makeQueue` and gives what happened. */
export async function simulatePublishing(
  seed: number,
  makeQueue: (nextProducerId: () => number) => QueueUnderTest,
): Promise<readonly HistoryRecord[]> {
  let producerIds = 0
  const places = Array.from({ length: partitions }, (_, index) => index)
  const simulation: Simulation = {
    time: createVirtualTime(),
    random: seededRandom(seed),
    records: [],
    queues: places.map(() => makeQueue(() => ++producerIds)),
    logs: places.map(() => createModelPartition()),
    ids: 0,
  }
  const { time } = simulation
  for (let key = 0; key < keys; key++) publishNext(simulation, key, 0)
  time.every(turnMs, () => simulation.queues.forEach((queue, index) => turn(simulation, queue, index)))
  await time.advance(publishMs + settleMs)
  simulation.logs.forEach((log, index) => writeLog(simulation, log, index))
  return simulation.records
}

/** A key's next message is begun when the one before it was answered. */
function publishNext(simulation: Simulation, key: number, sequence: number): void {
  const { time, random, records, queues } = simulation
  if (time.monotonic() >= publishMs) return
  const id = ++simulation.ids
  const body = bodyOf(id, key, sequence, random)
  const hash = fingerprint(body)
  records.push(record({ kind: kinds.invoke, id, key, sequence, hash, time: time.monotonic() }))
  const partition = key % partitions
  let isAnswered = false
  queues[partition]?.add({
    topic: 'model',
    partition,
    key: null,
    value: [body],
    headers: [],
    timestampMs: time.now(),
    deadlineMs: time.monotonic() + budgetMs,
    done(outcome) {
      if (isAnswered) throw new Error(`message ${id} was answered twice`)
      isAnswered = true
      const kind = { stored: kinds.ok, notStored: kinds.refused, unknown: kinds.unknown }[outcome.kind]
      records.push(record({ kind, id, time: time.monotonic() }))
      time.after(wholeBetween(random, 1, 100), () => publishNext(simulation, key, sequence + 1))
    },
  })
}

function turn(simulation: Simulation, queue: QueueUnderTest, index: number): void {
  const sent = queue.next(simulation.time.monotonic())
  const log = simulation.logs[index]
  if (sent !== null && log !== undefined) travel(simulation, sent, log)
}

/** What the network does with one request: until `healMs` anything, afterwards nothing bad. */
function travel({ time, random }: Simulation, sent: Sent, log: ModelPartition): void {
  const there = wholeBetween(random, 1, 20)
  const back = wholeBetween(random, 1, 20)
  const isBad = time.monotonic() < healMs
  const fate = isBad ? random() : 1
  const copyMs = random() < 0.1 ? wholeBetween(random, 30, 8_000) : 0
  if (fate < 0.05) {
    time.after(there, () => sent.lost(time.monotonic()))
    return
  }
  time.after(there, () => {
    const answer = log.append(sent.bytes)
    const isLost = fate < 0.15
    const isLate = fate < 0.2
    const afterMs = isLate && !isLost ? wholeBetween(random, 1_000, 5_000) : back
    time.after(afterMs, () =>
      isLost ? sent.lost(time.monotonic()) : sent.answered(answer, time.monotonic()),
    )
  })
  // A copy of a request that lay about in a broken connection's buffers.
  if (isBad && copyMs > 0) time.after(there + copyMs, () => void log.append(sent.bytes))
}

function writeLog({ records }: Simulation, log: ModelPartition, partition: number): void {
  log.values().forEach((value, offset) => {
    const [id, hash] = [idIn(value), fingerprint(value)]
    records.push(record({ kind: kinds.stored, partition, id, hash, other: offset, time: 0 }))
  })
}
