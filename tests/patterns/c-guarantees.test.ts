/**
 * Guarantees and problems of asynchronous communication, row by row: what is promised, what is not, and what
 * a service does about it. Rows C2, C6 and the endpoint of C8 have tests of their own.
 */
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import type { DocumentStore } from '@iris/outbox/documents/document-source'
import { startDocumentRelay } from '@iris/outbox/documents/document-relay'
import { createJsonbStore, documentTable } from '@iris/outbox/documents/jsonb-store'
import { enqueue } from '@iris/outbox/postgres/enqueue'
import { startTableRelay } from '@iris/outbox/postgres/table-relay'
import type { RelayLife } from '@iris/outbox/relay/life'
import { outboxTable } from '@iris/outbox/postgres/table'
import type { Delivery } from '@iris/receiver/delivery'
import { createMemoryProgress } from '@iris/receiver/memory'
import {
  createPostgresProcessed,
  createPostgresProgress,
  forgetProcessed,
  receiverTables,
  type SqlClient,
} from '@iris/receiver/postgres'
import { processedOnce } from '@iris/receiver/processed'
import { inOrder, verdictOf } from '@iris/receiver/projection'
import { accept, reject, retryLater, type Verdict } from '@iris/receiver/verdict'
import { deadLettersOf } from '../support/dead-letters.js'
import { eventually, pause } from '../support/eventually.js'
import { runExample } from '../support/example-program.js'
import { startLibraryReceiver, type LibraryReceiver } from '../support/library-receiver.js'
import { noPostgres, startPostgres, type PostgresServer } from '../support/postgres.js'
import { publishStored } from '../support/publish-stored.js'
import { startTestStack, type FormOverrides, type TestStack } from '../support/stack.js'
import { tasksOf } from '../support/tasks.js'

type Handle = (delivery: Delivery) => Verdict | Promise<Verdict>
type Json = Readonly<Record<string, unknown>>

const noDatabase = noPostgres()
const withDatabase = noDatabase === null ? '' : ` (not here: ${noDatabase})`

let stack: TestStack
let receiver: LibraryReceiver
let postgres: PostgresServer | null = null
let handle: Handle = accept
let seen: Delivery[] = []
/** Of the test that runs: what an earlier one still has under way is nobody's business. */
let current = ''

beforeAll(async () => {
  ;[stack, receiver, postgres] = await Promise.all([
    startTestStack({
      ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper') },
      settings: {
        // All in one line: what could hold others up has them behind itself.
        'management-service': { 'management.topic.partitions': '1' },
        'consumers-service': { 'consumer.undeliveredMessageLogPersistPeriod': '200' },
      },
    }),
    startLibraryReceiver(delivery => {
      if (delivery.topic !== current) return accept()
      seen.push(delivery)
      return handle(delivery)
    }),
    noDatabase === null ? startPostgres() : null,
  ])
  await postgres?.pool.query(`${receiverTables}; ${outboxTable()}; ${documentTable('order_documents')}`)
  await postgres?.pool.query('create table orders (id text primary key); create table invoices (id text)')
})
afterEach(() => {
  handle = accept
  seen = []
})
afterAll(() => Promise.all([stack?.stop(), receiver?.stop(), postgres?.stop()]))

/** A topic and a subscription of the receiver. */
async function subscribed(overrides: FormOverrides = {}): Promise<{ topic: string; name: string }> {
  const topic = await stack.createTopic()
  current = topic
  const { signing } = receiver
  const form = { signing, subscriptionIdentityHeadersEnabled: true, ...overrides }
  const name = await stack.createSubscription(topic, receiver.url, form)
  return { topic, name }
}
const publish = (topic: string, content: Json, headers?: Record<string, string>): Promise<string> =>
  publishStored(stack, topic, content, headers)
const bodies = (): unknown[] => seen.map(each => each.json())
const seenAtLeast = (count: number): Promise<void> =>
  eventually(() => expect(seen.length).toBeGreaterThanOrEqual(count))
const count = async (table: string): Promise<number> => {
  const { rows } = await postgres!.pool.query(`select count(*)::int as n from ${table}`)
  return (rows[0] as { n: number }).n
}

describe('C1 eventual consistency', () => {
  it('is visible as a lag that grows while the receiver is away and goes when it is back', async () => {
    const { topic, name } = await subscribed({ subscriptionPolicy: { messageBackoff: 50 } })
    const ask = async <T>(what: string): Promise<T> => {
      const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/${what}`)
      return JSON.parse(answer.text) as T
    }
    /** As the metrics have it, and as the members of the group have it, partition by partition. */
    const lags = async (): Promise<readonly [string, readonly number[]]> => {
      const { lag } = await ask<{ lag: string }>('metrics')
      const groups = await ask<{ members: { partitions: { lag: number }[] }[] }[]>('consumer-groups')
      const partitions = groups.flatMap(({ members }) => members.flatMap(each => each.partitions))
      return [lag, partitions.map(each => each.lag)]
    }
    handle = () => retryLater()
    for (const n of [1, 2, 3, 4, 5]) await publish(topic, { n })
    await eventually(async () => expect(await lags()).toEqual(['5', [5]]))

    handle = accept
    await eventually(async () => expect(await lags()).toEqual(['0', [0]]))
  })
})

describe('C3 at least once', () => {
  it('means twice, when a receiver has done its work and its answer comes too late', async () => {
    const { topic } = await subscribed({ subscriptionPolicy: { requestTimeout: 300, messageBackoff: 20 } })
    handle = async ({ retryCount }) => {
      if (retryCount === 0) await pause(1_000)
      return accept()
    }
    const id = await publish(topic, { n: 1 })
    await seenAtLeast(2)

    expect(new Set(seen.map(each => each.id))).toEqual(new Set([id]))
    expect(seen.slice(0, 2).map(each => each.retryCount)).toEqual([0, 1])
  })
})

describe.skipIf(noDatabase !== null)(`C4 and C5 exactly one effect${withDatabase}`, () => {
  it('comes from an id that the receiver keeps in the transaction of its effect', async () => {
    const { topic } = await subscribed({ subscriptionPolicy: { requestTimeout: 300, messageBackoff: 20 } })
    const store = createPostgresProcessed(postgres!.pool, { receiver: 'billing' })
    const wasFirst: boolean[] = []
    handle = async ({ id, retryCount }) => {
      const { isFirst } = await processedOnce(store, id, tx =>
        tx.query('insert into invoices (id) values ($1)', [id]),
      )
      wasFirst.push(isFirst)
      // The answer that is lost: its work is committed.
      if (retryCount === 0) await pause(1_000)
      return accept()
    }
    await publish(topic, { n: 1 })
    await eventually(() => expect(wasFirst.length).toBeGreaterThan(1))

    expect(wasFirst.filter(Boolean)).toHaveLength(1)
    expect(await count('invoices')).toBe(1)
    expect(await forgetProcessed(postgres!.pool, 1, { receiver: 'billing' })).toBe(0)
    await postgres!.pool.query("update iris_processed set processed_at = now() - interval '25 hours'")
    expect(await forgetProcessed(postgres!.pool, 1, { receiver: 'billing' })).toBe(1)
  })

  it('is undone together with the id when the work fails, and done by the next attempt', async () => {
    const { topic } = await subscribed({ subscriptionPolicy: { messageBackoff: 20 } })
    const store = createPostgresProcessed(postgres!.pool, { receiver: 'failing' })
    handle = async ({ id, retryCount }) => {
      await processedOnce(store, id, async tx => {
        await tx.query('insert into invoices (id) values ($1)', [`failing ${id}`])
        if (retryCount === 0) throw new Error('half done')
      })
      return accept()
    }
    const id = await publish(topic, { n: 1 })
    await eventually(async () => {
      const { rows } = await postgres!.pool.query('select id from invoices where id = $1', [`failing ${id}`])
      expect(rows).toHaveLength(1)
    })

    expect(receiver.problems).toContainEqual(expect.objectContaining({ kind: 'handler failed', id }))
  })

  it('is claimed by nobody whose work swallowed an error that undid it; behind a savepoint it is kept', async () => {
    const store = createPostgresProcessed(postgres!.pool, { receiver: 'swallowing' })
    const order = (tx: SqlClient, id: string) => tx.query('insert into orders (id) values ($1)', [id])
    await order(postgres!.pool, 'there')
    const swallow = processedOnce(store, 'm1', async tx => {
      await tx.query("insert into invoices (id) values ('swallowed')")
      await order(tx, 'there').catch(() => 'it exists already')
    })
    await expect(swallow).rejects.toMatchObject({ code: '25P02' })

    const again = await processedOnce(store, 'm1', async tx => {
      await tx.query('savepoint before_order')
      await order(tx, 'there').catch(() => tx.query('rollback to before_order'))
      await tx.query("insert into invoices (id) values ('swallowed')")
    })
    expect(again.isFirst).toBe(true)
    expect((await processedOnce(store, 'm1', async () => 'never')).isFirst).toBe(false)
    const { rows } = await postgres!.pool.query("select id from invoices where id = 'swallowed'")
    expect(rows).toHaveLength(1)
  })
})

describe('C5 deduplication at the publisher', () => {
  it('stores a request once, however often it comes with its Idempotency-Key', async () => {
    const { topic } = await subscribed()
    const key = { 'Idempotency-Key': '"k1"' }
    const ids = [await publish(topic, { n: 1 }, key), await publish(topic, { n: 1 }, key)]
    await publish(topic, { n: 2 })
    await eventually(() => expect(bodies()).toContainEqual({ n: 2 }))
    await eventually(() => expect(bodies()).toContainEqual({ n: 1 }))

    expect(ids[0]).toBe(ids[1])
    expect((await stack.publish(topic, '{"n":1}', { headers: key })).headers.get('idempotent-replay')).toBe(
      'true',
    )
    expect(new Set(seen.map(({ id }) => id)).size).toBe(2)
  })
})

interface Offer {
  readonly id: string
  readonly version: number
  readonly change: Json
}

describe('C7 incremental events', () => {
  it('that come as 1, 3, 2 are held back until the gap is filled, and all count in the end', async () => {
    const { topic } = await subscribed({ subscriptionPolicy: { inflightSize: 1 } })
    const store =
      postgres === null
        ? createMemoryProgress<Json, Json>()
        : createPostgresProgress<Json, Json>(postgres.pool)
    const offers = inOrder(store, {
      initial: {},
      apply: (offer, change) => ({ ...offer, ...change }),
    })
    const outcomes: string[] = []
    handle = async delivery => {
      const { id, version, change } = delivery.json() as Offer
      const step = await offers.change(id, version, change)
      outcomes.push(step.outcome)
      return verdictOf(step)
    }
    const changes = [
      { version: 1, change: { name: 'tea', price: 1 } },
      { version: 3, change: { name: 'green tea' } },
      { version: 2, change: { price: 2 } },
    ]
    for (const each of changes) await publish(topic, { id: 'o1', ...each }, { 'Partition-Key': 'o1' })
    await eventually(() => expect(outcomes).toEqual(['applied', 'held', 'applied']))

    const progress = await offers.read('o1')
    expect(progress).toEqual({ version: 3, state: { name: 'green tea', price: 2 }, held: [] })
  })
})

describe('C8 snapshot events', () => {
  it('that are older than what is known change nothing', async () => {
    const { topic } = await subscribed({ subscriptionPolicy: { inflightSize: 1 } })
    const prices = inOrder(createMemoryProgress<number, never>(), { initial: 0, apply: price => price })
    const outcomes: string[] = []
    handle = async delivery => {
      const { id, version, price } = delivery.json() as { id: string; version: number; price: number }
      const step = await prices.snapshot(id, version, price)
      outcomes.push(step.outcome)
      return verdictOf(step)
    }
    await publish(topic, { id: 'o1', version: 2, price: 120 }, { 'Partition-Key': 'o1' })
    await publish(topic, { id: 'o1', version: 1, price: 100 }, { 'Partition-Key': 'o1' })
    await eventually(() => expect(outcomes).toEqual(['applied', 'old']))

    expect((await prices.read('o1'))?.state).toBe(120)
  })
})

describe.skipIf(noDatabase !== null)(`C9 writing to two systems at once${withDatabase}`, () => {
  const insert = 'insert into orders (id) values ($1)'
  const died = new Error('the service died here')

  it('loses the message when the service dies in between; with an outbox nothing is lost', async () => {
    const { topic } = await subscribed()
    const careless = async (id: string, isDying: boolean): Promise<void> => {
      await postgres!.pool.query(insert, [id])
      if (isDying) throw died
      await publish(topic, { id })
    }
    const careful = async (id: string, isDying: boolean): Promise<void> => {
      const client = await postgres!.pool.connect()
      try {
        await client.query('begin')
        await client.query(insert, [id])
        await enqueue(client, { topic, key: id, body: { id } })
        await client.query('commit')
        if (isDying) throw died
      } finally {
        client.release()
      }
    }
    await careless('careless', false)
    await expect(careless('careless, dying', true)).rejects.toBe(died)
    await careful('careful', false)
    await expect(careful('careful, dying', true)).rejects.toBe(died)
    const relay = startTableRelay(silentLog, {
      ...{ database: postgres!.url, databaseTimeoutMs: 10_000, table: 'outbox', createsTable: false },
      ...{ afterFailure: 'hold', keepSentHours: 0, pollMs: 100, ...toFrontend() },
    })
    await eventually(async () => expect(await count('outbox')).toBe(0))
    await relay.stop()
    await seenAtLeast(3)

    const { rows } = await postgres!.pool.query("select id from orders where id like 'care%'")
    expect(rows).toHaveLength(4)
    const ids = (bodies() as { id: string }[]).map(({ id }) => id)
    expect(new Set(ids)).toEqual(new Set(['careless', 'careful', 'careful, dying']))
  })
})

const toFrontend = () => ({
  frontends: [new URL(stack.frontends[0]!.url)],
  ...{ authorization: null, timeoutMs: 10_000, inflightMax: 4 },
})

describe.skipIf(noDatabase !== null)(`C10 transactional outbox in a document${withDatabase}`, () => {
  it('delivers its messages once, over a frontend that is away and a relay that dies before it takes them out', async () => {
    const { topic } = await subscribed()
    const document = {
      orderId: 'o1',
      outboxMessages: [
        { messageId: 'm1', topic, body: { id: 'm1' } },
        { messageId: 'm2', topic, body: { id: 'm2' } },
      ],
    }
    // What has no id cannot be told apart in its list: it waits, is not lost, and hides no other document.
    const nameless = { topic, body: { id: 'nameless' } }
    const insert = 'insert into order_documents (id, document) values ($1, $2)'
    const hundred = `insert into order_documents (id, document)
      select 'a' || n, $1 from generate_series(1, 100) as n`
    await postgres!.pool.query(hundred, [JSON.stringify({ outboxMessages: [nameless] })])
    const behind = { outboxMessages: [{ messageId: 'm3', topic, body: { id: 'm3' } }, nameless, null] }
    await postgres!.pool.query(insert, ['b1', JSON.stringify(behind)])
    await postgres!.pool.query(insert, ['o1', JSON.stringify(document)])
    const store = createJsonbStore(postgres!.pool, { table: 'order_documents' })
    let removals = 0
    /** Where a relay dies that has published and not told its database. */
    const deadly: DocumentStore = {
      ...store,
      removeMessage: () => {
        removals++
        return Promise.reject(new Error('killed'))
      },
    }
    const start = (of: DocumentStore): RelayLife =>
      startDocumentRelay(silentLog, of, { ...toFrontend(), pollMs: 100 })

    await stack.frontends[0]!.stop()
    const dying = start(deadly)
    await stack.frontends[0]!.start()
    await eventually(() => expect(removals).toBeGreaterThan(0))
    await dying.stop()
    const relay = start(store)
    await eventually(async () => {
      const text = "select document from order_documents where id in ('b1', 'o1') order by id"
      const { rows } = await postgres!.pool.query(text)
      expect(rows.map(each => (each as { document: Json }).document)).toEqual([
        { outboxMessages: [nameless, null] },
        { orderId: 'o1', outboxMessages: [] },
      ])
    })
    await relay.stop()
    await publish(topic, { id: 'last' })
    await seenAtLeast(4)

    const ids = (bodies() as { id: string }[]).map(({ id }) => id)
    expect(ids.sort()).toEqual(['last', 'm1', 'm2', 'm3'])
  })
})

describe('C11 and C12 a poison message', () => {
  it('holds nobody up and dies in time; REST reads it and redrives it, where others subscribe to dead letters', async () => {
    const { topic, name } = await subscribed({ subscriptionPolicy: { messageTtl: 1, messageBackoff: 200 } })
    const letters = deadLettersOf(stack, topic, name)
    const tasks = tasksOf(stack, topic, name)
    handle = delivery => {
      if ((delivery.json() as { bad?: boolean }).bad === true) throw new TypeError('no price of undefined')
      return accept()
    }
    const badId = await publish(topic, { bad: true })
    await publish(topic, { good: 1 })
    await publish(topic, { good: 2 })
    await eventually(() => expect(bodies()).toEqual(expect.arrayContaining([{ good: 1 }, { good: 2 }])))

    const [letter] = await letters.waitFor(1)
    expect(letter).toMatchObject({ messageId: badId, class: 'expired', lastStatus: 500 })
    expect(letter?.reason).toContain('500')
    expect(letter?.reason).not.toContain('price')
    expect(Buffer.from(letter?.body ?? '', 'base64').toString()).toBe('{"bad":true}')
    await eventually(async () => {
      const path = `/topics/${topic}/subscriptions/${name}/undelivered/last`
      const { text } = await stack.api.manage('GET', path)
      expect(JSON.parse(text)).toMatchObject({ status: 'DISCARDED', message: '{"bad":true}' })
    })

    handle = accept
    seen = []
    const task = await tasks.start('dead-letters/redrive', { all: true })
    await tasks.until(task.id, 'done')
    expect(seen.map(({ id }) => id)).toEqual([badId])
    expect(await letters.items()).toEqual([])
  })

  it('that the receiver knows as such is rejected, and dead at once', async () => {
    const { topic, name } = await subscribed({ subscriptionPolicy: { retryClientErrors: true } })
    handle = () => reject('no such product')
    await publish(topic, { product: 0 })

    const [letter] = await deadLettersOf(stack, topic, name).waitFor(1)
    expect(letter).toMatchObject({ class: 'refused', attempts: 1, lastStatus: 422 })
  })
})

describe('the guided example of C11, C12 and C13', () => {
  it('tells as a program how the poison was kept and came once after the mend', async () => {
    const addresses = ['--frontend', stack.frontends[0]!.url, '--management', stack.management.url]
    const { code, screen } = await runExample('poison', [...addresses, '--ttl', '1'])

    expect(screen).toContain('(expired, ')
    expect(screen).toContain('{"order":"bad"}')
    expect(screen).toContain('it arrived once, with the same id. Dead letters left: 0.')
    expect(screen).toContain('Nothing was lost, and nobody had to wait.')
    expect(code).toBe(0)
  })

  it('says what it misses where there is no Iris', async () => {
    const { code, screen } = await runExample('poison', ['--frontend', 'http://127.0.0.1:1'])

    expect(screen).toContain('No Iris answers at http://127.0.0.1:1')
    expect(code).toBe(1)
  })
})

describe('C13 an unreadable message', () => {
  it('is a dead letter, and the messages behind it on its partition arrive', async () => {
    const { topic, name } = await subscribed()
    const kafkaTopic = `${stack.namespace}_${topic}`
    const kafka = new Kafka({ brokers: [inject('kafka')], clientId: 'garbage', logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    const garbage = Buffer.from('{"_w":true,"metadata":{"id":7},"message":{"cut')
    const messages = [{ value: garbage, partition: 0 }]
    await producer.send({ topic: kafkaTopic, messages })
    await producer.disconnect()
    await publish(topic, { after: 1 })
    const admin = kafka.admin()
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(kafkaTopic)
    await admin.disconnect()
    expect(ends.map(({ partition, low, high }) => [partition, low, high])).toEqual([[0, '0', '2']])
    await eventually(() => expect(bodies()).toEqual([{ after: 1 }]))

    const [letter] = await deadLettersOf(stack, topic, name).waitFor(1)
    expect(letter).toMatchObject({ class: 'pipeline', reason: expect.stringContaining('UNPARSABLE') })
  })
})
