import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createAuthority } from '@iris/common/http/testing/certificates'
import { startDnsServer, type DnsAnswer, type DnsServer } from '@iris/common/http/testing/dns-server'
import { eventually, pause } from '../support/eventually.js'
import {
  late,
  startHostileEndpoints,
  type HostileEndpoints,
  type HostileRow,
} from '../support/hostile-endpoints.js'
import { rawAnswer, startRawEndpoint, type RawEndpoint } from '../support/raw-endpoint.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

const mebibyte = 1024 * 1024
/** All of what the rows send is gigabytes. */
const heapMegabytes = 96
const rowNames = [
  ...['D1 slow, within its time', 'D1 slow, over its time', 'D2 silence'],
  ...['D3 reset at once', 'D3 end at once', 'D3 end in the head', 'D3 reset in the body'],
  ...['D4 endless body', 'D4 body of 10 GB', 'D5 endless head', 'D5 header of 1 MiB'],
  ...['D5 100,000 headers', 'D5 endless status line', 'D6 dripping head', 'D6 dripping body'],
  ...['D7 gzip bomb', 'D7 a thousand encodings', 'D8 100 Continue × 10,000', 'D8 103 × 10,000', 'D8 101'],
  ...['D8 204 with a body', 'D8 304', 'D8 000', 'D8 999', 'D10 302 to loopback', 'D10 307 to loopback'],
  ...['D10 301 to a file', 'D10 308 to metadata', 'D10 Refresh', 'D11 Retry-After without end', 'D12 410'],
  ...['D13 good', 'D13 good, by the other root', 'D13 expired', 'D13 self-signed', 'D13 wrong name'],
  ...['D13 TLS 1.0', 'D13 chain missing', 'D13 handshake stalled', 'D14 GOAWAY before it began'],
  ...['D14 GOAWAY with an error', 'D14 RST_STREAM', 'D14 SETTINGS flood', 'D14 PING flood'],
  ...['D14 zero window', 'D14 no streams', 'D14 999', 'D15 no such name', 'D15 slow name'],
  ...['D15 1,000 addresses', 'D15 IPv6 only', 'D15 changing name', 'D15 private addresses'],
]
const subscriptionOf = (row: string): string => `row${rowNames.indexOf(row)}`

interface DeadLetter {
  readonly reason: string
  readonly attempts: number
}

describe('hostile subscribers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'iris-hostile-'))
  const zone = new Map<string, DnsAnswer | (() => DnsAnswer)>()
  const authority = createAuthority(join(folder, 'first'))
  const other = createAuthority(join(folder, 'the other'))
  const caFile = join(folder, 'trusted.pem')
  let stack: TestStack
  let dns: DnsServer
  let hostile: HostileEndpoints
  let neighbour: Subscriber
  let quiet: { topic: string; published: string[]; stop(): void }
  let topic = ''
  let rssBefore = 0

  const rssOf = (): number => {
    const pages = readFileSync(`/proc/${stack.consumers[0]!.pid}/statm`, 'utf8').split(' ')[1]
    return Number(pages) * 4096
  }
  const metrics = async (): Promise<string> =>
    (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
  const counted = (text: string, metric: string, name: string): number =>
    Number(
      new RegExp(`subscription_${metric}_total\\{[^}]*subscription="${name}"[^}]*\\} (\\d+)`).exec(
        text,
      )?.[1] ?? 0,
    )
  async function deadLetters(from: string, name: string): Promise<DeadLetter[]> {
    const answer = await stack.api.manage(
      'GET',
      `/topics/${from}/subscriptions/${name}/dead-letters?limit=100`,
    )
    return (JSON.parse(answer.text) as { items: DeadLetter[] }).items
  }

  beforeAll(async () => {
    writeFileSync(caFile, authority.ca + other.ca)
    dns = await startDnsServer(({ name }) => {
      const found = zone.get(name) ?? { records: [] }
      return typeof found === 'function' ? found() : found
    })
    ;[hostile, neighbour] = await Promise.all([
      startHostileEndpoints({ folder, authority, other, zone }),
      startSubscriber(),
    ])
    stack = await startTestStack({
      kafka: inject('kafka'),
      zookeeper: inject('zookeeper'),
      // What is kept does not fit; what is only not collected yet is collected then.
      heapMegabytesMax: { 'consumers-service': heapMegabytes },
      settings: {
        'consumers-service': {
          'consumer.http-client.dnsServers': dns.address,
          'consumer.ssl.caFile': caFile,
        },
      },
    })
    quiet = await keepPublishing(stack, neighbour)
    rssBefore = rssOf()
    topic = await stack.createTopic()
    expect(Object.keys(hostile.rows).sort()).toEqual([...rowNames].sort())
    await Promise.all(
      rowNames.map(row => {
        const { url, overrides, verdict } = hostile.rows[row]!
        // What is not to end by its time has enough of it on a busy machine.
        const subscriptionPolicy = { messageTtl: 0, requestTimeout: verdict === late ? 1_000 : 10_000 }
        return stack.createSubscription(topic, url, {
          name: subscriptionOf(row),
          subscriptionPolicy,
          ...overrides,
        })
      }),
    )
    await stack.publish(topic, '{"row":1}')
    await eventually(async () => {
      const text = await metrics()
      const open = rowNames.filter(row => {
        const name = subscriptionOf(row)
        return counted(text, 'delivered', name) + counted(text, 'discarded', name) === 0
      })
      expect(open).toEqual([])
    }, 30_000)
  })
  afterAll(async () => {
    quiet.stop()
    await stack.stop()
    await neighbour.stop()
    hostile.stop()
    dns.close()
    rmSync(folder, { recursive: true })
  })

  it.each(rowNames)('%s: is judged as the table says, after one attempt', async row => {
    const { verdict, writtenBytes } = hostile.rows[row] as HostileRow
    const text = await metrics()
    const name = subscriptionOf(row)
    const delivered = counted(text, 'delivered', name)
    const dead = delivered > 0 ? [] : await deadLetters(topic, name)

    if (verdict === 'delivered') expect([delivered, dead]).toEqual([1, []])
    else {
      expect([delivered, dead.map(each => each.attempts)]).toEqual([0, [1]])
      expect(dead[0]?.reason).toMatch(verdict)
    }
    // What the system's buffers on both sides take is not in our hand.
    if (writtenBytes !== undefined) expect(writtenBytes()).toBeLessThan(16 * mebibyte)
  })

  it('D2: five hundred that never answer hold up nobody and leave nothing open', async () => {
    const silent = await startRawEndpoint(() => undefined)
    const own = await stack.createTopic()
    // All are there before the first is sent: those that came after an end without an answer would be held
    // back, as they should be.
    await Promise.all(Array.from({ length: 500 }, (_, n) => stack.publish(own, `{"n":${n}}`)))
    const name = await stack.createSubscription(own, `http://127.0.0.1:${silent.port}/`, {
      subscriptionPolicy: { messageTtl: 0, requestTimeout: 6_000, inflightSize: 500, rate: 10_000 },
      startPosition: 'earliest',
    })
    await eventually(async () => expect(counted(await metrics(), 'discarded', name)).toBe(500), 30_000)

    expect(silent.requests()).toHaveLength(500)
    silent.stop()
  })

  it('D9: a second answer to one request acknowledges no other', async () => {
    const answers = new Map<string, string>([['{"n":1}', rawAnswer('200 OK') + rawAnswer('200 OK')]])
    const double: RawEndpoint = await startRawEndpoint((socket, { body, retryCount }) => {
      const answer = retryCount > 0 ? rawAnswer('200 OK') : answers.get(body)
      if (answer !== undefined) socket.write(answer)
    })
    const own = await stack.createTopic()
    const name = await stack.createSubscription(own, `http://127.0.0.1:${double.port}/`, {
      subscriptionPolicy: { messageBackoff: 20, requestTimeout: 500, inflightSize: 1 },
    })
    for (const n of [1, 2, 3]) await stack.publish(own, `{"n":${n}}`)
    await eventually(async () => expect(counted(await metrics(), 'delivered', name)).toBe(3))

    const attempts = double.requests().map(({ body, retryCount }) => [body, retryCount])
    for (const body of ['{"n":2}', '{"n":3}']) expect(attempts).toContainEqual([body, 1])
    double.stop()
  })

  it('D12: a poisoned key holds up no other, and only its messages die', async () => {
    const poisoned = await startSubscriber()
    poisoned.answerWith(({ body }) => ({ status: body.toString().includes('poison') ? 500 : 200 }))
    const own = await stack.createTopic()
    const name = await stack.createSubscription(own, poisoned.url, {
      ordering: 'KEY',
      subscriptionPolicy: { messageTtl: 2, messageBackoff: 100 },
    })
    const publish = (key: string, body: string): Promise<unknown> =>
      stack.publish(own, body, { headers: { 'Partition-Key': key } })
    await publish('bad', '{"poison":1}')
    await publish('bad', '{"good":"behind"}')
    await Promise.all(['a', 'b', 'c'].map(key => publish(key, `{"good":"${key}"}`)))
    await eventually(async () => expect(counted(await metrics(), 'delivered', name)).toBe(4))

    const dead = await deadLetters(own, name)
    expect(dead).toHaveLength(1)
    const bodies = poisoned.received().map(each => each.body.toString())
    for (const key of ['a', 'b', 'c'])
      expect(bodies.indexOf(`{"good":"${key}"}`)).toBeLessThan(bodies.indexOf('{"good":"behind"}'))
    await poisoned.stop()
  })

  it('D13: a root that is taken away is believed no more, by nobody and within seconds', async () => {
    const own = await stack.createTopic()
    const subscribe = (row: string): Promise<string> =>
      stack.createSubscription(own, hostile.rows[row]!.url, {
        subscriptionPolicy: { messageTtl: 0, requestTimeout: 10_000 },
      })
    const [kept, lost] = await Promise.all([subscribe('D13 good'), subscribe('D13 good, by the other root')])
    await stack.publish(own, '{"before":1}')
    await eventually(async () => {
      const text = await metrics()
      expect([kept, lost].map(name => counted(text, 'delivered', name))).toEqual([1, 1])
    })
    copyFileSync(authority.caFile, caFile)
    const [item] = await eventually(async () => {
      await stack.publish(own, '{"after":1}')
      const items = await deadLetters(own, lost)
      expect(items.length).toBeGreaterThan(0)
      return items
    })

    expect(item?.reason).toMatch(/^TLS: /)
    expect(await deadLetters(own, kept)).toEqual([])
  })

  it('dials no address that an answer names', () => {
    expect(hostile.canaryDials()).toBe(0)
  })

  it('leave a neighbour alone: every message once, and the process as it was', async () => {
    quiet.stop()
    const ids = (): string[] => neighbour.received().map(each => each.messageId)
    await eventually(() => expect(new Set(ids())).toEqual(new Set(quiet.published)))

    expect(ids()).toHaveLength(quiet.published.length)
    expect(quiet.published.length).toBeGreaterThan(20)
    expect(rssOf() - rssBefore).toBeLessThan(150 * mebibyte)
  })
})

/** Publishes to a healthy subscriber until it is stopped; each must have come before the next goes. */
async function keepPublishing(
  stack: TestStack,
  neighbour: Subscriber,
): Promise<{ topic: string; published: string[]; stop(): void }> {
  const topic = await stack.createTopic()
  await stack.createSubscription(topic, neighbour.url, { subscriptionPolicy: { requestTimeout: 10_000 } })
  const published: string[] = []
  let isStopped = false
  const run = async (): Promise<void> => {
    while (!isStopped) {
      const { headers } = await stack.publish(topic, '{"healthy":true}')
      published.push(headers.get('hermes-message-id') ?? '')
      await eventually(
        () => expect(neighbour.received().length).toBeGreaterThanOrEqual(published.length),
        10_000,
      )
      await pause(100)
    }
  }
  run().catch((error: unknown) => published.push(`the neighbour waited: ${String(error)}`))
  return { topic, published, stop: () => void (isStopped = true) }
}
