import { describe, expect, it } from 'vitest'
import { emptyLedger, Lane, type Batch, type LaneOptions, type Ledger } from './lane.js'
import { ProducerIdentity } from './producer-identity.js'
import type { AppendOutcome } from './producer-message.js'
import { kafkaCode } from './protocol/kafka-error.js'
import { recordBytesMax } from './record-batch.js'

interface Setting {
  readonly lane: Lane
  readonly ledger: Ledger
  readonly outcomes: Map<string, AppendOutcome>
  readonly add: (
    name: string,
    deadlineMs?: number,
    bytes?: number,
    isPatient?: boolean,
    nowMs?: number,
  ) => void
  readonly take: (nowMs?: number) => Batch
  readonly answer: (batch: Batch, code: number, nowMs?: number) => void
  /** Name and kind of each outcome so far, in the order they came. */
  readonly kinds: () => string[]
}

function setUp(changes: Partial<LaneOptions> = {}): Setting {
  const ledger = emptyLedger()
  const options = { batchBytesMax: 10_000, deliveryTimeoutMs: 120_000, isIdempotent: true, ...changes }
  const lane = new Lane('topic', 3, options, ledger)
  if (options.isIdempotent) lane.identity = new ProducerIdentity({ producerId: 77, producerEpoch: 0 })
  const outcomes = new Map<string, AppendOutcome>()
  return {
    lane,
    ledger,
    outcomes,
    add(name, deadlineMs = 1_000, bytes = 10, isPatient = false, nowMs = 0) {
      const content = { topic: 'topic', partition: 3, key: null, value: [Buffer.alloc(bytes)], headers: [] }
      const done = (outcome: AppendOutcome): void => void outcomes.set(name, outcome)
      const message = { ...content, timestampMs: 0, deadlineMs, isPatient, done }
      lane.add(message, recordBytesMax(message), nowMs)
    },
    take(nowMs = 0) {
      lane.wake()
      return lane.take(nowMs)!
    },
    answer(batch, code, nowMs = 0) {
      lane.answered(batch, { code, detail: null, baseOffset: code === 0 ? 500 : -1 }, nowMs)
    },
    kinds: () => [...outcomes].map(([name, outcome]) => `${name} ${outcome.kind}`),
  }
}

/** Producer id, epoch and first sequence in the bytes of a batch. */
function identityOf(batch: Batch): readonly [producerId: number, epoch: number, sequence: number] {
  return [Number(batch.bytes.readBigInt64BE(43)), batch.bytes.readInt16BE(51), batch.bytes.readInt32BE(53)]
}

describe('a lane', () => {
  it('has one batch in flight; what comes meanwhile is the next, with the sequence that follows', () => {
    const { lane, add, take, answer, outcomes } = setUp()
    add('a')
    add('b')
    const first = take()
    add('c')

    expect(lane.state).toBe('sent')
    answer(first, 0)
    const second = take()

    expect(first.entries).toHaveLength(2)
    expect([identityOf(first), identityOf(second)]).toEqual([
      [77, 0, 0],
      [77, 0, 2],
    ])
    expect(outcomes.get('b')).toEqual({ kind: 'stored', partition: 3, offset: 501 })
  })

  it('knows how long the first of a batch has waited for it', () => {
    const { ledger, add, take, answer } = setUp()
    add('a', 1_000, 10, false, 5)
    const first = take(7)
    add('b', 1_000, 10, false, 10)
    add('c', 1_000, 10, false, 40)
    expect(ledger.queueTimes.max(45)).toBe(2)

    answer(first, 0, 50)
    take(50)

    expect(ledger.queueTimes.max(50)).toBe(40)
  })

  it('repeats a batch without an answer byte for byte', () => {
    const { lane, add, take, answer, kinds } = setUp()
    add('a')
    const first = take()
    const bytes = Buffer.from(first.bytes)
    add('b')

    lane.lost(first, 'connection lost', 0)
    const again = take()
    answer(again, kafkaCode.REQUEST_TIMED_OUT)
    const third = take()
    answer(third, 0)

    expect([again.bytes, third.bytes]).toEqual([bytes, bytes])
    expect(kinds()).toEqual(['a stored'])
  })

  it('rests longer after each failure and not at all after success', () => {
    const { lane, add, take, answer } = setUp()
    add('a')

    const rests = Array.from({ length: 8 }, () => {
      lane.lost(take(), 'connection lost', 0)
      return lane.restUntilMs
    })
    answer(take(), 0)

    expect(rests).toEqual([20, 40, 80, 160, 320, 500, 500, 500])
    expect(lane.state).toBe('idle')
  })

  it('lets a message that waits leave at its deadline: surely not stored', () => {
    const { lane, add, take, answer, outcomes, kinds } = setUp()
    add('a', 1_000)
    const batch = take()
    add('b', 200)
    add('c', 1_000)

    lane.expire(199, 'deadline')
    expect(kinds()).toEqual([])
    lane.expire(200, 'deadline')
    answer(batch, 0)

    expect(kinds()).toEqual(['b notStored', 'a stored'])
    expect(outcomes.get('b')).toMatchObject({
      cause: 'deadline',
      detail: expect.stringContaining('partition 3 of topic') as string,
    })
    expect(take(300).entries).toHaveLength(1)
  })

  it('answers "unknown" at the deadline of a message that was sent, while its batch goes on', () => {
    const { lane, ledger, add, take, answer, kinds } = setUp()
    add('a', 200)
    const batch = take()
    const held = ledger.bytesHeld

    lane.expire(200, 'deadline')
    lane.lost(batch, 'connection lost', 250)
    const again = take(300)

    expect(kinds()).toEqual(['a unknown'])
    expect(again.bytes).toEqual(batch.bytes)
    expect(ledger.bytesHeld).toBe(held)
    answer(again, 0)
    expect(kinds()).toEqual(['a unknown'])
    expect(ledger.bytesHeld).toBe(0)
  })

  it('gives a batch up after its time; what follows has the next epoch, which fences a late copy', () => {
    const { lane, ledger, add, take, answer, kinds } = setUp({ deliveryTimeoutMs: 5_000 })
    add('a', 60_000)
    const batch = take()
    add('b', 60_000)

    lane.expire(4_999, 'deadline')
    expect(lane.state).toBe('sent')
    lane.expire(5_000, 'deadline')
    const next = take(5_000)
    answer(batch, 0)

    expect(kinds()).toEqual(['a unknown'])
    expect(ledger.abandonedCount).toBe(1)
    expect(identityOf(next)).toEqual([77, 1, 0])
    answer(next, 0)
    expect(kinds()).toEqual(['a unknown', 'b stored'])
  })

  it('lets a patient caller wait for the word on what was sent, and no longer than others on what was not', () => {
    const { lane, add, take, answer, kinds } = setUp({ deliveryTimeoutMs: 5_000 })
    add('a', 100, 10, true)
    const batch = take()
    add('b', 100, 10, true)

    lane.expire(4_999, 'deadline')
    answer(batch, 0)

    expect(kinds()).toEqual(['b notStored', 'a stored'])
    add('c', 6_000, 10, true)
    take(5_000)
    lane.expire(10_000, 'deadline')
    expect(kinds()).toContain('c unknown')
  })

  it('never sends other bytes under a sequence number that was on the wire', () => {
    const { lane, add, take, answer, kinds } = setUp()
    add('a', 100)
    add('b')
    const refused = take()
    lane.expire(100, 'deadline')

    answer(refused, kafkaCode.NOT_ENOUGH_REPLICAS, 110)
    const next = take(200)

    expect(kinds()).toEqual(['a unknown'])
    expect(next.entries).toHaveLength(1)
    expect(identityOf(next)).toEqual([77, 1, 0])
  })

  it('asks for another producer id when its epochs are used up', () => {
    const { lane, add, take, answer } = setUp()
    lane.identity = new ProducerIdentity({ producerId: 77, producerEpoch: 0x7ffe })
    add('a')

    answer(take(), kafkaCode.NOT_ENOUGH_REPLICAS)

    expect(lane.needsIdentity).toBe(true)
  })

  it('answers what is left when the producer stops', () => {
    const { lane, ledger, add, take, kinds } = setUp()
    add('a')
    take()
    add('b')

    lane.finish('the producer stopped')

    expect(kinds()).toEqual(['a unknown', 'b notStored'])
    expect(ledger.bytesHeld).toBe(0)
    expect(lane.state).toBe('idle')
  })

  it('keeps batches under the limit, and sends a larger message alone', () => {
    const { add, take, answer } = setUp({ batchBytesMax: 300 })
    for (const [name, bytes] of [
      ['a', 50],
      ['b', 50],
      ['c', 50],
      ['d', 900],
      ['e', 50],
    ] as const)
      add(name, 1_000, bytes)

    const counts = Array.from({ length: 4 }, () => {
      const batch = take()
      answer(batch, 0)
      return batch.entries.length
    })

    expect(counts).toEqual([2, 1, 1, 1])
  })

  it('writes nobody’s name without idempotence, and needs no producer id', () => {
    const { lane, add, take } = setUp({ isIdempotent: false })
    add('a')

    expect(lane.needsIdentity).toBe(false)
    expect(identityOf(take())).toEqual([-1, -1, -1])
  })
})

describe('a lane whose batch is refused for one message', () => {
  it('finds the guilty one by halving, answers it alone, and doubles from there', () => {
    const { lane, add, take, answer, kinds, outcomes } = setUp({ batchBytesMax: 1_000_000 })
    const guilty = 37
    for (let index = 0; index < 100; index++) add(String(index), 1_000, index === guilty ? 5_000 : 10)

    let requests = 0
    while (lane.state === 'ready') {
      const batch = take()
      requests += 1
      const isRefused = batch.entries.some(({ bytes }) => bytes > 5_000)
      answer(batch, isRefused ? kafkaCode.MESSAGE_TOO_LARGE : 0)
    }

    const expected = Array.from(
      { length: 100 },
      (_, index) => `${index} ${index === guilty ? 'notStored' : 'stored'}`,
    )
    expect(kinds()).toEqual(expected)
    expect(outcomes.get('37')).toMatchObject({ cause: 'tooLarge' })
    expect(requests).toBeLessThan(25)
  })

  it('does not split what Kafka may have: it is given up as unknown', () => {
    const { lane, add, take, answer, kinds } = setUp()
    add('a')
    add('b')
    lane.lost(take(), 'connection lost', 0)

    answer(take(), kafkaCode.MESSAGE_TOO_LARGE)

    expect(kinds()).toEqual(['a unknown', 'b unknown'])
  })
})

/** What becomes of a first message and of the next batch when Kafka answers a code. */
const codes: readonly (readonly [name: keyof typeof kafkaCode, outcome: string, next: string])[] = [
  ['NONE', 'stored', 'none'],
  ['DUPLICATE_SEQUENCE_NUMBER', 'stored', 'none'],
  ['CORRUPT_MESSAGE', 'waits', 'next epoch'],
  ['NOT_ENOUGH_REPLICAS', 'waits', 'next epoch'],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'waits', 'next epoch'],
  ['LEADER_NOT_AVAILABLE', 'waits', 'next epoch'],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'waits', 'next epoch'],
  ['UNKNOWN_PRODUCER_ID', 'waits', 'next epoch'],
  ['INVALID_PRODUCER_EPOCH', 'waits', 'other id'],
  ['INVALID_PRODUCER_ID_MAPPING', 'waits', 'other id'],
  ['PRODUCER_FENCED', 'waits', 'other id'],
  ['NOT_LEADER_OR_FOLLOWER', 'waits', 'unchanged'],
  ['REQUEST_TIMED_OUT', 'waits', 'unchanged'],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'waits', 'unchanged'],
  ['KAFKA_STORAGE_ERROR', 'waits', 'unchanged'],
  ['COORDINATOR_NOT_AVAILABLE', 'waits', 'unchanged'],
  ['MESSAGE_TOO_LARGE', 'notStored tooLarge', 'none'],
  ['RECORD_LIST_TOO_LARGE', 'notStored tooLarge', 'none'],
  ['INVALID_RECORD', 'notStored refused', 'none'],
  ['INVALID_TIMESTAMP', 'notStored refused', 'none'],
  ['TOPIC_AUTHORIZATION_FAILED', 'notStored barred', 'none'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'notStored barred', 'none'],
  ['POLICY_VIOLATION', 'notStored barred', 'none'],
  ['UNSUPPORTED_VERSION', 'notStored barred', 'none'],
]

describe('a lane on Kafka’s word', () => {
  it.each(codes)('%s: the message is "%s", the next try is "%s"', (code, outcome, next) => {
    const { lane, add, take, answer, outcomes } = setUp()
    add('a')
    answer(take(), kafkaCode[code])

    const given = outcomes.get('a')
    const cause = given?.kind === 'notStored' ? ` ${given.cause}` : ''
    expect(given === undefined ? 'waits' : `${given.kind}${cause}`).toBe(outcome)
    if (next === 'none') return expect(lane.state).toBe('idle')
    expect(lane.needsIdentity).toBe(next === 'other id')
    if (next === 'other id') lane.identity = new ProducerIdentity({ producerId: 78, producerEpoch: 0 })
    const expected = { 'next epoch': [77, 1, 0], 'other id': [78, 0, 0], unchanged: [77, 0, 0] }[next]
    expect(identityOf(take(100))).toEqual(expected)
  })

  it.each(codes.filter(([, , next]) => next === 'next epoch' || next === 'other id'))(
    '%s after a try without an answer: the same records go under another identity, or unchanged',
    (code, _outcome, next) => {
      const { lane, add, take, answer, kinds } = setUp()
      add('a', 60_000)
      const batch = take()
      const records = Buffer.from(batch.bytes.subarray(61))
      lane.lost(batch, 'connection lost', 0)

      answer(take(100), kafkaCode[code], 100)
      if (next === 'other id') lane.identity = new ProducerIdentity({ producerId: 78, producerEpoch: 0 })
      const again = take(10_000)

      expect(again.bytes.subarray(61)).toEqual(records)
      expect(kinds()).toEqual([])
    },
  )
})
