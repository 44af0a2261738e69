/**
 * A subscription over a model of Kafka and ZooKeeper, whose processes can be killed, for property tests.
 * Takes messages, answers, refusals and kills in any order. Gives the real pipeline with its real ways into
 * the dead letters, the delay topic and the parked keys; throws where a promise is broken.
 * Promises checked: nothing settled before its outcome is kept; the order of a key; a parked key stays still.
 */
import { decodeCommitNote, encodeCommitNote, type CommitNote } from '@iris/common/kafka/commit-metadata'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { Follower, LogEntry } from '@iris/common/kafka/reader'
import type { Producer, ProducerMessage } from '@iris/common/kafka/producer'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { ZooNode } from '@iris/common/zookeeper/session'
import { createDeadLetters } from '../dead-letter.js'
import { createDelays } from '../delay/delays.js'
import { followHeld } from '../delay/held-follower.js'
import { delayLevelsMs } from '../delay/levels.js'
import type { Letter } from '../letter.js'
import { createParking, noParking } from '../parking.js'
import { PartitionWork } from '../partition-work.js'
import { createPipeline } from '../pipeline.js'
import type { Pipeline } from '../pipeline-parts.js'
import type { SerialPlan } from '../plan.js'
import { createWindow } from '../settle.js'
import { createScriptedOutside } from './outside.js'
import { answerOf, basePlan } from './pipeline-world.js'

export type KafkaWord = 'stored' | 'lost' | 'refused'
export type Answer = Parameters<Letter['done']>[0] | number

/** What is known of a published message; its id is its offset. */
interface Fate {
  readonly key: string | null
  isDelivered: boolean
  isDiscarded: boolean
  isDead: boolean
  isDelayed: boolean
  /** It is dead, and its key was cleared since. */
  isForgiven: boolean
}

interface Process {
  readonly pipeline: Pipeline
  readonly works: { readonly log: string; readonly work: PartitionWork }[]
  readonly sent: Letter[]
  isDead: boolean
}

export interface RetryModel {
  publish(key: string | null): Promise<void>
  answer(index: number, answer: Answer): Promise<void>
  advance(ms: number): Promise<void>
  /** What becomes of the next records. */
  kafka(words: readonly KafkaWord[]): void
  commit(): void
  /** Kills the process, and begins anew from what was committed. */
  restart(): Promise<void>
  /** Clears every parked key. */
  clear(): void
  /** Lets everything succeed; throws when a message ends without an outcome. */
  heal(): Promise<void>
}

const source = 'g.t/0'

/** Makes the model of a subscription whose plan has these changes. */
export async function createRetryModel(
  plan: Partial<SerialPlan>,
  policy: Partial<SerialPlan['policy']> = {},
): Promise<RetryModel> {
  const present: SerialPlan = { ...basePlan, ...plan, policy: { ...basePlan.policy, ...policy } }
  const time = createVirtualTime()
  const logs = new Map<string, LogEntry[]>()
  const committed = new Map<string, { readonly offset: number; readonly note: CommitNote | null }>()
  const fates: Fate[] = []
  const words: KafkaWord[] = []
  const node = { data: null as Buffer | null, version: 0 }
  const watchers = new Set<(node: ZooNode | null) => void>()
  let process: Process | null = null

  const logOf = (name: string): LogEntry[] => {
    const log = logs.get(name) ?? []
    logs.set(name, log)
    return log
  }
  const wake = (): void => {
    for (const { work } of process?.works ?? []) work.isReady = true
    process?.pipeline.wake()
  }
  const put = (data: Buffer): void => {
    Object.assign(node, { data, version: node.version + 1 })
    for (const watcher of watchers) watcher({ data } as ZooNode)
  }
  /** ZooKeeper takes its time, so that a process may die in between. */
  const later = (run: () => void): Promise<void> =>
    new Promise(resolve =>
      time.after(300, () => {
        run()
        resolve()
      }),
    )
  const session = {
    read: async () => (node.data === null ? null : { data: node.data, stat: { version: node.version } }),
    write: (_path: string, data: Buffer) => later(() => put(data)),
    create: (_path: string, data: Buffer) => later(() => put(data)),
    ensure: () => Promise.resolve(),
    watchData(_path: string, watcher: (node: ZooNode | null) => void) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
  }

  const store = (message: ProducerMessage): number => {
    const log = logOf(`${message.topic}/${message.partition}`)
    log.push(recordOf(message, log.length, time.now()))
    const fate = fates[idOf(message.value[0]!)]!
    if (message.topic === present.delayTopic) fate.isDelayed = true
    else Object.assign(fate, { isDead: true, isForgiven: false })
    wake()
    return log.length - 1
  }
  const producerOf = (owner: Process): Producer =>
    ({
      prepare: () => Promise.resolve(),
      append(message: ProducerMessage) {
        if (owner.isDead) return true
        const word = words.shift() ?? 'stored'
        const offset = word === 'refused' ? -1 : store(message)
        time.after(1, () => {
          if (owner.isDead) return
          if (word === 'stored') message.done({ kind: 'stored', partition: message.partition, offset })
          else if (word === 'lost') message.done({ kind: 'unknown', detail: 'no answer' })
          else message.done({ kind: 'notStored', cause: 'refused', detail: 'not now' })
        })
        return true
      },
    }) as unknown as Producer

  const checkAttempt = (id: number): void => {
    const fate = fates[id]!
    if (present.ordering !== 'KEY' || fate.key === null) return
    for (const earlier of fates.slice(0, id)) {
      if (earlier.key !== fate.key || earlier.isDelivered || earlier.isDiscarded) continue
      if (!earlier.isDead) throw new Error(`message ${id} overtook an earlier one of its key`)
      if (present.isParking && !earlier.isForgiven) throw new Error(`message ${id} left a parked key`)
    }
  }

  const begin = async (): Promise<void> => {
    const outside = createScriptedOutside(present).parts
    const base = { clock: time, scheduler: time, log: silentLog }
    const sent: Letter[] = []
    const owner: Process = { pipeline: null as never, works: [], sent, isDead: false }
    const patience = { replicationFactor: 1, storeMs: 5_000, retryMs: 100 }
    const keeping = { ...base, producer: producerOf(owner), admin: adminOf() }
    const offsets = { commit: () => Promise.resolve() } as never
    const parking = present.isParking
      ? createParking({ ...base, session: session as never }, '/p')
      : noParking
    const pipeline = createPipeline(
      {
        ...outside,
        ...base,
        sender: {
          send(letter) {
            checkAttempt(idOf(letter.body))
            sent.push(letter)
          },
          update: () => undefined,
          stop: () => undefined,
        },
        deadLetters: createDeadLetters(keeping, { ...patience, retentionMs: 1e9 }),
        delays: createDelays(
          { ...keeping, offsets, announce: () => Promise.resolve() },
          { ...patience, retentionMarginMs: 1e9 },
        ),
        parking,
        waitingBudget: { messagesMax: 6, bytesMax: 1e9, messages: 0, bytes: 0 },
      },
      present,
    )
    process = Object.assign(owner, { pipeline })
    await pipeline.ready()
    const names = [source, ...delayLevelsMs.map((_, level) => `${present.delayTopic}/${level}`)]
    for (const [index, log] of names.entries()) owner.works.push({ log, work: open(log, index - 1) })
    for (const { work } of owner.works) pipeline.add(work)
    await time.advance(0)
  }

  const open = (log: string, level: number): PartitionWork => {
    const { offset, note } = committed.get(log) ?? { offset: 0, note: null }
    const wallLeadMs = time.now() - time.monotonic()
    let position = offset
    const plain: Follower = {
      next: () => logOf(log)[position++] ?? (position--, null),
      get position() {
        return position
      },
      endOffset: -1,
      seek: to => void (position = to),
      close: () => undefined,
    }
    const request = { topic: log, partition: level, offset, onReady: wake, onSkipped: () => undefined }
    const window = createWindow({ offset, note, wallLeadMs, unsettledMax: 100, endsTogether: false })
    const isDelayed = level >= 0
    const partition = Math.max(0, level)
    const work = new PartitionWork({
      ...{ partition, isDelayed, window, lock: 1, offset, isDoubtful: () => false },
    })
    return work.follow(level < 0 ? plain : followHeld({ clock: time, scheduler: time }, request, () => plain))
  }

  const hasOutcome = ({ isDelivered, isDiscarded, isDead, isDelayed }: Fate): boolean =>
    isDelivered || isDiscarded || isDead || isDelayed
  const commitWork = (log: string, { window, follower }: PartitionWork): void => {
    window.advance(follower.position)
    const offset = window.commitPosition()
    const note = window.note(1, time.now() - time.monotonic())
    committed.set(log, { offset, note: decodeCommitNote(offset, encodeCommitNote(offset, note) ?? '') })
    const isSettled = (each: LogEntry): boolean =>
      each.offset < offset || note.settled.some(([from, to]) => each.offset >= from && each.offset <= to)
    for (const each of logOf(log))
      if (isSettled(each) && !hasOutcome(fates[idOf(each.value!)]!))
        throw new Error(`${log} ${each.offset} was settled early`)
  }

  const model: RetryModel = {
    async publish(key) {
      const id = fates.length
      const no = {
        isDelivered: false,
        isDiscarded: false,
        isDead: false,
        isDelayed: false,
        isForgiven: false,
      }
      fates.push({ key, ...no })
      const metadata = { timestampMs: time.now(), id: `id-${id}`, externalMetadata: {} }
      const value = Buffer.concat(wrapEnvelope(metadata, Buffer.from(`{"n":${id}}`)))
      logOf(source).push(entryOf(source, id, { key, value, headers: [], timestampMs: time.now() }))
      wake()
      await time.advance(0)
    },
    async answer(index, answer) {
      const { sent } = process!
      const [letter] = sent.splice(index % Math.max(1, sent.length), 1)
      if (letter === undefined) return
      const result = typeof answer === 'number' ? answerOf(answer) : answer
      const fate = fates[idOf(letter.body)]!
      const isSuccess = result.kind === 'answer' && result.status < 300
      if (isSuccess) fate.isDelivered = true
      if (!isSuccess && result.kind === 'answer' && result.verdict === 'discard') fate.isDiscarded = true
      letter.done(result)
      await time.advance(0)
    },
    advance: ms => time.advance(ms),
    kafka: next => void words.push(...next),
    commit() {
      for (const { log, work } of process?.works ?? []) commitWork(log, work)
    },
    async restart() {
      if (process !== null) {
        process.isDead = true
        process.pipeline.stop()
      }
      await begin()
    },
    clear() {
      if (node.data !== null) put(Buffer.from('{"keys":[]}'))
      for (const fate of fates) if (fate.isDead) fate.isForgiven = true
    },
    async heal() {
      words.length = 0
      for (
        let step = 0;
        step < 400 && !fates.every(fate => fate.isDelivered || fate.isDiscarded || fate.isDead);
        step++
      ) {
        while (process!.sent.length > 0) await model.answer(0, 200)
        await time.advance(5_000)
      }
      const lost = fates.findIndex(fate => !fate.isDelivered && !fate.isDiscarded && !fate.isDead)
      if (lost >= 0) throw new Error(`message ${lost} was lost`)
      model.commit()
    },
  }
  await begin()
  return model
}

interface Written {
  readonly key: string | Buffer | null
  readonly value: Buffer
  readonly headers: readonly (readonly [string, Buffer])[]
  readonly timestampMs: number
}

function recordOf(
  { topic, partition, key, value, headers }: ProducerMessage,
  offset: number,
  nowMs: number,
): LogEntry {
  const written = { key, value: Buffer.concat([...value]), headers, timestampMs: nowMs }
  return entryOf(`${topic}/${partition}`, offset, written)
}

function entryOf(log: string, offset: number, { key, value, headers, timestampMs }: Written): LogEntry {
  const entry: LogEntry = {
    ...{ topic: log, partition: 0, offset, lastOffset: offset, timestampMs, value, problem: null },
    key: typeof key === 'string' ? Buffer.from(key) : key,
    header: name => headers.findLast(([each]) => each === name)?.[1] ?? null,
    headers: () => headers,
    detach: () => entry,
  }
  return entry
}

/** The number in a body, inside an envelope or without one. */
function idOf(bytes: Buffer): number {
  return Number(/\{"n":(\d+)\}/.exec(bytes.toString())?.[1])
}

function adminOf(): Parameters<typeof createDeadLetters>[0]['admin'] {
  return {
    createTopic: () => Promise.resolve('existed'),
    describeTopic: () => Promise.resolve({ partitions: 1, configs: {} }),
  } as never
}
