import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { seededRandom, wholeBetween } from '@iris/common/time/seeded-random'
import { enqueue } from '@iris/outbox/postgres/enqueue'
import { failedMessages, removeFailed, sendFailedAgain } from '@iris/outbox/postgres/failed'
import { outboxTable } from '@iris/outbox/postgres/table'
import { eventually, pause } from '../support/eventually.js'
import { startHoldingProxy, type Hold, type HoldingProxy } from '../support/holding-proxy.js'
import { bodyOf, witness } from '../support/kafka-witness.js'
import { startOutboxRelay, type OutboxRelay } from '../support/outbox-relay.js'
import { noPostgres, startPostgres, type PostgresServer } from '../support/postgres.js'
import { publishTo, startPublishWorld, type PublishWorld } from '../support/publish-world.js'

/** Another seed, or more kills, by hand. */
const seed = Number(process.env['IRIS_OUTBOX_SEED'] ?? 1)
const killCount = Number(process.env['IRIS_OUTBOX_KILLS'] ?? 5)
const keys = ['a', 'b', 'c', 'd']

interface Body {
  readonly key: string
  readonly n: number
}

const missing = noPostgres()

describe.skipIf(missing !== null)(`the outbox${missing === null ? '' : `: ${missing}`}`, () => {
  let world: PublishWorld
  let postgres: PostgresServer
  let iris: HoldingProxy
  let database: HoldingProxy
  const relays: OutboxRelay[] = []

  beforeAll(async () => {
    const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
    const settings = { 'zookeeper.sessionTimeout': '4s' }
    ;[world, postgres] = await Promise.all([startPublishWorld({ ...servers, settings }), startPostgres()])
    iris = await startHoldingProxy(Number(new URL(world.frontend.url).port))
    database = await startHoldingProxy(postgres.port)
  })
  afterAll(async () => {
    await Promise.all(relays.map(each => each.kill()))
    await Promise.all([world?.stop(), postgres?.stop(), iris?.stop(), database?.stop()])
  })

  const relayOf = async (table: string, flags: Record<string, string> = {}): Promise<OutboxRelay> => {
    const relay = await startOutboxRelay({
      database: `postgres://postgres@127.0.0.1:${database.port}/postgres`,
      iris: `http://127.0.0.1:${iris.port}`,
      table,
      'poll-ms': '200',
      'timeout-ms': '5000',
      ...flags,
    })
    relays.push(relay)
    return relay
  }
  /** Runs `work` in a transaction, which ends as `ending` says. */
  const inTransaction = async (
    ending: 'commit' | 'rollback',
    work: (client: Parameters<typeof enqueue>[0]) => Promise<unknown>,
  ): Promise<void> => {
    const client = await postgres.pool.connect()
    try {
      await client.query('begin')
      await work(client)
      await client.query(ending)
    } finally {
      client.release()
    }
  }
  const empty = (table: string): Promise<void> =>
    eventually(async () => {
      const { rows } = await postgres.pool.query(`select count(*)::int as open from ${table}`)
      expect(rows).toEqual([{ open: 0 }])
    }, 60_000)
  /** All messages of a topic with one partition, in order; `count` is how many there should be. */
  const stored = async (topic: string, count: number): Promise<readonly Body[]> => {
    // Behind this one there is nothing of the outbox: a repeat would stand before it.
    await publishTo(world.frontend.url, topic, '{"key":"last","n":0}')
    const records = await witness(inject('kafka'), world.kafkaTopic(topic), count + 1)
    return records
      .map(each => JSON.parse(bodyOf(each).toString()) as Body)
      .filter(({ key }) => key !== 'last')
  }

  it(
    `has each message once in Kafka, in the order of its key, whenever the relay is killed (seed ${seed})`,
    async () => {
      const random = seededRandom(seed)
      const topic = await world.createTopic({ partitions: 1 })
      await postgres.pool.query(outboxTable('killed'))
      const last = new Map(keys.map(key => [key, 0]))
      let isWriting = true
      /** A service that writes a key's next message once the one before is committed; some are undone. */
      const write = async (key: string): Promise<void> => {
        while (isWriting) {
          const n = (last.get(key) ?? 0) + 1
          const ending = random() < 0.1 ? 'rollback' : 'commit'
          await inTransaction(ending, async client => {
            await enqueue(client, { topic, key, body: { key, n, ending } }, { table: 'killed' })
            await pause(wholeBetween(random, 0, 20))
          })
          if (ending === 'commit') last.set(key, n)
          await pause(wholeBetween(random, 40, 120))
        }
      }
      // The first of all ids, and committed behind all others: a position in the sequence would skip it.
      let commitLate = (): void => undefined
      const allSent = new Promise<void>(resolve => (commitLate = resolve))
      const late = inTransaction('commit', async client => {
        await enqueue(client, { topic, body: { key: 'late', n: 1 } }, { table: 'killed' })
        await allSent
      })
      const writing = Promise.all(keys.map(write))

      const isPublish = (bytes: Buffer): boolean => bytes.includes('POST /topics/')
      const isSettlement = (bytes: Buffer): boolean => bytes.includes('delete from')
      const moments: readonly (() => Promise<void>)[] = [
        () => iris.hold({ side: 'request', outlives: true, isWanted: isPublish }),
        () => iris.hold({ side: 'answer', outlives: true, isWanted: isPublish }),
        () => database.hold({ side: 'request', isWanted: isSettlement }),
        () => database.hold({ side: 'answer', isWanted: isSettlement }),
        () => pause(wholeBetween(random, 0, 300)),
      ]
      for (let kill = 0; kill < killCount; kill++) {
        const isHeld = (moments[(kill + seed) % moments.length] ?? moments[4]!)()
        const relay = await relayOf('killed')
        await isHeld
        await relay.kill()
        if (kill !== 2) continue
        await world.frontend.stop()
        const deaf = await relayOf('killed')
        await eventually(() => expect(deaf.events()).toContain('outbox.again'))
        await deaf.kill()
        await world.frontend.start()
      }
      isWriting = false
      await writing

      const relay = await relayOf('killed')
      await empty('killed')
      // What was under way when a relay died arrives now, long after its repeat.
      iris.release()
      database.release()
      commitLate()
      await late
      await empty('killed')
      expect(await relay.stop()).toMatchObject({ code: 0 })

      const committed = [...last.values()].reduce((sum, count) => sum + count, 0) + 1
      const bodies = await stored(topic, committed)
      for (const key of keys) {
        const numbers = bodies.filter(each => each.key === key).map(each => each.n)
        expect(numbers, key).toEqual(Array.from({ length: last.get(key) ?? 0 }, (_, index) => index + 1))
      }
      expect(bodies.filter(({ key }) => key === 'late')).toHaveLength(1)
      expect(bodies).toHaveLength(committed)
    },
    60_000 + killCount * 15_000,
  )

  it('stays in order when a relay that was thought dead goes on beside its successor', async () => {
    const topic = await world.createTopic({ partitions: 1 })
    await postgres.pool.query(outboxTable('frozen'))
    const isThird: Hold = { side: 'answer', isWanted: bytes => bytes.includes('"n":3') }
    const isHeld = iris.hold(isThird)
    const frozen = await relayOf('frozen')
    await eventually(() => expect(frozen.events()).toContain('outbox.leading'))
    const numbers = Array.from({ length: 30 }, (_, index) => index + 1)
    await inTransaction('commit', async client => {
      for (const n of numbers)
        await enqueue(client, { topic, key: 'a', body: { key: 'a', n } }, { table: 'frozen' })
    })
    await isHeld
    frozen.pause()
    const successor = await relayOf('frozen')
    await eventually(() => expect(successor.events()).toContain('outbox.standingBy'))

    database.cut() // of both; the frozen one does not notice, and its lock is free
    await empty('frozen')
    iris.release()
    frozen.resume()
    await eventually(() => expect(frozen.events()).toContain('outbox.databaseLost'))
    await eventually(() => expect(frozen.events()).toContain('outbox.standingBy'))
    await Promise.all([frozen.stop(), successor.stop()])

    expect((await stored(topic, numbers.length)).map(each => each.n)).toEqual(numbers)
  })

  it('keeps a key back behind a message that Iris refuses, and no other key', async () => {
    const topic = await world.createTopic({ partitions: 1 })
    await postgres.pool.query(outboxTable('refused'))
    await inTransaction('commit', async client => {
      const add = (key: string, n: number, body: unknown): Promise<string> =>
        enqueue(client, { id: `${key}${n}`, topic, key, body }, { table: 'refused' })
      await add('bad', 1, 'no JSON')
      await add('bad', 2, { key: 'bad', n: 2 })
      await add('good', 1, { key: 'good', n: 1 })
    })
    const relay = await relayOf('refused')
    const [failed] = await eventually(async () => {
      const found = await failedMessages(postgres.pool, { table: 'refused' })
      expect(found).toHaveLength(1)
      return found
    })
    expect(failed).toMatchObject({ id: 'bad1', key: 'bad', reason: expect.stringContaining('400') })

    await postgres.pool.query(`update refused set body = '{"key":"bad","n":1}' where message_id = 'bad1'`)
    expect(await sendFailedAgain(postgres.pool, ['bad1', 'bad2'], { table: 'refused' })).toBe(1)
    await empty('refused')
    await relay.stop()

    const bodies = await stored(topic, 3)
    expect(bodies.filter(({ key }) => key === 'bad').map(({ n }) => n)).toEqual([1, 2])
    expect(bodies.filter(({ key }) => key === 'good')).toHaveLength(1)
  })

  it('goes on behind a refused message, and keeps what is sent, where it is told to', async () => {
    const topic = await world.createTopic({ partitions: 1 })
    await postgres.pool.query(outboxTable('kept'))
    const relay = await relayOf('kept', { 'after-failure': 'go-on', 'keep-sent-hours': '1' })
    await inTransaction('commit', async client => {
      await enqueue(client, { id: 'bad', topic, key: 'a', body: 'no JSON' }, { table: 'kept' })
      await enqueue(client, { id: 'good', topic, key: 'a', body: { key: 'a', n: 2 } }, { table: 'kept' })
    })
    const rows = await eventually(async () => {
      const text = `select message_id as id, sent_at is not null as "isSent",
        failed_at is not null as "isFailed" from kept order by id desc`
      const found = (await postgres.pool.query(text)).rows as { isSent: boolean }[]
      expect(found.some(({ isSent }) => isSent)).toBe(true)
      return found
    })
    await relay.stop()

    expect(rows).toEqual([
      { id: 'good', isSent: true, isFailed: false },
      { id: 'bad', isSent: false, isFailed: true },
    ])
    expect((await stored(topic, 1)).map(({ n }) => n)).toEqual([2])
    expect(await removeFailed(postgres.pool, ['bad', 'good'], { table: 'kept' })).toBe(1)
  })
})
