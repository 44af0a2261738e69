import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startDnsServer, type DnsServer } from '@iris/common/http/testing/dns-server'
import { eventually } from '../support/eventually.js'
import { rawAnswer, startRawEndpoint, type RawEndpoint, type RawRequest } from '../support/raw-endpoint.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

type Outcome = 'delivered' | 'tried again' | 'dead'

/** One row: what the first attempt gets (later ones get 200), and what becomes of the message. */
interface Row {
  readonly first: string | ((socket: Socket) => void)
  readonly outcome: Outcome
  /** The same with `retryClientErrors`, where it is not the same. */
  readonly withRetries?: Outcome
  /** The status that is counted; none where there is no answer. */
  readonly status?: number
  /** Limits of the wait before the second attempt, milliseconds; the back-off is 50. */
  readonly waitMs?: readonly [number, number]
}

const status = (line: string, ...lines: string[]): string => rawAnswer(line, lines)
const afterRetry = (value: string): string => status('503 Unavailable', `Retry-After: ${value}`)
/** Every limit is far from the next, so that a busy machine mixes up none of them. */
const messageTtlS = 10
/** An answer that comes at once and is read late must not count as none. */
const requestTimeout = 4_000
const soon = [45, 2_900] as const
const atOnce = [0, 2_900] as const
const afterThree = [2_990, 6_000] as const
const toTheEnd = [4_500, Infinity] as const

const rows: Readonly<Record<string, Row>> = {
  '200': { first: status('200 OK'), outcome: 'delivered', status: 200 },
  '201': { first: status('201 Created'), outcome: 'delivered', status: 201 },
  '202 with a body': {
    first: rawAnswer('202 Accepted', [], 'x'.repeat(9_000)),
    outcome: 'delivered',
    status: 202,
  },
  '204': { first: 'HTTP/1.1 204 No Content\r\n\r\n', outcome: 'delivered', status: 204 },
  '299': { first: status('299 Odd'), outcome: 'delivered', status: 299 },
  '103, then 200': {
    first: 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' + status('200 OK'),
    outcome: 'delivered',
    status: 200,
  },
  '102 twice, then 500': {
    first: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(2) + status('500 Broken'),
    outcome: 'tried again',
    status: 500,
  },
  '101': { first: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n', outcome: 'tried again' },
  '301': { first: status('301 Moved', 'Location: /moved'), outcome: 'tried again', status: 301 },
  '302': { first: status('302 Found', 'Location: /moved'), outcome: 'tried again', status: 302 },
  '304': { first: 'HTTP/1.1 304 Not Modified\r\n\r\n', outcome: 'tried again', status: 304 },
  '307': { first: status('307 Elsewhere', 'Location: /moved'), outcome: 'tried again', status: 307 },
  '400': { first: status('400 Bad'), outcome: 'dead', withRetries: 'tried again', status: 400 },
  '401 without a challenge': {
    first: status('401 No'),
    outcome: 'dead',
    withRetries: 'tried again',
    status: 401,
  },
  '404': { first: status('404 No'), outcome: 'dead', withRetries: 'tried again', status: 404 },
  '408': { first: status('408 Slow'), outcome: 'dead', withRetries: 'tried again', status: 408 },
  '410': { first: status('410 Gone'), outcome: 'dead', withRetries: 'tried again', status: 410 },
  '499': { first: status('499 Odd'), outcome: 'dead', withRetries: 'tried again', status: 499 },
  '429': { first: status('429 Many'), outcome: 'tried again', status: 429, waitMs: soon },
  '429 with Retry-After': {
    first: status('429 Many', 'Retry-After: 3'),
    outcome: 'tried again',
    status: 429,
    waitMs: afterThree,
  },
  '500': { first: status('500 Broken'), outcome: 'tried again', status: 500, waitMs: soon },
  '500 with Retry-After': {
    first: status('500 Broken', 'Retry-After: 3'),
    outcome: 'tried again',
    status: 500,
    waitMs: soon,
  },
  '503': { first: status('503 Unavailable'), outcome: 'tried again', status: 503, waitMs: soon },
  '503 with Retry-After 0': { first: afterRetry('0'), outcome: 'tried again', waitMs: atOnce },
  '503 with Retry-After 3': { first: afterRetry('3'), outcome: 'tried again', waitMs: afterThree },
  '503 with Retry-After beyond the time to live': {
    first: afterRetry('1000000000'),
    outcome: 'tried again',
    waitMs: toTheEnd,
  },
  '503 with a Retry-After in the past': {
    first: afterRetry('Wed, 21 Oct 2015 07:28:00 GMT'),
    outcome: 'tried again',
    waitMs: atOnce,
  },
  '503 with a date far away': {
    first: afterRetry('Wed, 21 Oct 2099 07:28:00 GMT'),
    outcome: 'tried again',
    waitMs: toTheEnd,
  },
  '503 with a negative Retry-After': { first: afterRetry('-1'), outcome: 'tried again', waitMs: soon },
  '503 with junk': { first: afterRetry('tomorrow'), outcome: 'tried again', waitMs: soon },
  '503 with a fraction': { first: afterRetry('3.5'), outcome: 'tried again', waitMs: soon },
  '503 with 10 KB of it': { first: afterRetry('3'.repeat(10_000)), outcome: 'tried again', waitMs: soon },
  '503 with an empty one': { first: afterRetry(''), outcome: 'tried again', waitMs: soon },
  '599': { first: status('599 Odd'), outcome: 'tried again', status: 599 },
  '600': { first: status('600 Odd'), outcome: 'tried again', status: 600 },
  '999': { first: status('999 Odd'), outcome: 'tried again', status: 999 },
  silence: { first: () => undefined, outcome: 'tried again' },
  'an end': { first: socket => void socket.end(), outcome: 'tried again' },
  'a reset': { first: socket => void socket.resetAndDestroy(), outcome: 'tried again' },
  'half a head': { first: socket => void socket.end('HTTP/1.1 200 OK\r\nX-'), outcome: 'tried again' },
  'no HTTP': { first: socket => void socket.end('SSH-2.0-OpenSSH_9\r\n'), outcome: 'tried again' },
  'a status line cut off after 200': {
    first: socket => void socket.end('HTTP/1.1 200'),
    outcome: 'tried again',
  },
}

interface DeadLetter {
  readonly reason: string
  readonly lastStatus?: number
  readonly attempts: number
  readonly class: string
  readonly body: string
}

describe('the contract of one-by-one delivery', () => {
  let stack: TestStack
  let raw: RawEndpoint
  let dns: DnsServer
  let subscriber: Subscriber
  let topic = ''

  const names = { plain: 'plain', retrying: 'retrying' }
  const nameOf = ({ body }: RawRequest): string => (JSON.parse(body) as { row: string }).row
  const attemptsOf = (row: string, path: string): readonly RawRequest[] =>
    raw.requests().filter(each => nameOf(each) === row && each.head.startsWith(`POST /${path} `))
  async function deadLetters(name: string): Promise<DeadLetter[]> {
    const answer = await stack.api.manage(
      'GET',
      `/topics/${topic}/subscriptions/${name}/dead-letters?limit=100`,
    )
    return (JSON.parse(answer.text) as { items: DeadLetter[] }).items
  }
  const rowOfDead = ({ body }: DeadLetter): string =>
    (JSON.parse(Buffer.from(body, 'base64').toString()) as { row: string }).row

  beforeAll(async () => {
    raw = await startRawEndpoint((socket, request) => {
      const { first } = rows[nameOf(request)]!
      if (request.retryCount > 0) socket.write(status('200 OK'))
      else if (typeof first === 'string') socket.write(first)
      else first(socket)
    })
    dns = await startDnsServer(() => ({ records: [] }))
    subscriber = await startSubscriber()
    stack = await startTestStack({
      kafka: inject('kafka'),
      zookeeper: inject('zookeeper'),
      settings: {
        'consumers-service': {
          'consumer.http-client.dnsServers': dns.address,
          // Sixty failures at once would slow it down, as they must; here each row is judged alone.
          'consumer.rate.controller': 'hermes',
        },
        'frontend-service': { 'frontend.http.headers.allowedSet': 'x-both' },
      },
    })
    topic = await stack.createTopic()
    const policy = { messageTtl: messageTtlS, messageBackoff: 50, requestTimeout }
    for (const name of Object.values(names)) {
      const subscriptionPolicy = { ...policy, retryClientErrors: name === names.retrying }
      await stack.createSubscription(topic, `http://127.0.0.1:${raw.port}/${name}`, {
        name,
        subscriptionPolicy,
      })
    }
    await Promise.all(Object.keys(rows).map(row => stack.publish(topic, JSON.stringify({ row }))))
    const tried = (name: 'plain' | 'retrying', row: string): boolean => {
      const { outcome, withRetries = outcome } = rows[row]!
      const attempts = attemptsOf(row, names[name]).length
      return attempts >= ((name === 'plain' ? outcome : withRetries) === 'tried again' ? 2 : 1)
    }
    await eventually(() => {
      const open = (['plain', 'retrying'] as const).flatMap(name =>
        Object.keys(rows).filter(row => !tried(name, row)),
      )
      expect(open).toEqual([])
    })
    const deadCount = Object.values(rows).filter(row => row.outcome === 'dead').length
    await eventually(async () => expect(await deadLetters(names.plain)).toHaveLength(deadCount))
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
    raw.stop()
    dns.close()
  })

  describe.each(Object.entries(rows))(
    'an answer of %s',
    (row, { outcome, withRetries = outcome, status: code }) => {
      it(`means ${outcome}`, async () => {
        const dead = (await deadLetters(names.plain)).filter(each => rowOfDead(each) === row)

        expect(attemptsOf(row, names.plain).map(each => each.retryCount)).toEqual(
          outcome === 'tried again' ? [0, 1] : [0],
        )
        expect(dead).toHaveLength(outcome === 'dead' ? 1 : 0)
        if (outcome === 'dead') {
          expect(dead[0]).toMatchObject({
            class: 'refused',
            lastStatus: code,
            attempts: 1,
            reason: `Message sending failed with status code: ${code}`,
          })
        }
      })

      it(`means ${withRetries} with retryClientErrors`, () => {
        expect(attemptsOf(row, names.retrying)).toHaveLength(withRetries === 'tried again' ? 2 : 1)
      })
    },
  )

  it.each(
    Object.entries(rows).flatMap(([row, { waitMs }]) => (waitMs === undefined ? [] : [{ row, waitMs }])),
  )('waits before the next attempt after an answer of $row', ({ row, waitMs: [least, most] }) => {
    const [first, second] = attemptsOf(row, names.plain)

    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(least)
    expect(second!.atMs - first!.atMs).toBeLessThanOrEqual(most)
  })

  it('counts every answer by its status, and what was none by its kind', async () => {
    const text = await (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
    const own = (metric: string): RegExp =>
      new RegExp(`subscription_${metric}_total\\{[^}]*subscription="plain"([^}]*)\\} (\\d+)`, 'g')
    const sumOf = (metric: string): number =>
      [...text.matchAll(own(metric))].reduce((sum, match) => sum + Number(match[2]), 0)
    const codes = [...text.matchAll(own('http_status_codes'))].map(
      match => /status_code="(\d+)"/.exec(match[1]!)?.[1],
    )

    for (const { status: code } of Object.values(rows))
      if (code !== undefined) expect(codes).toContain(String(code))
    expect(sumOf('timeouts')).toBeGreaterThanOrEqual(1)
    expect(sumOf('other_errors')).toBeGreaterThanOrEqual(5)
  })

  it('follows no redirect', () => {
    expect(raw.requests().filter(each => each.head.includes(' /moved '))).toEqual([])
  })

  it.each<[string, () => string, RegExp]>([
    ['nobody listens', () => 'http://127.0.0.1:1/', /ECONNREFUSED/],
    ['the name does not exist', () => 'http://nobody.test/', /nobody\.test has no address/],
    ['TLS is expected and HTTP spoken', () => `https://127.0.0.1:${subscriber.port}/`, /^TLS: /],
  ])('says why it failed where %s', async (_what, endpoint, reason) => {
    const own = await stack.createTopic()
    const name = await stack.createSubscription(own, endpoint(), { subscriptionPolicy: { messageTtl: 0 } })
    await stack.publish(own, '{}')
    const [item] = await eventually(async () => {
      const answer = await stack.api.manage('GET', `/topics/${own}/subscriptions/${name}/dead-letters`)
      const { items } = JSON.parse(answer.text) as { items: DeadLetter[] }
      expect(items).toHaveLength(1)
      return items
    })

    expect(item?.reason).toMatch(reason)
    expect(item).toMatchObject({ class: 'expired', attempts: 1 })
    expect(item).not.toHaveProperty('lastStatus')
  })

  it('sends headers in the order of the contract, the last of two fixed ones, and propagated ones first', async () => {
    const own = await stack.createTopic()
    await stack.createSubscription(own, `${subscriber.url}/headers`, {
      subscriptionIdentityHeadersEnabled: true,
      headers: [
        { name: 'X-Both', value: 'fixed' },
        { name: 'X-Twice', value: 'first' },
        { name: 'x-twice', value: 'last' },
        { name: 'hermes-topic-name', value: 'mine' },
        { name: 'Accept-Encoding', value: 'identity' },
        { name: 'TE', value: 'trailers' },
        { name: 'Connection', value: 'close' },
      ],
    })
    await stack.publish(own, '{}', {
      headers: { 'X-Both': 'sent', 'Hermes-Message-Id': 'forged', Cookie: 'a=b' },
    })
    const [received] = await subscriber.waitFor(1, { path: '/headers' })

    const lines = received!.rawHeaders
    const pairs = lines.flatMap((name, index): [string, string][] =>
      index % 2 === 0 ? [[name, lines[index + 1] ?? '']] : [],
    )
    const valuesOf = (wanted: string): string[] =>
      pairs.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []))
    expect(valuesOf('x-both')).toEqual(['sent', 'fixed'])
    expect(valuesOf('x-twice')).toEqual(['last'])
    expect(valuesOf('hermes-topic-name')).toEqual(['mine'])
    expect(valuesOf('hermes-message-id')).not.toContain('forged')
    for (const absent of ['cookie', 'te', 'keep-alive', 'messageid']) expect(valuesOf(absent)).toEqual([])
    expect(valuesOf('connection')).toEqual(['keep-alive'])
    const order = pairs.map(([name]) => name.toLowerCase())
    const wanted = [
      'x-both',
      'content-type',
      'hermes-message-id',
      'hermes-retry-count',
      'hermes-subscription-name',
      'x-twice',
    ]
    expect(order.filter((name, index) => wanted.includes(name) && order.indexOf(name) === index)).toEqual(
      wanted,
    )
  })
})
