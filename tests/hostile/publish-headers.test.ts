/** E5: heads that are too large or carry what would do harm further on. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openEnvelope } from '@iris/common/kafka/envelope'
import { witness, type WitnessedRecord } from '../support/kafka-witness.js'
import { openRaw, rawPublish, type RawAnswer } from '../support/raw-connection.js'
import { startPublishWorld, type PublishWorld } from '../support/publish-world.js'

let world: PublishWorld

beforeAll(async () => {
  const settings = { 'frontend.http.headers.allowedSet': '' }
  world = await startPublishWorld({ kafka: inject('kafka'), zookeeper: inject('zookeeper'), settings })
})

afterAll(() => world.stop())

async function exchange(bytes: string): Promise<RawAnswer> {
  const connection = openRaw(world.frontend.url, Buffer.from(bytes, 'latin1'))
  const [answer] = await connection.untilAnswers(1)
  connection.close()
  return answer as RawAnswer
}

/** Publishes one message with these header lines and gives its record. */
async function stored(lines: readonly string[]): Promise<WitnessedRecord> {
  const topic = await world.createTopic()
  const answer = await exchange(rawPublish(topic, [...lines, 'Content-Length: 2'], '{}'))
  expect(answer.status).toBe(201)
  const [record] = await witness(inject('kafka'), world.kafkaTopic(topic), 1)
  return record as WitnessedRecord
}

function metadataOf(record: WitnessedRecord): Readonly<Record<string, string>> {
  const opened = openEnvelope(record.value)
  if (typeof opened === 'string' || 'problem' in opened) throw new Error(JSON.stringify(opened))
  return opened.externalMetadata
}

describe('heads', () => {
  it.each([
    ['17 KiB in one line', [`X: ${'x'.repeat(17_000)}`]],
    ['17 KiB in many lines', Array.from({ length: 90 }, (_, index) => `X-${index}: ${'x'.repeat(185)}`)],
    ['101 lines', Array.from({ length: 100 }, (_, index) => `X-${index}: x`)],
    ['2,100 lines', Array.from({ length: 2_100 }, (_, index) => `X-${index}: x`)],
    ['a name of 17 KiB', [`${'X'.repeat(17_000)}: x`]],
  ])('of %s are 431', async (_what, lines) => {
    const topic = await world.createTopic()

    const answer = await exchange(
      rawPublish(topic, [...lines, 'Content-Length: 2', 'Partition-Key: last'], '{}'),
    )

    expect(answer.status).toBe(431)
  })

  it('with a long path are 404 or 431, never a crash', async () => {
    expect((await exchange(rawPublish('a'.repeat(10_000), ['Content-Length: 2'], '{}'))).status).toBe(404)
    expect((await exchange(rawPublish('a'.repeat(20_000), ['Content-Length: 2'], '{}'))).status).toBe(431)
  })

  it.each([
    '..',
    '%2e%2e',
    '..%2f..%2fetc',
    '__proto__',
    'constructor',
    'a%00b',
    '%ff',
    'ａcme.x',
    'a'.repeat(300),
  ])('with the topic %s are 404 or 400 and nothing else', async name => {
    const answer = await exchange(rawPublish(encodeURI(decodeSafely(name)), ['Content-Length: 2'], '{}'))

    expect([400, 404]).toContain(answer.status)
  })
})

function decodeSafely(name: string): string {
  return name.includes('%') ? name : decodeURI(name)
}

describe('propagated headers', () => {
  it('keep every byte of their value and cannot break out of the envelope', async () => {
    const values = [
      '"}},"message":{"evil":1}}',
      '\\',
      '\\"',
      '</script>',
      '\u00e9\u00ff',
      '\t tab',
      '{}',
      "'",
    ]
    const lines = values.map((value, index) => `X-${index}: ${value}`)

    const record = await stored(lines)

    const metadata = metadataOf(record)
    values.forEach((value, index) => {
      expect(metadata[`X-${index}`]).toBe(value.trim())
      expect(Buffer.from(record.headers[`h-X-${index}`] ?? '', 'utf8').length).toBeGreaterThan(0)
    })
    expect(record.value.toString().endsWith(',"message":{}}')).toBe(true)
  })

  it('never carry credentials, the connection or the content, nor what would pass for ours', async () => {
    const record = await stored([
      'Authorization: Basic c2VjcmV0',
      'Cookie: session=secret',
      'Proxy-Authorization: secret',
      'Content-Type: application/json',
      'TE: trailers',
      'Hermes-Message-Id: fake',
      'X-Mine: kept',
    ])

    expect(metadataOf(record)).toEqual({ 'X-Mine': 'kept' })
    expect(Object.keys(record.headers).sort()).toEqual(['h-X-Mine', 'id'])
  })

  it('may have names that mean something to JavaScript', async () => {
    const record = await stored(['__proto__: polluted', 'constructor: c', 'toString: t'])

    expect(record.value.toString()).toContain('"__proto__":"polluted"')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(record.headers['h-constructor']).toBe('c')
  })
})

describe('partition keys', () => {
  it.each([
    ['empty', ''],
    ['long', 'k'.repeat(8_000)],
    ['beyond ASCII', '\u00c3\u00a9\u00ff'],
  ])('that are %s are stored as they came', async (_what, key) => {
    const record = await stored([`Partition-Key: ${key}`])

    expect(record.key?.toString('latin1')).toBe(key)
  })
})
