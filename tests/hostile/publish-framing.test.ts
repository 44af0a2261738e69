/** E4: framing that two servers could read in two ways. Nothing after the first request may be served. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openRaw } from '../support/raw-connection.js'
import { startPublishWorld, type PublishWorld } from '../support/publish-world.js'

let world: PublishWorld
let topic: string
/** What a smuggled request would publish to. */
let canary: string

beforeAll(async () => {
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
  topic = await world.createTopic()
  canary = await world.createTopic()
})

afterAll(() => world.stop())

const crlf = '\r\n'
const smuggled = (): string =>
  [`POST /topics/${canary} HTTP/1.1`, 'Host: x', 'Content-Length: 2', '', '{}'].join(crlf)
const request = (headers: readonly string[], body: string): string =>
  [`POST /topics/${topic} HTTP/1.1`, 'Host: x', ...headers, '', body].join(crlf)

const attempts: readonly (readonly [what: string, bytes: () => string])[] = [
  [
    'a length and chunks',
    () => request(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0${crlf}${crlf}${smuggled()}`),
  ],
  [
    'chunks and a length',
    () => request(['Transfer-Encoding: chunked', 'Content-Length: 4'], `0${crlf}${crlf}${smuggled()}`),
  ],
  ['two lengths', () => request(['Content-Length: 2', 'Content-Length: 80'], `{}${smuggled()}`)],
  ['a list of lengths', () => request(['Content-Length: 2, 2'], `{}${smuggled()}`)],
  ['a signed length', () => request(['Content-Length: +2'], `{}${smuggled()}`)],
  ['a negative length', () => request(['Content-Length: -2'], `{}${smuggled()}`)],
  ['a length in hex', () => request(['Content-Length: 0x2'], `{}${smuggled()}`)],
  ['a length with a blank inside', () => request(['Content-Length: 2 2'], `{}${smuggled()}`)],
  ['a length beyond all numbers', () => request(['Content-Length: 99999999999999999999999'], smuggled())],
  ['an empty length', () => request(['Content-Length:'], `{}${smuggled()}`)],
  ['a blank before the colon', () => request(['Content-Length : 2'], `{}${smuggled()}`)],
  ['a folded header', () => request(['X: a', ' Content-Length: 0', 'Content-Length: 2'], `{}${smuggled()}`)],
  [
    'a folded transfer coding',
    () => request(['Transfer-Encoding:', ' chunked'], `0${crlf}${crlf}${smuggled()}`),
  ],
  ['an unknown coding', () => request(['Transfer-Encoding: xchunked'], `0${crlf}${crlf}${smuggled()}`)],
  [
    'chunks that are not last',
    () => request(['Transfer-Encoding: chunked, gzip'], `0${crlf}${crlf}${smuggled()}`),
  ],
  [
    'two codings in two lines',
    () =>
      request(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0${crlf}${crlf}${smuggled()}`),
  ],
  [
    'a vertical tab in a coding',
    () => request(['Transfer-Encoding: \vchunked'], `0${crlf}${crlf}${smuggled()}`),
  ],
  ['a bare line feed in the head', () => request([`X: a\nContent-Length: 0`], smuggled())],
  ['a bare carriage return in a value', () => request(['X: a\rContent-Length: 0'], smuggled())],
  ['a NUL in a value', () => request(['X: a\0b', 'Content-Length: 2'], `{}${smuggled()}`)],
  ['a NUL in a name', () => request(['X\0: a', 'Content-Length: 2'], `{}${smuggled()}`)],
  ['a header without a colon', () => request(['nonsense', 'Content-Length: 2'], `{}${smuggled()}`)],
  [
    'a chunk size that is no number',
    () => request(['Transfer-Encoding: chunked'], `zz${crlf}{}${crlf}${smuggled()}`),
  ],
  [
    'a chunk size with a sign',
    () => request(['Transfer-Encoding: chunked'], `+2${crlf}{}${crlf}${smuggled()}`),
  ],
  ['a chunk size with 0x', () => request(['Transfer-Encoding: chunked'], `0x2${crlf}{}${crlf}${smuggled()}`)],
  [
    'a chunk size that overflows',
    () => request(['Transfer-Encoding: chunked'], `10000000000000002${crlf}{}${crlf}${smuggled()}`),
  ],
  [
    'a chunk longer than its size',
    () => request(['Transfer-Encoding: chunked'], `1${crlf}{}${crlf}${smuggled()}`),
  ],
  [
    'a chunk ended by a line feed',
    () => request(['Transfer-Encoding: chunked'], `2${crlf}{}\n0${crlf}${crlf}${smuggled()}`),
  ],
  [
    'a chunk size ended by a line feed',
    () => request(['Transfer-Encoding: chunked'], `2\n{}${crlf}0${crlf}${crlf}${smuggled()}`),
  ],
  [
    'a giant chunk extension',
    () =>
      request(
        ['Transfer-Encoding: chunked'],
        `2;${'x'.repeat(40_000)}${crlf}{}${crlf}0${crlf}${crlf}${smuggled()}`,
      ),
  ],
  ['no version', () => `POST /topics/${topic}${crlf}Host: x${crlf}${crlf}${smuggled()}`],
  ['HTTP/3.7', () => request(['Content-Length: 2'], `{}${smuggled()}`).replace('HTTP/1.1', 'HTTP/3.7')],
  ['the preface of HTTP/2', () => `PRI * HTTP/2.0${crlf}${crlf}SM${crlf}${crlf}${smuggled()}`],
  [
    'no host',
    () => `POST /topics/${topic} HTTP/1.1${crlf}Content-Length: 2${crlf}${crlf}{]${crlf}${smuggled()}`,
  ],
  ['a method of its own', () => request(['Content-Length: 2'], `{}${smuggled()}`).replace('POST', 'P\0ST')],
  ['binary noise', () => Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('latin1')],
]

async function canaryRequests(): Promise<number> {
  const text = await (await fetch(`${world.frontend.url}/status/prometheus`)).text()
  const name = canary.split('.')[1]
  const found = new RegExp(
    `^hermes_frontend_topic_requests_total\\{group="acme",topic="${name}"\\} (\\d+)$`,
    'm',
  ).exec(text)
  return Number(found?.[1] ?? 0)
}

describe('framing', () => {
  it.each(attempts)('with %s is refused or closed, and what follows is not served', async (_what, bytes) => {
    const connection = openRaw(world.frontend.url, Buffer.from(bytes(), 'latin1'))

    await connection.untilClosed()

    const statuses = connection.answers().map(answer => answer.status)
    expect(statuses.length).toBeLessThanOrEqual(1)
    for (const status of statuses) expect([400, 408, 413, 431, 505]).toContain(status)
    expect(await canaryRequests()).toBe(0)
  })

  it('that is right is served, so that the canary would have been seen', async () => {
    const connection = openRaw(world.frontend.url, request(['Content-Length: 2'], `{}${smuggled()}`))

    await connection.untilAnswers(2)
    connection.close()

    expect(await canaryRequests()).toBe(1)
  })

  it('leaves the process alive and serving', async () => {
    expect((await world.publish(topic, '{}')).status).toBe(201)
    expect(world.frontend.exit).toBeNull()
  })
})

describe('broken bytes after a complete request', () => {
  it('do not take away its answer: what Kafka stores is 201', async () => {
    for (let round = 0; round < 20; round++) {
      const good = request(['Content-Length: 2'], '{}')
      const connection = openRaw(world.frontend.url, `${good}broken${crlf}${crlf}`)

      await connection.untilClosed()

      expect(connection.answers().map(answer => answer.status)).toEqual([201])
    }
  })
})
