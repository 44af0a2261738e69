import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProducerMessage } from '@iris/common/kafka/producer'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'

let world: PipelineWorld

beforeEach(async () => {
  world = await createPipelineWorld()
})
afterEach(() => world.stop())

interface Answer {
  readonly status: number
  readonly detail?: string
  readonly field?: string
  readonly pointer?: string
}

async function publish(body: string, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${world.url}acme.orders`, {
    method: 'POST',
    body,
    headers: { Accept: 'application/problem+json', ...headers },
  })
  const text = await response.text()
  return { status: response.status, ...(text === '' ? {} : (JSON.parse(text) as object)) }
}

/** What Kafka is given for a message that is taken. */
async function taken(body: string, headers: Record<string, string>): Promise<ProducerMessage> {
  const answering = publish(body, headers)
  await expect.poll(() => world.producer.appended.length).toBe(1)
  const message = world.producer.appended.shift() as ProducerMessage
  message.done({ kind: 'stored', partition: 0, offset: 1 })
  expect(await answering).toMatchObject({ status: 201 })
  return message
}

const bodyOf = (message: ProducerMessage): string => message.value[1]?.toString() ?? ''
const eventOf = (message: ProducerMessage): Record<string, string> =>
  Object.fromEntries(message.headers.slice(1).map(([name, value]) => [name, value.toString()]))

const json = { 'Content-Type': 'application/json' }
const binary = { ...json, 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-source': '/s', 'ce-type': 't' }
const structured = { 'Content-Type': 'application/cloudevents+json; charset=utf-8' }
const least = '"specversion":"1.0","id":"a","source":"/s","type":"t"'
const onLog = { ce_specversion: '1.0', ce_id: 'a', ce_source: '/s', ce_type: 't' }

describe('a CloudEvent', () => {
  it('in binary mode keeps its body as it came, and its attributes beside it', async () => {
    const headers = { ...binary, 'CE-Subject': 'caf%C3%A9', 'Content-Type': 'application/vnd.a+json' }
    const message = await taken('{"a" : 1.0}', headers)

    expect(bodyOf(message)).toBe('{"a" : 1.0}')
    expect(eventOf(message)).toEqual({
      ...onLog,
      ce_subject: 'café',
      'content-type': 'application/vnd.a+json',
    })
    expect(message.key).toBeNull()
  })

  it('in structured mode keeps its data as it stands there', async () => {
    const message = await taken(`{${least},"count":3,"gone":null,"data": {"a" : 1.0} }`, structured)

    expect(bodyOf(message)).toBe('{"a" : 1.0}')
    expect(eventOf(message)).toEqual({ ...onLog, ce_count: '3', 'content-type': 'application/json' })
  })

  it('has an id of its own, beside that of the message', async () => {
    const message = await taken('1', binary)

    expect(message.headers[0]?.[0]).toBe('id')
    expect(message.headers[0]?.[1].toString()).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('without data is the message null', async () => {
    expect(bodyOf(await taken('', binary))).toBe('null')
    expect(bodyOf(await taken(`{${least}}`, structured))).toBe('null')
  })

  it('names its key by partitionkey, unless the header of that purpose does', async () => {
    expect((await taken('1', { ...binary, 'ce-partitionkey': 'k' })).key).toEqual(Buffer.from('k'))
    const both = { ...binary, 'ce-partitionkey': 'k', 'Partition-Key': 'other' }
    expect((await taken('1', both)).key).toEqual(Buffer.from('other'))
  })

  it.each<[what: string, headers: Record<string, string>, body: string, at: object, detail: RegExp]>([
    ['no id', { ...binary, 'ce-id': '' }, '1', { field: 'ce-id' }, /attribute id is missing/],
    [
      'an old version',
      { ...binary, 'ce-specversion': '0.3' },
      '1',
      { field: 'ce-specversion' },
      /must be 1\.0/,
    ],
    ['a bad time', { ...binary, 'ce-time': 'now' }, '1', { field: 'ce-time' }, /RFC 3339/],
    [
      'no JSON type',
      { ...binary, 'Content-Type': 'text/plain' },
      '1',
      { field: 'Content-Type' },
      /must be JSON/,
    ],
    ['no JSON', binary, 'nope', {}, /^Invalid message: not JSON/],
    [
      'no source',
      structured,
      '{"specversion":"1.0","id":"a","type":"t"}',
      { pointer: '/source' },
      /source is missing/,
    ],
    ['nothing', structured, '[]', {}, /must be a JSON object/],
    ['half an object', structured, '{"id"', {}, /^Invalid CloudEvent: not JSON/],
    ['a bad flag', structured, `{${least},"x":{}}`, { pointer: '/x' }, /must be a text, a flag/],
    ['text as data', structured, `{${least},"data_base64":"bm9wZQ=="}`, {}, /^Invalid message: not JSON/],
  ])('with %s is refused, by the name of what is wrong', async (_what, headers, body, at, detail) => {
    const answer = await publish(body, headers)

    expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR', ...at })
    expect(answer.detail).toMatch(detail)
    expect(world.producer.appended).toHaveLength(0)
  })

  it('in a format that is not read is 415', async () => {
    const answer = await publish('1', { 'Content-Type': 'application/cloudevents+avro' })

    expect(answer).toMatchObject({ status: 415, field: 'Content-Type' })
  })
})

describe('what only looks like one', () => {
  it.each<[headers: Record<string, string>]>([
    [{ 'ce-id': 'a', 'ce-source': '/s', 'ce-type': 't' }],
    [{ 'Content-Type': 'application/cloud' }],
    [{ 'Content-Type': 'application/json' }],
  ])('is a plain message: %o', async headers => {
    expect((await taken(`{${least}}`, headers)).headers).toHaveLength(1)
  })
})
