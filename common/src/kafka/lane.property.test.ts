import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { emptyLedger, Lane, type Batch } from './lane.js'
import { ProducerIdentity } from './producer-identity.js'
import type { AppendOutcome, ProducerMessage } from './producer-message.js'
import { kafkaCode } from './protocol/kafka-error.js'
import { WireReader } from './protocol/wire.js'
import { batchHeaderBytes, recordBytesMax } from './record-batch.js'

/**
 * A partition as Kafka keeps it for idempotent producers: epochs fence, the last batches are known again,
 * sequences have no gaps, a batch over the limit is refused before anything else is looked at.
 */
class FakePartition {
  readonly log: number[] = []
  private readonly producers = new Map<
    number,
    { epoch: number; next: number; known: { first: number; count: number; offset: number }[] }
  >()

  constructor(private readonly batchBytesMax: number) {}

  append(bytes: Buffer): { code: number; baseOffset: number } {
    const { producerId, epoch, sequence, ids } = parse(bytes)
    if (bytes.length > this.batchBytesMax) return { code: kafkaCode.MESSAGE_TOO_LARGE, baseOffset: -1 }
    const state = this.producers.get(producerId)
    if (state !== undefined && epoch < state.epoch) {
      return { code: kafkaCode.INVALID_PRODUCER_EPOCH, baseOffset: -1 }
    }
    if (state?.epoch === epoch) {
      const repeat = state.known.find(({ first, count }) => first === sequence && count === ids.length)
      if (repeat !== undefined) return { code: 0, baseOffset: repeat.offset }
      if (sequence !== state.next) return { code: kafkaCode.OUT_OF_ORDER_SEQUENCE_NUMBER, baseOffset: -1 }
    } else if (state !== undefined && sequence !== 0) {
      return { code: kafkaCode.OUT_OF_ORDER_SEQUENCE_NUMBER, baseOffset: -1 }
    }
    const offset = this.log.length
    this.log.push(...ids)
    const known = state?.epoch === epoch ? state.known : []
    const latest = { first: sequence, count: ids.length, offset }
    this.producers.set(producerId, {
      epoch,
      next: sequence + ids.length,
      known: [...known, latest].slice(-5),
    })
    return { code: 0, baseOffset: offset }
  }
}

function parse(bytes: Buffer): { producerId: number; epoch: number; sequence: number; ids: number[] } {
  const header = new WireReader(bytes, 43)
  const producer = { producerId: header.int64(), epoch: header.int16(), sequence: header.int32() }
  const count = header.int32()
  const records = new WireReader(bytes, batchHeaderBytes)
  const ids: number[] = []
  for (let index = 0; index < count; index++) {
    const end = records.varint() + records.position
    records.skip(1)
    records.varint() // timestamp
    records.varint() // offset
    records.varint() // no key
    ids.push(records.view(records.varint()).readInt32BE(0))
    records.skip(end - records.position)
  }
  return { ...producer, ids }
}

const beforeAppend = [
  kafkaCode.CORRUPT_MESSAGE,
  kafkaCode.UNKNOWN_TOPIC_OR_PARTITION,
  kafkaCode.LEADER_NOT_AVAILABLE,
  kafkaCode.NOT_ENOUGH_REPLICAS,
]
const afterAppend = [
  kafkaCode.NOT_LEADER_OR_FOLLOWER,
  kafkaCode.REQUEST_TIMED_OUT,
  kafkaCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  kafkaCode.KAFKA_STORAGE_ERROR,
  -1,
]

type Fate =
  | { readonly kind: 'answered'; readonly afterMs: number }
  | { readonly kind: 'answerLost' | 'requestLost' | 'held'; readonly afterMs: number }
  | { readonly kind: 'refused' | 'refusedAfter'; readonly code: number; readonly afterMs: number }

interface Step {
  readonly add: readonly { readonly bytes: number; readonly lifeMs: number }[]
  readonly advanceMs: number
  readonly fate: Fate
  readonly deliverHeld: boolean
}

const quick = fc.integer({ min: 0, max: 40 })
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('answered' as const), afterMs: quick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('answered' as const), afterMs: fc.constant(900) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('answerLost', 'requestLost', 'held'), afterMs: quick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('refused' as const),
      code: fc.constantFrom(...beforeAppend, kafkaCode.TOPIC_AUTHORIZATION_FAILED),
      afterMs: quick,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('refusedAfter' as const),
      code: fc.constantFrom(...afterAppend),
      afterMs: quick,
    }),
  },
)
const message = fc.record({
  bytes: fc.oneof({ weight: 9, arbitrary: fc.constant(20) }, { weight: 1, arbitrary: fc.constant(600) }),
  lifeMs: fc.oneof(fc.integer({ min: 10, max: 200 }), fc.constant(5_000)),
})
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    add: fc.array(message, { maxLength: 6 }),
    advanceMs: fc.integer({ min: 0, max: 120 }),
    fate,
    deliverHeld: fc.boolean(),
  }),
  { minLength: 5, maxLength: 60 },
)

const laneOptions = { batchBytesMax: 700, deliveryTimeoutMs: 400, isIdempotent: true }
/** Under what six small messages and a large one take, so that splits happen, and under a large one alone. */
const kafkaBytesMax = 500
const healthy: Fate = { kind: 'answered', afterMs: 1 }

class World {
  readonly ledger = emptyLedger()
  readonly lane = new Lane('t', 0, laneOptions, this.ledger)
  readonly partition = new FakePartition(kafkaBytesMax)
  readonly outcomes: AppendOutcome[][] = []
  private held: Buffer[] = []
  private events: { atMs: number; run: () => void }[] = []
  private nowMs = 0
  private nextProducerId = 1

  add(bytes: number, lifeMs: number): void {
    const id = this.outcomes.length
    const outcomes: AppendOutcome[] = []
    this.outcomes.push(outcomes)
    const value = Buffer.alloc(bytes)
    value.writeInt32BE(id)
    const made: ProducerMessage = {
      topic: 't',
      partition: 0,
      key: null,
      value: [value],
      headers: [],
      timestampMs: 1_700_000_000_000 + this.nowMs,
      deadlineMs: this.nowMs + lifeMs,
      done: outcome => void outcomes.push(outcome),
    }
    this.lane.add(made, recordBytesMax(made), 0)
  }

  /** Moves time on in steps of the deadline wheel; every batch taken on the way has the same fate. */
  advance(ms: number, next: Fate): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += 5) {
      const due = this.events.filter(event => event.atMs <= this.nowMs)
      this.events = this.events.filter(event => event.atMs > this.nowMs)
      for (const event of due) event.run()
      this.lane.expire(this.nowMs, 'deadline')
      if (this.lane.restUntilMs <= this.nowMs) this.lane.wake()
      if (this.lane.state === 'ready') this.send(next)
    }
  }

  deliverHeld(): void {
    for (const bytes of this.held.splice(0)) this.partition.append(bytes)
  }

  private send(next: Fate): void {
    if (this.lane.needsIdentity) {
      this.lane.identity = new ProducerIdentity({ producerId: this.nextProducerId++, producerEpoch: 0 })
    }
    const batch = this.lane.take(this.nowMs)
    if (batch !== null)
      this.events.push({ atMs: this.nowMs + next.afterMs, run: () => this.arrive(batch, batch.bytes, next) })
  }

  private arrive(batch: Batch, bytes: Buffer, next: Fate): void {
    if (next.kind === 'held') this.held.push(bytes)
    const isAppended = next.kind === 'answered' || next.kind === 'answerLost' || next.kind === 'refusedAfter'
    const answer = isAppended ? this.partition.append(bytes) : { code: 0, baseOffset: -1 }
    const isCode = next.kind === 'refused' || (next.kind === 'refusedAfter' && answer.code === 0)
    if (isCode) this.lane.answered(batch, { code: next.code, detail: null, baseOffset: -1 }, this.nowMs)
    else if (next.kind === 'answered' || next.kind === 'refusedAfter') {
      this.lane.answered(batch, { ...answer, detail: null }, this.nowMs)
    } else this.lane.lost(batch, 'connection lost', this.nowMs)
  }
}

function check(world: World): void {
  const { log } = world.partition
  const places = new Map(log.map((id, offset) => [id, offset]))
  expect(places.size, 'stored twice').toBe(log.length)
  expect(
    [...log].sort((left, right) => left - right),
    'stored out of order',
  ).toEqual(log)
  world.outcomes.forEach((outcomes, id) => {
    expect(outcomes, `message ${id} is answered once`).toHaveLength(1)
    const [outcome] = outcomes
    if (outcome!.kind === 'stored') expect(places.get(id), 'an acknowledged message').toBe(outcome!.offset)
    if (outcome!.kind === 'notStored') expect(places.has(id), 'a message said not to be stored').toBe(false)
  })
  expect(world.ledger.bytesHeld).toBe(0)
}

describe('a lane on a network that loses, delays, refuses and repeats', () => {
  it('loses, repeats and reorders nothing it acknowledged; "not stored" is true', () => {
    const counts = { stored: 0, notStored: 0, unknown: 0, abandoned: 0, repeats: 0 }
    fc.assert(
      fc.property(steps, fc.boolean(), (plan, isHealedLate) => {
        const world = new World()

        for (const step of plan) {
          for (const { bytes, lifeMs } of step.add) world.add(bytes, lifeMs)
          world.advance(step.advanceMs, step.fate)
          if (step.deliverHeld) world.deliverHeld()
        }
        if (!isHealedLate) world.deliverHeld()
        world.advance(8_000, healthy)
        world.add(20, 5_000)
        world.advance(1_000, healthy)
        world.deliverHeld()

        check(world)
        expect(world.outcomes.at(-1)![0]!.kind, 'a message after the network healed').toBe('stored')
        for (const [outcome] of world.outcomes) counts[outcome!.kind] += 1
        counts.abandoned += world.ledger.abandonedCount
        counts.repeats += world.ledger.repeatCount
      }),
      { seed: 20_240_601, numRuns: 500 },
    )
    expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(100)
  }, 30_000)
})
