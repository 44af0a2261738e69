import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import type { ServiceProcess } from '@iris/local-stack/service'
import { mountSmallDisk, type SmallDisk } from '../chaos/small-disk.js'
import { eventually } from '../support/eventually.js'
import { publishTo, type PublishAnswer } from '../support/publish-world.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'

interface Status {
  readonly status: string
  readonly partition?: number
  readonly offset?: number
  readonly reason?: string
  readonly subscriptions?: Readonly<Record<string, string>>
}

const preferring = { Prefer: 'respond-async' }

let dataDir: string
let spoolDir: string
let kafka: KafkaServer
let stack: TestStack
let frontend: ServiceProcess
let other: ServiceProcess
let subscriber: Subscriber

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'iris-spool-'))
  spoolDir = join(dataDir, 'spool')
  kafka = await startKafka({ dataDir: join(dataDir, 'kafka') })
  stack = await startTestStack({
    kafka: kafka.bootstrap,
    zookeeper: inject('zookeeper'),
  })
  ;[frontend, subscriber] = await Promise.all([
    stack.addFrontend({ 'frontend.spool.directory': spoolDir, 'frontend.handlers.idleTimeout': '2s' }),
    startSubscriber(),
  ])
  other = stack.frontends[0]!
})

afterAll(async () => {
  kafka.resume()
  await stack.stop()
  await Promise.all([subscriber.stop(), kafka.kill()])
  await rm(dataDir, { recursive: true, force: true })
})

const publish = (topic: string, body: string, headers = {}): Promise<PublishAnswer> =>
  publishTo(frontend.url, topic, body, headers)

async function statusOf(answer: PublishAnswer, through = frontend): Promise<Status> {
  const response = await fetch(through.url + answer.headers.get('location')!)
  expect(response.status).toBe(200)
  return (await response.json()) as Status
}

const idsOf = (received: readonly Received[]): string[] => received.map(each => each.messageId)

describe('Prefer: respond-async', () => {
  it('is answered 202 with a status that follows the message to its subscriber, through any frontend', async () => {
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/first`, { name: 'billing' })

    const answer = await publish(topic, '{"n":1}', preferring)

    expect(answer.status).toBe(202)
    expect(answer.headers.get('preference-applied')).toBe('respond-async')
    const [received] = await subscriber.waitFor(1, { path: '/first' })
    expect(received?.messageId).toBe(answer.id)
    expect(received?.body.toString()).toBe('{"n":1}')
    const status = await eventually(async () => {
      const found = await statusOf(answer)
      expect(found.status).toBe('DELIVERED')
      return found
    })
    expect(status).toMatchObject({ id: answer.id, topic, offset: 0, subscriptions: { billing: 'DELIVERED' } })
    expect(await statusOf(answer, other)).toEqual(status)
  })

  it('is ignored by a frontend without a spool, which says what is missing to those who insist', async () => {
    const topic = await stack.createTopic()

    const ignored = await publishTo(other.url, topic, '{}', preferring)
    const strict = await publishTo(other.url, topic, '{}', { Prefer: 'respond-async, handling=strict' })

    expect([ignored.status, ignored.headers.get('preference-applied')]).toEqual([201, null])
    expect([strict.status, strict.code]).toEqual([501, 'RESPOND_ASYNC_UNAVAILABLE'])
    expect(strict.text).toContain('frontend.spool.directory')
  })

  it('does not help what would be refused anyway, and nobody knows such a message', async () => {
    const topic = await stack.createTopic()

    const broken = await publish(topic, '{', preferring)
    const nowhere = await publish(`${stack.group}.nothing`, '{}', preferring)
    const unknown = await fetch(`${frontend.url}/topics/${topic}/messages/${broken.id}`)

    expect([broken.status, broken.code]).toEqual([400, 'VALIDATION_ERROR'])
    expect([nowhere.status, nowhere.code]).toEqual([404, 'TOPIC_NOT_EXISTS'])
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ code: 'MESSAGE_NOT_KNOWN' })
  })

  it('a message that its subscriber refuses is told as dead', async () => {
    subscriber.answerWith(({ path }) => (path === '/refusing' ? { status: 400 } : {}))
    const topic = await stack.createTopic()
    await stack.createSubscription(topic, `${subscriber.url}/refusing`, { name: 'strict' })
    await stack.createSubscription(topic, `${subscriber.url}/taking`, { name: 'kind' })

    const answer = await publish(topic, '{}', preferring)

    await eventually(async () => {
      const status = await statusOf(answer)
      expect(status).toMatchObject({ status: 'FAILED', subscriptions: { kind: 'DELIVERED', strict: 'DEAD' } })
    })
  })
})

describe('a topic', () => {
  it('set to ALWAYS is answered 202 unasked, and the setting is no part of other topics', async () => {
    const topic = await stack.createTopic({ respondAsync: 'ALWAYS' })
    const plain = await stack.createTopic()

    const answer = await publish(topic, '{}')

    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([202, null])
    const shown = async (name: string): Promise<Record<string, unknown>> =>
      (await (await fetch(`${stack.management.url}/topics/${name}`)).json()) as Record<string, unknown>
    expect((await shown(topic))['respondAsync']).toBe('ALWAYS')
    expect(await shown(plain)).not.toHaveProperty('respondAsync')
  })
})

describe('with Kafka silent', () => {
  it('what was answered 202 survives kill -9 of its frontend and comes in order once Kafka is back', async () => {
    const asked = await stack.createTopic()
    const falling = await stack.createTopic({ respondAsync: 'FALLBACK' })
    const plain = await stack.createTopic()
    const subscription = { subscriptionPolicy: { inflightSize: 10 }, ordering: 'KEY' }
    await stack.createSubscription(asked, `${subscriber.url}/asked`, subscription)
    await stack.createSubscription(falling, `${subscriber.url}/falling`, subscription)
    const key = { 'Partition-Key': 'k' }
    const before = [
      await publish(asked, '"0"', { ...key, ...preferring }),
      await publish(falling, '"0"', key),
    ]
    for (const path of ['/asked', '/falling']) await subscriber.waitFor(1, { path })
    kafka.pause()

    const answers: Record<'asked' | 'falling', PublishAnswer[]> = { asked: [], falling: [] }
    for (let n = 1; n <= 5; n++) {
      answers.asked.push(await publish(asked, `"${n}"`, { ...key, ...preferring }))
      answers.falling.push(await publish(falling, `"${n}"`, key))
    }
    const waiting = await statusOf(answers.asked[0]!)
    await frontend.kill()
    const starting = frontend.start()
    // It listens, and has its spool, long before Kafka is there.
    const afterwards = await eventually(async () => {
      const answer = await publish(asked, '"6"', { ...key, ...preferring })
      expect(answer.status).toBe(202)
      return answer
    })
    const unasked = await publish(plain, '{}')
    kafka.resume()
    await starting
    answers.asked.push(afterwards)

    expect(before[0]?.status).toBe(202)
    // 202 where this machine is so slow that even a Kafka that answers is late.
    expect([201, 202]).toContain(before[1]?.status)
    for (const answer of [...answers.asked, ...answers.falling]) expect(answer.status).toBe(202)
    expect(waiting.status).toBe('ACCEPTED')
    expect(unasked.status).toBe(503)
    for (const name of ['asked', 'falling'] as const) {
      const ids = answers[name].map(answer => answer.id)
      await eventually(() => {
        // A repeat after the kill is allowed, under the same id; the first times are in order.
        const first = [...new Set(idsOf(subscriber.received(`/${name}`)))]
        expect(first.slice(1)).toEqual(ids)
      })
    }
    await eventually(async () => {
      for (const answer of [answers.asked[5]!, answers.falling[4]!]) {
        expect((await statusOf(answer)).status).toBe('DELIVERED')
      }
    })
    const figures = await (await fetch(`${frontend.url}/status/prometheus`)).text()
    expect(figures).toContain('hermes_frontend_spool_messages 0')
  })
})

describe('a spool that is full', () => {
  const bytesMax = 1024 * 1024
  const big = JSON.stringify('x'.repeat(100_000))
  let small: ServiceProcess
  let smallDir: string
  /** Null where this process may not mount one. */
  let disk: SmallDisk | null

  beforeAll(async () => {
    smallDir = join(dataDir, 'small')
    await mkdir(smallDir)
    disk = await mountSmallDisk(smallDir, 16)
    small = await stack.addFrontend({
      ...{ 'frontend.spool.directory': smallDir, 'frontend.spool.bytesMax': String(bytesMax) },
      'frontend.handlers.idleTimeout': '2s',
    })
  })
  afterAll(async () => {
    kafka.resume()
    await disk?.unmount()
  })

  async function subscribedTopic(path: string): Promise<string> {
    const topic = await stack.createTopic({ maxMessageSize: 200_000 })
    await stack.createSubscription(topic, subscriber.url + path)
    await eventually(async () => expect((await publishTo(small.url, topic, '{}')).status).toBe(201))
    await subscriber.waitFor(1, { path })
    return topic
  }
  const prefer = (topic: string, body: string): Promise<PublishAnswer> =>
    publishTo(small.url, topic, body, preferring)

  async function figure(name: string): Promise<number> {
    const signal = AbortSignal.timeout(10_000)
    const text = await (await fetch(`${small.url}/status/prometheus`, { signal })).text()
    return Number(new RegExp(`^hermes_frontend_${name} (\\S+)$`, 'm').exec(text)?.[1])
  }
  /** The files of messages have the bytes of those that were accepted, and no more. */
  async function nothingHalfWritten(): Promise<void> {
    await eventually(async () => {
      const names = (await readdir(join(smallDir, '0'))).filter(name => name.startsWith('messages-'))
      const sizes = await Promise.all(names.map(async name => (await stat(join(smallDir, '0', name))).size))
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(await figure('spool_bytes'))
    })
  }
  /** Takes messages again; of those before, the accepted reach their subscriber, and the refused never. */
  async function drained(topic: string, path: string, accepted: readonly PublishAnswer[]): Promise<void> {
    const again = await eventually(async () => {
      const answer = await prefer(topic, '"again"')
      expect(answer.status).toBe(202)
      return answer
    })
    await eventually(async () => {
      const received = subscriber.received(path).filter(({ body }) => body.toString() !== '{}')
      expect([...new Set(idsOf(received))].sort()).toEqual([...accepted, again].map(({ id }) => id).sort())
      expect(await figure('spool_messages')).toBe(0)
    })
  }

  it('to its bound answers 507, keeps nothing of what it refused, and takes more once Kafka has the rest', async () => {
    const topic = await subscribedTopic('/bounded')
    kafka.pause()

    const answers: PublishAnswer[] = []
    while (answers.at(-1)?.status !== 507 && answers.length < 20) answers.push(await prefer(topic, big))
    const further = await prefer(topic, big)

    const accepted = answers.slice(0, -1)
    expect(accepted.length).toBeGreaterThan(1)
    expect(new Set(accepted.map(({ status }) => status))).toEqual(new Set([202]))
    for (const refused of [answers.at(-1), further]) {
      expect(refused).toMatchObject({ status: 507, code: 'SPOOL_FULL' })
      expect(refused?.text).toContain(`larger than ${bytesMax} bytes`)
    }
    await nothingHalfWritten()
    kafka.resume()
    await drained(topic, '/bounded', accepted)
  })

  it('because its disk has no space does the same, and needs nobody to make room', async context => {
    if (disk === null) return context.skip('this process may not mount a disk that it could fill')
    const topic = await subscribedTopic('/no-space')
    kafka.pause()

    const accepted = [await prefer(topic, big), await prefer(topic, big)]
    await disk.fill()
    const refused = [await prefer(topic, big), await prefer(topic, big)]

    expect(accepted.map(({ status }) => status)).toEqual([202, 202])
    for (const each of refused) {
      expect(each).toMatchObject({ status: 507, code: 'SPOOL_FULL' })
      expect(each.text).toContain('ENOSPC')
    }
    await nothingHalfWritten()
    kafka.resume()
    await drained(topic, '/no-space', accepted)
  })
})

describe('a directory', () => {
  it('that another frontend uses ends the start with a sentence that names the key', async () => {
    const second = stack.addFrontend({ 'frontend.spool.directory': spoolDir })

    await expect(second).rejects.toThrow(/frontend\.spool\.directory.*in use/s)

    expect(await readdir(spoolDir)).toEqual(['0'])
  })
})
