/** E8, E10, E11: keys without number or measure, messages published twice, bodies of odd types. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { residentBytesOf } from '../bench/process-cpu.js'
import { bodyOf, witness, type WitnessedRecord } from '../support/kafka-witness.js'
import { startPublishWorld, type PublishAnswer, type PublishWorld } from '../support/publish-world.js'

type Headers = Readonly<Record<string, string>>
type Row = readonly [what: string, headers: Headers, body: string | Buffer]

const mebibyte = 1024 * 1024
const distinctKeys = 100_000
/** As a request may have. */
const recordsMax = 10_000
const hotMessages = 3_000
const padding = 'k'.repeat(100)
const oddKeys = ['', 'k'.repeat(12_000), '\u0000\u0001\u00ff', '\u{1f600} ключ']
const umlaut = '{"ä":1}'
const form = 'application/x-www-form-urlencoded'
const parts = 'multipart/form-data; boundary=x'

/** JSON, whatever its type says. */
const taken: readonly Row[] = [
  ['no type', {}, umlaut],
  ['multipart', { 'Content-Type': parts }, umlaut],
  ['a form', { 'Content-Type': form }, umlaut],
  ['plain text', { 'Content-Type': 'text/plain' }, umlaut],
  ['a charset that is not that of the bytes', { 'Content-Type': 'application/json; charset=utf-16' }, umlaut],
  ['a charset that nobody knows', { 'Content-Type': 'application/json; charset="klingon"' }, umlaut],
  ['what is no type', { 'Content-Type': ';;;' }, umlaut],
  ['the encoding `identity`', { 'Content-Encoding': 'identity' }, umlaut],
]
/** No JSON, whatever its type says. */
const notJson: readonly Row[] = [
  [
    'parts of a form',
    { 'Content-Type': parts },
    '--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n{}\r\n--x--\r\n',
  ],
  ['a form', { 'Content-Type': form }, 'a=1&b=2'],
  ['UTF-16', { 'Content-Type': 'application/json; charset=utf-16' }, Buffer.from(umlaut, 'utf16le')],
  ['Latin 1', { 'Content-Type': 'application/json; charset=iso-8859-1' }, Buffer.from(umlaut, 'latin1')],
  ['compressed and does not say so', {}, gzipSync(umlaut)],
]
const encodings = ['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'klingon']

let world: PublishWorld
let topic: string
let grownBytes: number
let twice: PublishAnswer[]
/** All that Kafka has in the end, in the order of partitions and offsets. */
let stored: readonly WitnessedRecord[]

beforeAll(async () => {
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
  topic = await world.createTopic()
  for (const [what, headers, body] of taken)
    expect([what, (await world.publish(topic, body, { 'Partition-Key': what, ...headers })).status]).toEqual([
      what,
      201,
    ])
  const once = (): Promise<PublishAnswer> => world.publish(topic, '{"n":1}', { 'Partition-Key': 'twice' })
  twice = [await once(), await once()]
  await publishMany(oddKeys.map((key, n) => ({ key, message: { odd: n } })))
  await publishMany(Array.from({ length: hotMessages }, (_each, n) => ({ key: 'hot', message: n })))
  const before = residentBytesOf(world.frontend.pid)
  await publishMany(
    Array.from({ length: distinctKeys }, (_each, n) => ({ key: `${n} ${padding}`, message: { n } })),
  )
  grownBytes = residentBytesOf(world.frontend.pid) - before
  const count = taken.length + twice.length + oddKeys.length + hotMessages + distinctKeys
  stored = await witness(inject('kafka'), world.kafkaTopic(topic), count)
  expect(stored).toHaveLength(count)
})
afterAll(() => world.stop())

interface BatchAnswer {
  readonly stored: number
  readonly failed: number
  readonly results: readonly { readonly status: number; readonly code?: string }[]
}

/** Publishes wrapped records in one request. */
async function publishBatch(records: readonly object[]): Promise<BatchAnswer> {
  const response = await fetch(`${world.frontend.url}/topics/${topic}/batch?records=wrapped`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: records.map(record => JSON.stringify(record)).join('\n'),
    signal: AbortSignal.timeout(60_000),
  })
  return (await response.json()) as BatchAnswer
}

/** The same, in as many requests as it takes; each must be stored. */
async function publishMany(records: readonly object[]): Promise<void> {
  for (let from = 0; from < records.length; from += recordsMax) {
    const some = records.slice(from, from + recordsMax)
    const { stored: count, results } = await publishBatch(some)
    expect([count, results.filter(({ status }) => status !== 201)]).toEqual([some.length, []])
  }
}

const keyOf = ({ key }: WitnessedRecord): string => key?.toString() ?? ''
const underKey = (key: string): WitnessedRecord[] => stored.filter(record => keyOf(record) === key)
const messageOf = (record: WitnessedRecord): unknown => JSON.parse(bodyOf(record).toString())

describe('partition keys', () => {
  it('may all be different: each message is stored under its own, and the process keeps none of them', () => {
    const long = stored.filter(record => keyOf(record).endsWith(` ${padding}`))

    expect(new Set(long.map(keyOf)).size).toBe(distinctKeys)
    for (const record of long.slice(0, 500)) {
      const { n } = messageOf(record) as { n: number }
      expect(keyOf(record)).toBe(`${n} ${padding}`)
    }
    // Ten mebibytes of keys went through.
    expect(grownBytes).toBeLessThan(256 * mebibyte)
  })

  it('may all be the same: one partition has them, in their order', () => {
    const hot = underKey('hot')

    expect(new Set(hot.map(({ partition }) => partition)).size).toBe(1)
    expect(hot.map(messageOf)).toEqual(Array.from({ length: hotMessages }, (_each, n) => n))
  })

  it('of 64 KiB are refused, and spoil nothing but their own record', async () => {
    const keys = ['k'.repeat(65_536), 'short']
    const { results } = await publishBatch(keys.map(key => ({ key, message: {} })))

    expect(results).toMatchObject([{ status: 400, code: 'VALIDATION_ERROR' }, { status: 201 }])
  })

  it.each(oddKeys.map((key, n) => [key.length, n] as const))(
    'of %d odd letters come back as they were',
    (_length, n) => {
      const [found] = stored.filter(record => bodyOf(record).toString() === `{"odd":${n}}`)

      expect(found === undefined ? null : keyOf(found)).toBe(oddKeys[n])
    },
  )
})

it('a message that is published twice is there twice, under two ids', () => {
  const found = underKey('twice')

  expect(twice.map(({ status }) => status)).toEqual([201, 201])
  expect(new Set(twice.map(({ id }) => id)).size).toBe(2)
  expect(found.map(({ headers }) => headers['id'])).toEqual(twice.map(({ id }) => id))
})

describe('a body', () => {
  it.each(taken)('that is JSON is stored byte for byte with %s', (what, _headers, body) => {
    expect(underKey(what).map(record => bodyOf(record).toString())).toEqual([String(body)])
  })

  it.each(notJson)('that is no JSON is refused (%s)', async (_what, headers, body) => {
    const answer = await world.publish(topic, body, headers)

    expect([answer.status, answer.code]).toEqual([400, 'VALIDATION_ERROR'])
  })

  it.each(encodings)('that says it is compressed is refused (%s)', async encoding => {
    const answer = await world.publish(topic, gzipSync(umlaut), { 'Content-Encoding': encoding })

    expect([answer.status, answer.code]).toEqual([415, 'UNSUPPORTED_CONTENT_ENCODING'])
  })
})
