/**
 * I10, P13: what one request costs the loop that serves all others, whatever is in it.
 * The time is what the main thread was on a processor for, which a busy machine does not lengthen.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openRaw, rawPublish } from '../support/raw-connection.js'
import { startPublishWorld, type PublishWorld } from '../support/publish-world.js'

const mebibyte = 1024 * 1024
const bodyBytes = 2 * mebibyte
/** Linux counts in hundredths of a second: several rounds make a figure of it. */
const rounds = 8
const tickMs = 10
/** The promise, for a processor that is three times slower than the one it was made on. */
const costMsMax = 3 * 50
let world: PublishWorld
let topic: string

beforeAll(async () => {
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
  const configs = { 'max.message.bytes': String(2 * bodyBytes) }
  topic = await world.createTopic({ maxMessageSize: bodyBytes, configs })
})

afterAll(() => world.stop())

/** Processor time of the frontend's main thread so far. */
function usedMs(): number {
  const { pid } = world.frontend
  const text = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}

const filled = (piece: string, open = '', close = ''): string =>
  open + piece.repeat(Math.floor((bodyBytes - open.length - close.length - 8) / piece.length)) + close

const bodies: readonly (readonly [what: string, body: () => string | Buffer, status: number])[] = [
  ['a million brackets', () => filled('['), 400],
  ['brackets that open and close', () => filled('[],', '[', '0]'), 201],
  ['one string of escapes', () => filled('\\u0000', '"', '"'), 201],
  ['one string of backslashes', () => filled('\\\\', '"', '"'), 201],
  ['one number of two million digits', () => filled('9'), 201],
  ['numbers beyond all numbers', () => filled('1e400,', '[', '0]'), 201],
  ['one name a hundred thousand times', () => filled('"__proto__":{},', '{', '"a":0}'), 201],
  ['names that are all different', () => distinctNames(), 201],
  ['white space', () => filled(' '), 400],
  ['letters of three bytes', () => filled('語', '"', '"').slice(0, bodyBytes / 3), 400],
  [
    'no UTF-8 at its very end',
    () => Buffer.concat([Buffer.from(filled('a', '"')), Buffer.from([0xff, 0x22])]),
    400,
  ],
  ['half a letter at its very end', () => filled('a', '"', '\\ud800"'), 201],
]

function distinctNames(): string {
  const names = Array.from({ length: bodyBytes / 20 }, (_, index) => `"n${index}":1`)
  return `{${names.join()}}`
}

/** Processor time of one request, on average. */
async function costOf(send: () => Promise<unknown>): Promise<number> {
  await send() // what is compiled once is no cost of a request
  const beforeMs = usedMs()
  for (let round = 0; round < rounds; round++) await send()
  return (usedMs() - beforeMs) / rounds
}

describe('a body of two mebibytes', () => {
  it.each(bodies)('of %s keeps the loop for less than its bound', async (_what, make, status) => {
    const body = make()
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(bodyBytes)

    const cost = await costOf(async () => {
      expect((await world.publish(topic, body)).status).toBe(status)
    })

    expect(cost).toBeLessThan(costMsMax)
  })
})

describe('a head', () => {
  const lines = (count: number, value: string): string[] =>
    Array.from({ length: count }, (_, index) => `X-${index}: ${value}`)
  it.each([
    ['full of propagated quotes', lines(90, '"\\'.repeat(70)), topicPath, 201],
    ['with a key of 15,000 bytes', [`Partition-Key: ${'k'.repeat(15_000)}`], topicPath, 201],
    ['with a path of percent signs', [], () => '%41'.repeat(5_000), 404],
  ])('%s keeps the loop for less than its bound', async (_what, headers, path, status) => {
    const cost = await costOf(async () => {
      const connection = openRaw(
        world.frontend.url,
        rawPublish(path(), [...headers, 'Content-Length: 2'], '{}'),
      )
      const [answer] = await connection.untilAnswers(1)
      connection.close()
      expect(answer?.status).toBe(status)
    })

    expect(cost).toBeLessThan(costMsMax)
  })
})

function topicPath(): string {
  return topic
}

describe('the frontend', () => {
  it('is alive after all that, and serves', async () => {
    expect((await world.publish(topic, '{}')).status).toBe(201)
    expect(world.frontend.exit).toBeNull()
    // So the figures above were figures.
    expect(usedMs()).toBeGreaterThan(100)
  })
})
