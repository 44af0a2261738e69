import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { startDnsServer, type DnsAnswer, type DnsServer } from '@iris/common/http/testing/dns-server'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

describe('a subscription with several targets', () => {
  let stack: TestStack
  let dns: DnsServer
  let one: Subscriber
  let two: Subscriber
  /** Answers of the DNS server by name. */
  const zone = new Map<string, DnsAnswer>()

  beforeAll(async () => {
    dns = await startDnsServer(({ name }) => zone.get(name) ?? { records: [] })
    ;[one, two] = await Promise.all([startSubscriber(), startSubscriber()])
    stack = await startTestStack({
      kafka: inject('kafka'),
      zookeeper: inject('zookeeper'),
      settings: { 'consumers-service': { 'consumer.http-client.dnsServers': dns.address } },
    })
  })
  afterEach(() => {
    for (const each of [one, two]) {
      each.answerWith(() => ({}))
      each.forget()
    }
  })
  afterAll(async () => {
    await stack.stop()
    await Promise.all([one.stop(), two.stop()])
    dns.close()
  })

  /** Subscribes to a new topic; each test has a path of its own. */
  let count = 0
  async function subscribe(overrides: object): Promise<{ topic: string; name: string; path: string }> {
    const path = `/targets/${++count}`
    const topic = await stack.createTopic()
    const instances = [one.url + path, two.url + path]
    const name = await stack.createSubscription(topic, 'http://workers.test/nobody', {
      endpointAddressResolverMetadata: { instances, strategy: 'ROUND_ROBIN' },
      ...overrides,
    })
    return { topic, name, path }
  }
  const publish = (topic: string, messages: number): Promise<unknown> =>
    Promise.all(Array.from({ length: messages }, (_, index) => stack.publish(topic, `{"n":${index}}`)))
  const idsAt = (subscriber: Subscriber, path: string): string[] =>
    subscriber.received(path).map(each => each.messageId)
  async function deadLetters(topic: string, name: string): Promise<Record<string, unknown>[]> {
    const answer = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
    return (JSON.parse(answer.text) as { items: Record<string, unknown>[] }).items
  }

  describe('one of which gets a message', () => {
    it('gives each its share, in turn', async () => {
      const { topic, path } = await subscribe({})
      await publish(topic, 10)
      await Promise.all([one.waitFor(5, { path }), two.waitFor(5, { path })])

      const ids = [...idsAt(one, path), ...idsAt(two, path)]
      expect(idsAt(one, path)).toHaveLength(5)
      expect(new Set(ids).size).toBe(10)
    })

    it('passes over one that has just failed, and loses nothing by it', async () => {
      const { topic, path } = await subscribe({ subscriptionPolicy: { messageBackoff: 20 } })
      two.answerWith(() => ({ status: 503 }))
      await publish(topic, 2)
      await one.waitFor(2, { path })
      await publish(topic, 30)
      await one.waitFor(32, { path })

      expect(new Set(idsAt(one, path)).size).toBe(32)
      // In turn it would have been tried at least for every second one.
      expect(two.received(path).length).toBeLessThan(15)
    })

    it('is found by its service name in DNS, and is still addressed as the endpoint', async () => {
      const service = '_hook._tcp.workers.test'
      zone.set('w.workers.test', { records: [{ address: '127.0.0.1' }] })
      const records = [one, two].map(({ port }) => ({ host: 'w.workers.test', port, priority: 1 }))
      zone.set(service, { records })
      const path = '/targets/service'
      const topic = await stack.createTopic()
      await stack.createSubscription(topic, `http://workers.test${path}`, {
        endpointAddressResolverMetadata: { dns: service },
      })
      await publish(topic, 8)
      await Promise.all([one.waitFor(4, { path }), two.waitFor(4, { path })])

      expect(one.received(path)[0]?.headers['host']).toBe('workers.test')
    })
  })

  describe('all of which get every message', () => {
    const mode = 'BROADCAST'

    it('calls only those again that failed', async () => {
      const { topic, path } = await subscribe({ mode, subscriptionPolicy: { messageBackoff: 50 } })
      two.answerWith(({ body, retryCount }) => ({
        status: body.toString() === '{"n":1}' && retryCount === 0 ? 500 : 200,
      }))
      await publish(topic, 3)
      await two.waitFor(4, { path })

      expect(idsAt(one, path)).toHaveLength(3)
      expect(new Set(idsAt(two, path))).toEqual(new Set(idsAt(one, path)))
      const again = two.received(path).filter(each => each.retryCount > 0)
      expect(again.map(each => each.body.toString())).toEqual(['{"n":1}'])
    })

    it('buries what one of them refuses, after all others had it', async () => {
      const { topic, name, path } = await subscribe({ mode, subscriptionPolicy: { messageBackoff: 50 } })
      one.answerWith(({ retryCount }) => ({ status: retryCount < 2 ? 500 : 200 }))
      two.answerWith(() => ({ status: 404 }))
      await publish(topic, 1)
      const [item] = await eventually(async () => {
        const items = await deadLetters(topic, name)
        expect(items).toHaveLength(1)
        return items
      })

      expect(item).toMatchObject({ class: 'refused', lastStatus: 404 })
      expect(item?.['reason']).toBe(`${two.url}${path}:Message sending failed with status code: 404`)
      expect(one.received(path).map(each => each.retryCount)).toEqual([0, 1, 2])
      expect(two.received(path)).toHaveLength(1)
    })

    it('counts every request against the rate, and one message against inflightSize', async () => {
      const policy = { rate: 20, inflightSize: 1 }
      const { topic, path } = await subscribe({ mode, subscriptionPolicy: policy })
      let isLastOpen = false
      one.answerWith(() => ({ delayMs: 30 }))
      two.answerWith(() => {
        isLastOpen ||= one.inFlight().now > 1
        return {}
      })
      const beforeMs = performance.now()
      await publish(topic, 15)
      const received = await one.waitFor(15, { path })

      // 15 messages are 30 requests: at 20 a second, with a burst of one, at least 1.4 s.
      expect(received.at(-1)!.atMs - beforeMs).toBeGreaterThan(1_300)
      expect(one.inFlight().max).toBe(1)
      expect(isLastOpen).toBe(false)
    })

    it('follows the addresses of a name as they come and go', async () => {
      const path = '/targets/name'
      const heard: string[] = []
      const other: Server = createServer((request, response) => {
        heard.push(`${request.headers.host ?? ''}${request.url ?? ''}`)
        request.resume().on('end', () => response.end())
      })
      await new Promise<void>(resolve => other.listen(one.port, '127.0.0.2', resolve))
      try {
        zone.set('many.test', { records: [{ address: '127.0.0.1' }, { address: '127.0.0.2' }] })
        const topic = await stack.createTopic()
        await stack.createSubscription(topic, `http://service.test:${one.port}${path}`, {
          mode,
          endpointAddressResolverMetadata: { dns: 'many.test' },
        })
        await publish(topic, 1)
        await one.waitFor(1, { path })
        await eventually(() => expect(heard).toEqual([`service.test:${one.port}${path}`]))

        zone.set('many.test', { records: [{ address: '127.0.0.1' }] })
        await eventually(async () => {
          const before = heard.length
          one.forget()
          await publish(topic, 1)
          await one.waitFor(1, { path })
          expect(heard).toHaveLength(before)
        })
      } finally {
        other.closeAllConnections()
        other.close()
      }
    })

    it('tries a message until its time is over while there is nobody to call', async () => {
      const { topic, name } = await subscribe({
        mode,
        endpointAddressResolverMetadata: { instances: [] },
        subscriptionPolicy: { messageTtl: 2, messageBackoff: 200 },
      })
      await publish(topic, 1)
      const [item] = await eventually(async () => {
        const items = await deadLetters(topic, name)
        expect(items).toHaveLength(1)
        return items
      })

      expect(item).toMatchObject({ class: 'expired', reason: 'Empty children message results' })
      expect(item?.['attempts']).toBeGreaterThanOrEqual(2)
    })
  })

  it.each([
    [{ instances: ['http://127.0.0.1/', 'http://10.0.0.1/'] }, /10\.0\.0\.1 is private/],
    [{ instances: ['http://127.0.0.1/'], strategy: 'RANDOM' }, /strategy must be ROUND_ROBIN/],
    [{ instances: 'http://127.0.0.1/' }, /instances must be a list/],
    [{ dns: 'no name' }, /dns must be a name/],
  ])('is refused with %j', async (endpointAddressResolverMetadata, problem) => {
    const topic = await stack.createTopic()
    const answer = await stack.api.createSubscription({
      ...{ topicName: topic, name: 'refused', description: '', owner: { source: 'Plaintext', id: 'x' } },
      ...{ endpoint: 'http://127.0.0.1/', endpointAddressResolverMetadata },
    })

    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringMatching(problem) as string,
    })
  })
})
