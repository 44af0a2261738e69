/**
 * A Kafka cluster of one broker in memory, for tests of what reads from it: Fetch 11 with sessions,
 * ListOffsets 5. Takes appended values and faults. Gives answers as Kafka would, byte for byte.
 * Promises: a long poll ends at the next append; a request whose answer is lost was acted upon.
 */
import { sleep, systemScheduler } from '../time/scheduler.js'
import type { Cluster, PartitionLayout } from './cluster.js'
import { latestTime } from './offset-calls.js'
import { ConnectionLost, type ApiCall, type BrokerConnection } from './protocol/connection.js'
import { kafkaCode } from './protocol/kafka-error.js'
import { WireReader, WireWriter } from './protocol/wire.js'
import { anonymous, encodeRecordBatch } from './record-batch.js'
import { Signal } from '../time/signal.js'

interface FakeLog {
  start: number
  end: number
  readonly batches: { readonly last: number; readonly bytes: Buffer }[]
}

interface Place {
  readonly name: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly bytesMax: number
}

interface Row {
  readonly place: Place
  readonly code: number
  readonly end: number
  readonly records: Buffer
}

interface Session {
  epoch: number
  readonly places: Map<string, Place>
}

const noRecords = Buffer.alloc(0)

/** The broker and the hands that move it. */
export class FakeBroker {
  fetchCount = 0
  /** So many answers get lost on their way. */
  answersToLose = 0
  private readonly logs = new Map<string, FakeLog>()
  private readonly refusals = new Map<string, number>()
  private readonly sessions = new Map<number, Session>()
  private readonly polls = new Set<Signal>()
  private readonly listeners = new Set<(topic: string) => void>()
  private nextSession = 1

  create(topic: string, partitions: number): void {
    for (let partition = 0; partition < partitions; partition++) {
      this.logs.set(`${topic}/${partition}`, { start: 0, end: 0, batches: [] })
    }
    for (const listener of this.listeners) listener(topic)
  }

  /** Adds partitions up to so many; those that are there stay. */
  grow(topic: string, partitions: number): void {
    for (let partition = 0; partition < partitions; partition++) {
      const name = `${topic}/${partition}`
      if (!this.logs.has(name)) this.logs.set(name, { start: 0, end: 0, batches: [] })
    }
    for (const listener of this.listeners) listener(topic)
  }

  /** Appends one batch; all its records have the key. */
  append(topic: string, partition: number, values: readonly string[], key: string | null = null): void {
    const log = this.logs.get(`${topic}/${partition}`)!
    const records = values.map(value => ({
      key: key === null ? null : Buffer.from(key),
      value: [Buffer.from(value)],
      headers: [],
      timestampMs: 0,
    }))
    const bytes = encodeRecordBatch(records, anonymous)
    bytes.writeUInt32BE(log.end, 4)
    log.end += values.length
    log.batches.push({ last: log.end - 1, bytes })
    this.ringAll()
  }

  /** Removes everything below `offset`, as retention does. */
  trim(topic: string, partition: number, offset: number): void {
    this.logs.get(`${topic}/${partition}`)!.start = offset
  }

  /** The next answer for the partition carries this code. */
  refuse(topic: string, partition: number, code: number): void {
    this.refusals.set(`${topic}/${partition}`, code)
    this.ringAll()
  }

  /** Forgets all fetch sessions. */
  evictSessions(): void {
    this.sessions.clear()
  }

  endOf(topic: string, partition: number): number {
    return this.logs.get(`${topic}/${partition}`)!.end
  }

  /** The broker as the cluster that readers know. */
  cluster(): Cluster {
    const connection: BrokerConnection = {
      request: call => this.request(call),
      close: () => Promise.resolve(),
      isOpen: true,
    }
    return {
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      layout: topic => this.layout(topic),
      refresh: () => Promise.resolve(),
      metadataAgeMs: () => 0,
      onLayout: listener => {
        this.listeners.add(listener)
        return () => void this.listeners.delete(listener)
      },
      connection: () => Promise.resolve(connection),
      anyConnection: () => Promise.resolve(connection),
      coordinator: () => Promise.resolve(0),
      forgetCoordinator: () => undefined,
      controller: () => Promise.resolve(0),
    }
  }

  private layout(topic: string): PartitionLayout[] | undefined {
    const rows: PartitionLayout[] = []
    while (this.logs.has(`${topic}/${rows.length}`)) rows.push({ partition: rows.length, leader: 0 })
    return rows.length > 0 ? rows : undefined
  }

  private async request<T>(call: ApiCall<T>): Promise<T> {
    const body = new WireReader(call.body as Buffer)
    const answer = call.apiName === 'Fetch' ? await this.fetch(body) : this.listOffsets(body)
    await sleep(systemScheduler, 0)
    if (this.answersToLose > 0) {
      this.answersToLose -= 1
      throw new ConnectionLost('the answer got lost')
    }
    return call.decode(new WireReader(answer))
  }

  private async fetch(body: WireReader): Promise<Buffer> {
    this.fetchCount += 1
    body.int32() // replica
    const waitMs = body.int32()
    body.skip(9) // bytes, isolation
    const [id, epoch] = [body.int32(), body.int32()]
    const places = readTopics(body, topic => readPlace(body, topic))
    const forgotten = readTopics(body, topic => `${topic}/${body.int32()}`)
    if (epoch > 0 && !this.sessions.has(id)) return writeAnswer(kafkaCode.FETCH_SESSION_ID_NOT_FOUND, 0, [])
    if (epoch > 0 && this.sessions.get(id)!.epoch !== epoch) {
      return writeAnswer(kafkaCode.INVALID_FETCH_SESSION_EPOCH, 0, [])
    }
    const isWhole = epoch <= 0
    if (isWhole) this.sessions.delete(id)
    const sessionId = isWhole ? (epoch === 0 ? this.nextSession++ : 0) : id
    const session = isWhole ? { epoch: 0, places: new Map<string, Place>() } : this.sessions.get(id)!
    for (const name of forgotten) session.places.delete(name)
    for (const place of places) session.places.set(place.name, place)
    session.epoch += 1
    if (sessionId > 0) this.sessions.set(sessionId, session)
    const rows = await this.poll(session, waitMs)
    return writeAnswer(0, sessionId, isWhole ? rows : rows.filter(hasNews))
  }

  private async poll(session: Session, waitMs: number): Promise<Row[]> {
    const deadlineMs = performance.now() + waitMs
    const bell = new Signal()
    this.polls.add(bell)
    for (;;) {
      const rows = this.rowsOf(session)
      const restMs = deadlineMs - performance.now()
      if (rows.some(hasNews) || restMs <= 0) {
        this.polls.delete(bell)
        return rows
      }
      await bell.waitAtMost(systemScheduler, restMs)
    }
  }

  private rowsOf(session: Session): Row[] {
    let isFirst = true
    return [...session.places.values()].map(place => {
      const log = this.logs.get(place.name)
      const code = this.codeOf(place, log)
      if (code !== 0 || log === undefined) return { place, code, end: -1, records: noRecords }
      const records = recordsFrom(log, place, isFirst)
      if (records.length > 0) isFirst = false
      return { place, code, end: log.end, records }
    })
  }

  private codeOf(place: Place, log: FakeLog | undefined): number {
    const refusal = this.refusals.get(place.name)
    this.refusals.delete(place.name)
    if (refusal !== undefined) return refusal
    if (log === undefined) return kafkaCode.UNKNOWN_TOPIC_OR_PARTITION
    return place.offset < log.start || place.offset > log.end ? kafkaCode.OFFSET_OUT_OF_RANGE : 0
  }

  private listOffsets(body: WireReader): Buffer {
    body.skip(5) // replica, isolation
    const answer = new WireWriter().int32(0)
    const rows = readTopics(body, topic => {
      const partition = body.int32()
      body.int32() // leader epoch
      const { start, end } = this.logs.get(`${topic}/${partition}`)!
      // Of the times, only the two ends are told apart.
      return { topic, partition, offset: body.int64() === latestTime ? end : start }
    })
    answer.array(rows, ({ topic, partition, offset }) => {
      answer.string(topic).arrayLength(1).int32(partition).int16(0).int64(-1).int64(offset).int32(-1)
    })
    return answer.toBuffer()
  }

  private ringAll(): void {
    for (const bell of this.polls) bell.ring()
  }
}

function readTopics<T>(body: WireReader, read: (topic: string) => T): T[] {
  const rows = body.array(() => {
    const topic = body.string()
    return body.array(() => read(topic))
  })
  return rows.flat()
}

function readPlace(body: WireReader, topic: string): Place {
  const partition = body.int32()
  body.int32() // leader epoch
  const offset = body.int64()
  body.skip(8) // start of the log
  return { name: `${topic}/${partition}`, topic, partition, offset, bytesMax: body.int32() }
}

/**
 * Whole bytes up to the bound, the last batch cut off where it falls; the first partition gets at least one
 * batch.
 */
function recordsFrom(log: FakeLog, place: Place, isFirst: boolean): Buffer {
  const found = log.batches.filter(({ last }) => last >= place.offset)
  const firstBytes = found[0]?.bytes.length ?? 0
  if (!isFirst && firstBytes > place.bytesMax) return noRecords
  return Buffer.concat(found.map(({ bytes }) => bytes)).subarray(0, Math.max(place.bytesMax, firstBytes))
}

function hasNews({ code, records }: Row): boolean {
  return code !== 0 || records.length > 0
}

function writeAnswer(code: number, sessionId: number, rows: readonly Row[]): Buffer {
  const answer = new WireWriter().int32(0).int16(code).int32(sessionId)
  answer.array(rows, ({ place, code: rowCode, end, records }) => {
    answer.string(place.topic).arrayLength(1).int32(place.partition).int16(rowCode)
    answer.int64(end).int64(end).int64(-1).arrayLength(null).int32(-1).bytes(records)
  })
  return answer.toBuffer()
}
