import { describe, expect, it } from 'vitest'
import type { NumberedBatch, NumberedOutcome } from '@iris/common/kafka/numbered-append'
import type { AppendOutcome } from '@iris/common/kafka/producer-message'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { KeyedRequest } from './keyed-request.js'
import { Ledger } from './ledger.js'
import { numbersTrustedMs, Shard, type Finding } from './shard.js'
import { createShardLog } from './shard-log.js'
import { createSlots } from './slots.js'

interface Sent {
  readonly batch: NumberedBatch
  readonly answer: (outcome: NumberedOutcome) => void
}

interface Told {
  word: string
  readonly request: KeyedRequest
  /** Its sender was answered by somebody else, such as a deadline. */
  isAnswered: boolean
}

const stored: NumberedOutcome = { kind: 'stored', offset: 0 }
const refused: NumberedOutcome = { kind: 'notStored', cause: 'refused', detail: 'no' }
const unknown: NumberedOutcome = { kind: 'unknown', detail: 'silence' }
const superseded: NumberedOutcome = { kind: 'superseded', detail: 'old' }
const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))

/** A shard whose every write to Kafka waits for the test's word. */
function makeWorld(slotsMax = 4) {
  const time = createVirtualTime()
  const logged: Sent[] = []
  const sent: Sent[] = []
  const lost: string[] = []
  const holder = { doubt: null as string | null, finding: 'absent' as Finding, searches: 0 }
  let nextId = 10
  let nextMessage = 0
  const mail = (to: Sent[]) => (batch: NumberedBatch) =>
    new Promise<NumberedOutcome>(answer => void to.push({ batch, answer }))
  const slots = createSlots(() => Promise.resolve({ producerId: nextId++, producerEpoch: 0 }), slotsMax)
  const log = createShardLog(
    { clock: time, append: mail(logged), doubt: () => holder.doubt, onLost: reason => lost.push(reason) },
    {
      ...{ topic: 'log', partition: 0, nextSequence: 1, writeTimeoutMs: 1_000 },
      id: { producerId: 1, producerEpoch: 0 },
    },
  )
  const ledger = new Ledger<KeyedRequest>({
    ...{ entriesMax: 3, windowMs: 10 * numbersTrustedMs, isWaiting: request => !request.isAnswered() },
  })
  const find = (): Promise<Finding> => {
    holder.searches++
    return Promise.resolve(holder.finding)
  }
  const shard = new Shard(
    {
      ...{ clock: time, log, slots, find, append: mail(sent) },
      ...{ doubt: () => holder.doubt, warn: () => undefined },
    },
    { deliveryTimeoutMs: 1_000 },
    ledger,
  )
  const ask = async (digest: string, fingerprint = 'f'): Promise<Told> => {
    const told: Told = { word: '', request: null as unknown as KeyedRequest, isAnswered: false }
    let id = ''
    const request: KeyedRequest = {
      ...{ digest, fingerprint, messageId: `m${nextMessage++}` },
      isAnswered: () => told.isAnswered || told.word !== '',
      become(messageId, _timestampMs, place) {
        id = messageId
        return Promise.resolve(place ?? { kafkaTopic: 't', partition: 0 })
      },
      record: () => ({ key: null, value: [Buffer.from(id)], headers: [], timestampMs: 0 }),
      leaves: messageId => void (id = messageId),
      done: (outcome: AppendOutcome) => void (told.word = `${outcome.kind} ${id}`),
      replayed: messageId => void (told.word = `replayed ${messageId}`),
      refused: why => void (told.word = why.kind),
    }
    Object.assign(told, { request })
    shard.take(request)
    await settle()
    return told
  }
  const answer = async (to: Sent[], outcome: NumberedOutcome): Promise<void> => {
    to[to.length - 1]?.answer(outcome)
    await settle()
  }
  const numbersOf = (each: Sent | undefined): unknown => each?.batch.numbers
  return { time, logged, sent, lost, holder, slots, shard, ask, answer, numbersOf }
}

describe('a shard', () => {
  it('sends a message once its intent is written, replays it, and goes on under the next number', async () => {
    const { logged, sent, ask, answer, numbersOf } = makeWorld()

    const first = await ask('a')
    expect(sent).toHaveLength(0)
    await answer(logged, stored)
    expect(numbersOf(sent[0])).toEqual({ producerId: 10, producerEpoch: 0, baseSequence: 0 })
    expect((await ask('a')).word).toBe('busy')
    await answer(sent, stored)

    expect(first.word).toBe('stored m0')
    expect((await ask('a')).word).toBe('replayed m0')
    expect((await ask('a', 'other')).word).toBe('differs')
    await answer(logged, stored)
    await ask('b')
    await answer(logged, stored)
    expect(numbersOf(sent[1])).toEqual({ producerId: 10, producerEpoch: 0, baseSequence: 1 })
  })

  it('gives no other message a number whose message is not written down as stored', async () => {
    const { logged, sent, ask, answer, numbersOf } = makeWorld()
    await ask('a')
    await answer(logged, stored)
    await answer(sent, stored)

    // The outcome of `a` is not in the log yet.
    await ask('b')
    await answer(logged, stored)
    await answer(logged, stored)

    expect(numbersOf(sent[1])).toMatchObject({ producerId: 11 })
  })

  it.each([
    ['whose fate is unknown', unknown],
    ['that can no longer be stored under them', superseded],
  ])('gives the numbers of a message %s to no other', async (_what, outcome) => {
    const { logged, sent, holder, slots, ask, answer, numbersOf } = makeWorld()
    holder.finding = 'unclear'
    const told = await ask('a')
    await answer(logged, stored)
    await answer(sent, outcome)
    expect(told.word).toBe('unknown m0')
    expect(slots.inUseCount()).toBe(0)

    await ask('b')
    await answer(logged, stored)

    expect(numbersOf(sent[1])).toMatchObject({ producerId: 11 })
  })

  it('resumes an unknown fate under the same numbers and the first id, whoever asks', async () => {
    const { logged, sent, ask, answer, numbersOf } = makeWorld()
    for (const to of [null, logged, sent, logged]) await (to === null ? ask('x') : answer(to, stored))
    await ask('a')
    await answer(logged, stored)
    await answer(sent, unknown)

    const again = await ask('a')
    expect(numbersOf(sent[1])).toMatchObject({ baseSequence: 1 })
    expect(numbersOf(sent[2])).toEqual(numbersOf(sent[1]))
    await answer(sent, stored)

    expect(again.word).toBe('stored m1')
  })

  it('does not free a key when a second try was refused: the first may have been stored', async () => {
    const { logged, sent, ask, answer, numbersOf } = makeWorld()
    await ask('a')
    await answer(logged, stored)
    await answer(sent, unknown)
    const second = await ask('a')
    await answer(sent, refused)
    expect(second.word).toBe('unknown m0')

    await ask('a')

    expect(numbersOf(sent[2])).toEqual(numbersOf(sent[0]))
  })

  it('frees a key whose only try was refused, and its number', async () => {
    const { logged, sent, ask, answer, numbersOf } = makeWorld()
    const first = await ask('a')
    await answer(logged, stored)
    await answer(sent, refused)
    expect(first.word).toBe('notStored m0')
    // Who comes before that is written down is the first to use the key anew.
    const second = await ask('a')
    await answer(logged, stored)
    await answer(logged, stored)

    expect(numbersOf(sent[1])).toEqual(numbersOf(sent[0]))
    await answer(sent, stored)
    expect(second.word).toBe('stored m1')
  })

  it('lets who asks after a late answer wait for the truth', async () => {
    const { logged, sent, ask, answer } = makeWorld()
    const first = await ask('a')
    await answer(logged, stored)
    first.isAnswered = true

    const second = await ask('a')
    expect(sent).toHaveLength(1)
    await answer(sent, stored)

    expect([first.word, second.word]).toEqual(['unknown m0', 'stored m0'])
  })

  it('sends nothing for a sender that was answered while the intent was written', async () => {
    const { logged, sent, ask, answer } = makeWorld()
    const first = await ask('a')
    first.isAnswered = true
    await answer(logged, stored)
    await answer(logged, stored)

    expect(sent).toHaveLength(0)
    await ask('a')
    await answer(logged, stored)
    expect(sent).toHaveLength(1)
  })

  it('searches before it relies on old numbers, and decides nothing before the search has ended', async () => {
    const { time, logged, sent, holder, ask, answer } = makeWorld()
    await ask('a')
    await answer(logged, stored)
    await answer(sent, unknown)
    await time.advance(numbersTrustedMs + 1)
    holder.finding = 'unclear'

    expect((await ask('a')).word).toBe('unknown m0')
    expect(sent).toHaveLength(1)
    holder.finding = 'found'
    expect((await ask('a')).word).toBe('stored m0')
    expect(holder.searches).toBe(2)
  })

  it('begins anew under the first id when its numbers are dead and the message is nowhere', async () => {
    const { logged, sent, ask, answer, numbersOf } = makeWorld()
    await ask('a')
    await answer(logged, stored)
    await answer(sent, unknown)
    const again = await ask('a')
    await answer(sent, superseded)
    await answer(logged, stored)

    expect(numbersOf(sent[2])).toMatchObject({ producerId: 11 })
    await answer(sent, stored)
    expect(again.word).toBe('stored m0')
  })

  it('serves nothing after its log was lost, and gives the numbers in doubt to nobody', async () => {
    const { logged, sent, lost, slots, ask, answer } = makeWorld()
    const first = await ask('a')
    await answer(logged, superseded)

    expect(first.word).toBe('unavailable')
    expect((await ask('a')).word).toBe('unavailable')
    expect((await ask('b')).word).toBe('unavailable')
    expect(lost).toHaveLength(1)
    expect(sent).toHaveLength(0)
    expect((await slots.take())?.id.producerId).toBe(11)
  })

  it('begins nothing while others may own it, and what is under way ends', async () => {
    const { logged, sent, holder, ask, answer } = makeWorld()
    const first = await ask('a')
    await answer(logged, stored)
    const waiting = await ask('b')
    holder.doubt = 'ZooKeeper is silent'
    const third = await ask('c')
    await answer(sent, stored)
    await answer(logged, stored)

    expect([first.word, third.word]).toEqual(['stored m0', 'unavailable'])
    holder.doubt = null
    expect((await ask('c')).word).toBe('')
    expect(waiting.word).toBe('')
  })

  it('takes no more messages at a time than it has slots, and frees the key', async () => {
    const { logged, ask, answer } = makeWorld(1)
    await ask('a')

    expect((await ask('b')).word).toBe('full')
    await answer(logged, stored)
    expect((await ask('b')).word).toBe('full')
  })
})
