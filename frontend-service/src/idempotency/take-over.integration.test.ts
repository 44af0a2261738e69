import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createKafkaAdmin } from '@iris/common/kafka/admin'
import { createCluster, type Cluster } from '@iris/common/kafka/cluster'
import {
  askForProducerId,
  createNumberedAppend,
  type NumberedBatch,
  type NumberedOutcome,
} from '@iris/common/kafka/numbered-append'
import { readRange } from '@iris/common/kafka/read-range'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { openSession, until, type OpenSession } from '@iris/common/zookeeper/testing/open-session'
import { createFindMessage, type FindMessage } from './find-message.js'
import type { KeyedRequest } from './keyed-request.js'
import type { Shard } from './shard.js'
import { createSlots } from './slots.js'
import { takeOver } from './take-over.js'

const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const shards = `shards-${randomUUID()}`
const messages = `messages-${randomUUID()}`
const path = `/test-${randomUUID()}/numbers/0`

let cluster: Cluster
let session: OpenSession
let find: FindMessage
let searches = 0

beforeAll(async () => {
  cluster = createCluster(base, {
    brokers: [inject('kafka')],
    clientId: 'take-over-test',
    connectTimeoutMs: 30_000,
    requestTimeoutMs: 10_000,
    metadataMaxAgeMs: 60_000,
  })
  ;[session] = await Promise.all([openSession(inject('zookeeper')), cluster.start()])
  const admin = createKafkaAdmin({ ...base, cluster }, { requestTimeoutMs: 20_000 })
  const settings = { partitions: 1, replicationFactor: 1, configs: {} }
  await Promise.all([shards, messages].map(topic => admin.createTopic(topic, settings)))
  find = createFindMessage({ ...base, cluster })
})

afterAll(() => Promise.all([session.stop(), cluster.stop()]))

interface Owner {
  readonly shard: Shard
  /** What it is told about messages from now on. */
  deafen(): void
  readonly lost: string[]
}

/** A frontend takes the shard over. */
async function newOwner(now: () => number = systemClock.now): Promise<Owner> {
  const append = createNumberedAppend({ ...base, cluster }, 10_000)
  const askForId = (): ReturnType<typeof askForProducerId> => askForProducerId({ ...base, cluster }, 10_000)
  const lost: string[] = []
  let isDeaf = false
  const heard = async (batch: NumberedBatch): Promise<NumberedOutcome> => {
    const outcome = await append(batch)
    return isDeaf && batch.topic === messages ? new Promise(() => undefined) : outcome
  }
  const shard = await takeOver(
    {
      ...{ ...base, cluster, session, askForId, append: heard, doubt: () => null },
      clock: { now, monotonic: () => systemClock.monotonic() },
      slots: createSlots(askForId, 16),
      find(place, messageId, sinceMs) {
        searches++
        return find(place, messageId, sinceMs)
      },
      ensureTopic: () => Promise.resolve(),
    },
    { topic: shards, owner: 'x', entriesMax: 100, windowMs: 86_400_000, deliveryTimeoutMs: 10_000 },
    { index: 0, path },
    reason => lost.push(reason),
  )
  return { shard, lost, deafen: () => void (isDeaf = true) }
}

/** Sends a request with a key; gives the last word about it as it comes. */
function ask({ shard }: Owner, digest: string): { word: string } {
  const told = { word: '' }
  let id = ''
  const timestamp = { ms: 0 }
  const request: KeyedRequest = {
    ...{ digest, fingerprint: 'f', messageId: randomUUID() },
    isAnswered: () => told.word !== '',
    become(messageId, timestampMs, place) {
      id = messageId
      timestamp.ms = timestampMs
      return Promise.resolve(place ?? { kafkaTopic: messages, partition: 0 })
    },
    record: () => ({
      key: null,
      value: [Buffer.from(digest)],
      headers: [['id', Buffer.from(id)]],
      timestampMs: timestamp.ms,
    }),
    leaves: messageId => void (id = messageId),
    done: outcome => void (told.word = `${outcome.kind} ${id}`),
    replayed: messageId => void (told.word = `replayed ${messageId}`),
    refused: why => void (told.word = why.kind),
  }
  shard.take(request)
  return told
}

const heardOf = async (told: { word: string }): Promise<string> => {
  await until('a word', () => told.word !== '')
  return told.word
}

/** Ids of the messages that Kafka has for a key. */
async function storedFor(digest: string): Promise<readonly string[]> {
  const entries = await readRange(
    { ...base, cluster },
    {
      ...{ topic: messages, partition: 0, fromOffset: 0, entriesMax: 1_000, bytesMax: 1_000_000 },
      deadlineMs: systemClock.monotonic() + 10_000,
    },
  )
  return entries.filter(({ value }) => String(value) === digest).map(entry => String(entry.header('id')))
}

describe('a shard that another frontend takes over', () => {
  it('knows what was stored, and finds out what its dead owner did not hear of', async () => {
    const first = await newOwner()
    const answered = await heardOf(ask(first, 'answered'))
    first.deafen()
    ask(first, 'unheard')
    await until('the message is in Kafka', async () => (await storedFor('unheard')).length === 1)

    const second = await newOwner()

    const [id] = await storedFor('unheard')
    expect(await heardOf(ask(second, 'answered'))).toBe(answered.replace('stored', 'replayed'))
    expect(await heardOf(ask(second, 'unheard'))).toBe(`stored ${id}`)
    expect(await heardOf(ask(second, 'unheard'))).toBe(`replayed ${id}`)
    expect(await storedFor('unheard')).toEqual([id])
    expect(searches).toBe(0)
  })

  it('takes nothing new through its former owner, who does not know of it', async () => {
    const frozen = await newOwner()
    await heardOf(ask(frozen, 'before'))
    const present = await newOwner()

    const [byFrozen, byPresent] = [ask(frozen, 'contested'), ask(present, 'contested')]

    expect(await heardOf(byFrozen)).toBe('unavailable')
    expect(await heardOf(byPresent)).toContain('stored')
    expect(await storedFor('contested')).toHaveLength(1)
    expect(frozen.lost).toHaveLength(1)
    expect(await heardOf(ask(frozen, 'before'))).toBe('unavailable')
  })

  it('is searched for a message whose numbers Kafka may have forgotten', async () => {
    const first = await newOwner(() => systemClock.now() - 2 * 3_600_000)
    first.deafen()
    ask(first, 'old')
    await until('the message is in Kafka', async () => (await storedFor('old')).length === 1)
    const before = searches

    const later = await newOwner()

    expect(await heardOf(ask(later, 'old'))).toBe(`stored ${(await storedFor('old'))[0]}`)
    expect(searches).toBe(before + 1)
    expect(await storedFor('old')).toHaveLength(1)
  })

  it('finds no message where there is none, however many there are around it', async () => {
    expect(await find({ kafkaTopic: messages, partition: 0 }, randomUUID(), 0)).toBe('absent')
    const later = systemClock.now() + 3_600_000
    expect(await find({ kafkaTopic: messages, partition: 0 }, randomUUID(), later)).toBe('absent')
  })
})
