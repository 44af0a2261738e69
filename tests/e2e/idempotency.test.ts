import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { readPublishersPage } from '@iris/common/metrics/publishers'
import type { ServiceProcess } from '@iris/local-stack/service'
import { eventually } from '../support/eventually.js'
import { witness, type WitnessedRecord } from '../support/kafka-witness.js'
import {
  publishTo,
  startPublishWorld,
  type PublishAnswer,
  type PublishWorld,
} from '../support/publish-world.js'

let world: PublishWorld
let one: ServiceProcess
let two: ServiceProcess

beforeAll(async () => {
  const settings = { 'zookeeper.sessionTimeout': '4s' }
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
  one = world.frontend
  two = await world.addFrontend({ 'frontend.server.id': 'two' })
})

afterAll(() => world.stop())

const keyed = (
  frontend: ServiceProcess,
  topic: string,
  key: string,
  body = '{"order":1}',
  headers: Readonly<Record<string, string>> = {},
): Promise<PublishAnswer> => publishTo(frontend.url, topic, body, { 'Idempotency-Key': key, ...headers })

/** What Kafka holds for a topic once a last message, sent without a key, is there. */
async function storedIn(topic: string, count: number): Promise<readonly WitnessedRecord[]> {
  const last = await publishTo(one.url, topic, '"last"', { 'Partition-Key': 'last' })
  const records = await witness(inject('kafka'), world.kafkaTopic(topic), count + 1)
  return records.filter(({ headers }) => headers['id'] !== last.id)
}

/** Messages that all frontends together have counted for the publishers of a topic. */
async function countedFor(topic: string): Promise<number> {
  const nodes = `${world.root}/iris/frontends`
  const ids = (await world.session.children(nodes)) ?? []
  const counts = await Promise.all(
    ids.map(async id => {
      const node = await world.session.read(`${nodes}/${id}`)
      const card = JSON.parse(String(node?.data)) as { host: string; port: number; token: string }
      const answer = await fetch(`http://${card.host}:${card.port}/status/publishers/${topic}`, {
        headers: { 'Iris-Forwarded-Token': card.token },
        signal: AbortSignal.timeout(30_000),
      })
      const page = readPublishersPage(await answer.json())
      return page?.publishers.reduce((sum, { accepted }) => sum + accepted, 0) ?? NaN
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

const isReplay = ({ headers }: PublishAnswer): boolean => headers.get('idempotent-replay') === 'true'

/** Repeats a request, as a client would, until it hears that the message is stored. */
const until201 = (frontend: ServiceProcess, topic: string, key: string): Promise<PublishAnswer> =>
  eventually(async () => {
    const answer = await keyed(frontend, topic, key)
    expect(answer.status).toBe(201)
    return answer
  })

/**
 * Publishes under new keys until some belong to the second frontend, by the locks that the first use of a
 * shard leaves. Gives all keys with the answers, those of the second frontend first.
 */
async function keysOfTwo(topic: string, count: number): Promise<Map<string, PublishAnswer>> {
  const locks = `${world.root}/iris/idempotency/primary-dc/locks`
  const known = async (): Promise<readonly string[]> => (await world.session.children(locks)) ?? []
  const [owned, others] = [new Map<string, PublishAnswer>(), new Map<string, PublishAnswer>()]
  for (let index = 0; owned.size < count; index++) {
    const key = `"probe-${index}"`
    const before = await known()
    const answer = await until201(one, topic, key)
    const lock = (await known()).find(each => !before.includes(each))
    const node = lock === undefined ? null : await world.session.read(`${locks}/${lock}`)
    const isOwned = node !== null && String(node.data).includes('"two"')
    ;(isOwned ? owned : others).set(key, answer)
  }
  return new Map([...owned, ...others])
}

describe('a message with an Idempotency-Key', () => {
  it('is stored once and answered the same way, at every frontend and in both spellings', async () => {
    const topic = await world.createTopic()

    const first = await keyed(one, topic, '"order-1"')
    const again = [
      await keyed(one, topic, '"order-1"'),
      await keyed(two, topic, '"order-1"'),
      await keyed(two, topic, 'order-1'),
    ]
    const other = await keyed(two, topic, '"order-2"')

    expect(first.status).toBe(201)
    for (const answer of again) expect(answer).toMatchObject({ status: 201, id: first.id, text: first.text })
    expect(other.status).toBe(201)
    expect([first, other].map(isReplay)).toEqual([false, false])
    expect(again.map(isReplay)).toEqual([true, true, true])
    const ids = (await storedIn(topic, 2)).map(({ headers }) => headers['id'])
    expect(ids.sort()).toEqual([first.id, other.id].sort())
    // The two, and the last one: what one frontend passes on to the other is no message of its own.
    expect(await countedFor(topic)).toBe(3)
  })

  it('that is for later is marked too when its answer is repeated, and so is a record of many', async () => {
    const topic = await world.createTopic()
    const at = new Date(Date.now() + 3_600_000).toISOString()
    const ofMany = async (frontend: ServiceProcess): Promise<unknown> => {
      const record = JSON.stringify({ message: 1, headers: { 'Idempotency-Key': '"of many"' } })
      const answer = await publishTo(frontend.url, `${topic}/batch?records=wrapped`, record, {
        'Content-Type': 'application/x-ndjson',
      })
      return (JSON.parse(answer.text) as { results: readonly unknown[] }).results[0]
    }

    // Whoever comes first makes the schedule topic, which a busy machine may need a while for.
    await eventually(async () =>
      expect((await publishTo(one.url, topic, '{}', { 'Deliver-At': at })).status).toBe(201),
    )
    const first = await keyed(one, topic, '"later"', '{}', { 'Deliver-At': at })
    const again = [
      await keyed(one, topic, '"later"', '{}', { 'Deliver-At': at }),
      await keyed(two, topic, '"later"', '{}', { 'Deliver-At': at }),
    ]
    const records = [await ofMany(one), await ofMany(one), await ofMany(two)]

    expect([first.status, isReplay(first), first.headers.get('deliver-at')]).toEqual([201, false, at])
    for (const answer of again) {
      expect(answer).toMatchObject({ status: 201, id: first.id })
      expect([isReplay(answer), answer.headers.get('deliver-at')]).toEqual([true, at])
    }
    expect(records[0]).not.toHaveProperty('idempotentReplay')
    for (const each of records.slice(1)) expect(each).toMatchObject({ status: 201, idempotentReplay: true })
  })

  it('that comes to both frontends at the same moment is stored once', async () => {
    const topic = await world.createTopic()
    const keys = Array.from({ length: 12 }, (_, index) => `"moment-${index}"`)

    const answers = await Promise.all(
      keys.map(key => Promise.all([one, two, one, two].map(frontend => keyed(frontend, topic, key)))),
    )

    for (const ofKey of answers) {
      const stored = ofKey.filter(({ status }) => status === 201)
      expect(new Set(stored.map(({ id }) => id)).size).toBe(1)
      const busy = ofKey.filter(({ status }) => status !== 201)
      for (const answer of busy) {
        expect(answer).toMatchObject({ status: 409, code: 'IDEMPOTENCY_KEY_IN_USE' })
        expect(answer.headers.get('retry-after')).toBe('1')
      }
    }
    const ids = (await storedIn(topic, keys.length)).map(({ headers }) => headers['id'])
    const told = answers.map(ofKey => ofKey.find(({ status }) => status === 201)?.id)
    expect(ids.sort()).toEqual(told.sort())
  })

  it.each([
    ['another body', '{"order":2}', {}],
    ['another Partition-Key', '{"order":1}', { 'Partition-Key': 'x' }],
    ['another Content-Type', '{"order":1}', { 'Content-Type': 'application/other' }],
  ])('with %s than its key stands for is 422 at both frontends', async (_what, body, headers) => {
    const topic = await world.createTopic()
    expect((await keyed(one, topic, '"same"')).status).toBe(201)

    for (const frontend of [one, two])
      expect(await keyed(frontend, topic, '"same"', body, headers)).toMatchObject({
        status: 422,
        code: 'IDEMPOTENCY_KEY_REUSED',
      })
    expect(await storedIn(topic, 1)).toHaveLength(1)
  })

  it('is stored once per topic: the same key of another topic is another key', async () => {
    const topics = [await world.createTopic(), await world.createTopic()]

    const answers = await Promise.all(topics.map(topic => keyed(one, topic, '"shared"')))

    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    expect(answers[0]?.id).not.toBe(answers[1]?.id)
  })

  it.each([
    ['""', 'not empty'],
    [`"${'x'.repeat(256)}"`, 'at most 255 letters'],
    ['"a", "b"', 'one string'],
    ['"open', 'one string'],
  ])('whose key is %s is 400 and names the rule', async (key, rule) => {
    const topic = await world.createTopic()

    const answer = await keyed(one, topic, key)

    expect(answer).toMatchObject({ status: 400, code: 'IDEMPOTENCY_KEY_INVALID' })
    expect(answer.text).toContain(rule)
  })

  it('that was refused may be mended and sent again under its key', async () => {
    const topic = await world.createTopic()

    const refused = await keyed(one, topic, '"mended"', '{"order":')
    const mended = await keyed(two, topic, '"mended"')

    expect(refused).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(mended.status).toBe(201)
  })

  it('is the only kind that a topic takes where keys are required', async () => {
    const topic = await world.createTopic({ idempotencyKeyRequired: true })

    const without = await publishTo(one.url, topic, '{}')

    expect(without).toMatchObject({ status: 400, code: 'IDEMPOTENCY_KEY_MISSING' })
    expect((await keyed(one, topic, '"given"')).status).toBe(201)
  })
})

describe('when the owner of keys is frozen or dies', () => {
  it('another serves them, and no key ever has a second message', async () => {
    const topic = await world.createTopic({ partitions: 1 })
    const told = new Map<string, Set<string | null>>()
    const note = (key: string, { status, id }: PublishAnswer): void => {
      if (status === 201) told.set(key, (told.get(key) ?? new Set()).add(id))
    }
    const publish = async (frontend: ServiceProcess, key: string): Promise<void> => {
      // A frontend that dies breaks the connection: its client knows nothing.
      const answer = await keyed(frontend, topic, key).catch(() => null)
      if (answer !== null) note(key, answer)
    }
    const probes = await keysOfTwo(topic, 2)
    const [frozenKey = '', killedKey = ''] = probes.keys()
    for (const [key, answer] of probes) note(key, answer)

    two.pause()
    note(frozenKey, await until201(one, topic, frozenKey))
    two.resume()
    // The frozen one still believes to be the owner, of keys it knows and of new ones.
    const fresh = Array.from({ length: 20 }, (_, index) => `"thaw-${index}"`)
    await Promise.all([frozenKey, ...fresh].flatMap(key => [publish(two, key), publish(one, key)]))
    for (const key of fresh) note(key, await until201(one, topic, key))

    const dying = Array.from({ length: 20 }, (_, index) => `"kill-${index}"`)
    const open = dying.flatMap(key => [publish(one, key), publish(two, key)])
    await two.kill()
    await Promise.all(open)
    for (const key of [killedKey, ...dying]) note(key, await until201(one, topic, key))

    expect(told.size).toBe(probes.size + fresh.length + dying.length)
    const ids = (await storedIn(topic, told.size)).map(({ headers }) => headers['id'])
    expect(ids.sort()).toEqual([...told.values()].flatMap(each => [...each]).sort())
    expect(ids).toHaveLength(told.size)
  })
})
