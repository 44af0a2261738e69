import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { NumberedBatch, NumberedOutcome } from '@iris/common/kafka/numbered-append'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { KeyedRequest } from './keyed-request.js'
import { Ledger } from './ledger.js'
import { fenceRecord, readShardRecord } from './record.js'
import { Shard } from './shard.js'
import { createShardLog } from './shard-log.js'
import { createSlots, type Slots } from './slots.js'

/**
 * A partition as Kafka keeps it for numbered batches: epochs fence, the last batches are known again,
 * sequences have no gaps.
 */
class FakePartition {
  readonly batches: NumberedBatch[] = []
  private readonly producers = new Map<number, { epoch: number; next: number; known: Map<number, number> }>()

  append(batch: NumberedBatch): NumberedOutcome {
    const { producerId, producerEpoch: epoch, baseSequence: sequence } = batch.numbers
    const state = this.producers.get(producerId)
    if (state !== undefined && epoch < state.epoch) return { kind: 'superseded', detail: 'epoch' }
    const isNew = state?.epoch !== epoch
    const known = isNew ? new Map<number, number>() : state.known
    const repeat = known.get(sequence)
    if (repeat !== undefined) return { kind: 'stored', offset: repeat }
    if (sequence !== (isNew ? 0 : state.next)) return { kind: 'superseded', detail: 'sequence' }
    const offset = this.batches.length
    this.batches.push(batch)
    known.set(sequence, offset)
    if (known.size > 5) known.delete(Math.min(...known.keys()))
    this.producers.set(producerId, { epoch, next: sequence + batch.records.length, known })
    return { kind: 'stored', offset }
  }
}

/** A batch on its way: it can arrive, more than once; its sender may hear of it, be told nothing, or die. */
interface Parcel {
  readonly to: FakePartition
  readonly batch: NumberedBatch
  readonly from: Process
  outcome: NumberedOutcome | null
  answer: ((outcome: NumberedOutcome) => void) | null
}

interface Process {
  readonly slots: Slots
  isAlive: boolean
}

interface Answer {
  readonly key: string
  readonly kind: string
  readonly id: string
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[Math.floor(which / 4) % list.length]
}

const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))

class World {
  readonly time = createVirtualTime()
  readonly messages = new FakePartition()
  readonly log = new FakePartition()
  readonly parcels: Parcel[] = []
  readonly answers: Answer[] = []
  /** Every owner the shard ever had; the last is the present one, others may not know yet. */
  readonly owners: { readonly shard: Shard; readonly process: Process }[] = []
  private processes: Process[] = []
  private nextId = 100
  private nextMessage = 0
  private epoch = -1

  constructor() {
    this.processes = [this.newProcess(), this.newProcess()]
  }

  private newProcess(): Process {
    const ask = (): Promise<{ producerId: number; producerEpoch: number }> =>
      Promise.resolve({ producerId: this.nextId++, producerEpoch: 0 })
    return { slots: createSlots(ask, 4), isAlive: true }
  }

  private mail(from: Process, to: FakePartition, batch: NumberedBatch): Promise<NumberedOutcome> {
    return new Promise(answer => void this.parcels.push({ to, batch, from, outcome: null, answer }))
  }

  takeOver(which: number): void {
    const process = this.processes[which % this.processes.length]!
    if (!process.isAlive) this.processes[which % this.processes.length] = this.newProcess()
    const by = this.processes[which % this.processes.length]!
    this.epoch++
    const id = { producerId: 1, producerEpoch: this.epoch }
    const place = { topic: 'log', partition: 0, deadlineMs: Infinity }
    const records = [fenceRecord('x', this.epoch, 0)]
    this.log.append({ ...place, records, numbers: { ...id, baseSequence: 0 } })
    const ledger = new Ledger<KeyedRequest>({
      ...{ entriesMax: 100, windowMs: 1e9, isWaiting: request => !request.isAnswered() },
    })
    for (const { key, value } of this.log.batches.flatMap(batch => batch.records)) {
      const read = readShardRecord(key, Buffer.concat(value))
      if (read.kind === 'state') ledger.restore(read.digest, read.state, this.time.now())
      else if (read.kind === 'free') ledger.forget(read.digest)
      else expect(read.kind).toBe('fence')
    }
    const log = createShardLog(
      {
        clock: this.time,
        append: batch => this.mail(by, this.log, batch),
        doubt: () => null,
        onLost: () => undefined,
      },
      { topic: 'log', partition: 0, id, nextSequence: 1, writeTimeoutMs: 1_000 },
    )
    const shard = new Shard(
      {
        ...{ clock: this.time, log, slots: by.slots, doubt: () => null, warn: () => undefined },
        append: batch => this.mail(by, this.messages, batch),
        find: (_intent, messageId) => {
          const texts = this.messages.batches.map(({ records }) => String(records[0]!.value[0]))
          return Promise.resolve(texts.some(text => text.endsWith(`=${messageId}`)) ? 'found' : 'absent')
        },
      },
      { deliveryTimeoutMs: 1_000 },
      ledger,
    )
    this.owners.push({ shard, process: by })
  }

  request(owner: number, key: string): void {
    const present = this.owners[this.owners.length - 1 - (owner % Math.min(2, this.owners.length))]!
    if (!present.process.isAlive) return
    let isAnswered = false
    let id = ''
    const tell = (kind: string, messageId: string): void => {
      isAnswered = true
      this.answers.push({ key, kind, id: messageId })
    }
    present.shard.take({
      ...{ digest: key, fingerprint: key, messageId: `m${this.nextMessage++}` },
      isAnswered: () => isAnswered,
      become(messageId, _timestampMs, place) {
        id = messageId
        return Promise.resolve(place ?? { kafkaTopic: 't', partition: 0 })
      },
      record: () => ({ key: null, value: [Buffer.from(`${key}=${id}`)], headers: [], timestampMs: 0 }),
      leaves: messageId => void (id = messageId),
      done: outcome => tell(outcome.kind, id),
      replayed: messageId => tell('stored', messageId),
      refused: why => tell(why.kind, ''),
    })
  }

  /** The first time, or, one in four, once more. */
  arrive(which: number): void {
    const all = this.parcels.filter(({ outcome }) => outcome?.kind !== 'notStored')
    const parcel = pick(which % 4 === 0 ? all : all.filter(({ outcome }) => outcome === null), which)
    if (parcel === undefined) return
    const outcome = parcel.to.append(parcel.batch)
    parcel.outcome ??= outcome
  }

  /** Kafka refuses it before it stores anything. */
  refuse(which: number): void {
    const parcel = pick(
      this.parcels.filter(({ outcome, answer }) => outcome === null && answer !== null),
      which,
    )
    if (parcel !== undefined) parcel.outcome = { kind: 'notStored', cause: 'refused', detail: 'refused' }
  }

  /** Its sender hears what came of it. */
  hear(which: number): void {
    const waiting = this.waiting().filter(({ outcome }) => outcome !== null)
    const parcel = pick(waiting, which)
    if (parcel?.outcome) this.tell(parcel, parcel.outcome)
  }

  /** Its sender hears nothing in time. What it sent may arrive later all the same. */
  lose(which: number): void {
    const parcel = pick(
      this.waiting().filter(({ outcome }) => outcome?.kind !== 'notStored'),
      which,
    )
    if (parcel !== undefined) this.tell(parcel, { kind: 'unknown', detail: 'lost' })
  }

  private waiting(): Parcel[] {
    return this.parcels.filter(({ answer, from }) => answer !== null && from.isAlive)
  }

  private tell(parcel: Parcel, outcome: NumberedOutcome): void {
    parcel.answer?.(outcome)
    parcel.answer = null
  }

  /** Everything under way arrives and is heard of. */
  pass(): void {
    for (const parcel of this.parcels) {
      parcel.outcome ??= parcel.to.append(parcel.batch)
      if (parcel.from.isAlive) this.tell(parcel, parcel.outcome)
    }
  }

  kill(which: number): void {
    const process = this.processes[which % this.processes.length]!
    process.isAlive = false
  }

  /** All that is on its way arrives, and every key is asked about until the truth is known. */
  async end(keys: readonly string[]): Promise<void> {
    this.takeOver(0)
    for (let round = 0; round < 6; round++) {
      for (const key of keys) this.request(0, key)
      for (let step = 0; step < 12; step++) {
        this.pass()
        await settle()
      }
    }
  }
}

const runs = 300
const stepsMax = 60
const keys = ['a', 'b', 'c', 'd', 'e']
const step = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('request' as const) },
    { weight: 6, arbitrary: fc.constant('arrive' as const) },
    { weight: 6, arbitrary: fc.constant('hear' as const) },
    { weight: 4, arbitrary: fc.constant('pass' as const) },
    { weight: 6, arbitrary: fc.constantFrom('lose', 'lose', 'refuse', 'refuse', 'kill', 'takeOver') },
  ),
  which: fc.nat(1_000),
  key: fc.constantFrom(...keys),
})

it('stores at most one message a key, whatever dies, freezes, arrives late or twice, and every 201 is it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: stepsMax }), async steps => {
      const world = new World()
      world.takeOver(0)
      for (const { what, which, key } of steps) {
        if (what === 'request') world.request(which, key)
        else if (what === 'arrive') world.arrive(which)
        else if (what === 'hear') world.hear(which)
        else if (what === 'lose') world.lose(which)
        else if (what === 'pass') world.pass()
        else if (what === 'refuse') world.refuse(which)
        else if (what === 'kill') world.kill(which)
        else world.takeOver(which)
        await settle()
      }
      await world.end(keys)

      const stored = world.messages.batches.map(({ records }) => String(records[0]!.value[0]))
      const told = world.answers.filter(({ kind }) => kind === 'stored')
      for (const key of keys) {
        const ids = stored.filter(text => text.startsWith(`${key}=`)).map(text => text.slice(2))
        expect(ids.length).toBeLessThanOrEqual(1)
        for (const answer of told.filter(each => each.key === key)) expect(answer.id).toBe(ids[0])
      }
      // In the end everybody who goes on asking hears the truth.
      for (const key of keys) expect(told.some(answer => answer.key === key)).toBe(true)
    }),
    { numRuns: runs },
  )
}, 60_000)
