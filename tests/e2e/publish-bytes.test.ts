import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import { openEnvelope } from '@iris/common/kafka/envelope'
import { kafkaTopicName } from '@iris/common/kafka/names'
import { bodyOf, witness } from '../support/kafka-witness.js'
import { publishTo } from '../support/publish-world.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

/** JSON that a round trip through a parser would change, or that a careless reader would trip over. */
const jsonBodies: readonly string[] = [
  '\ufeff{"a":1}',
  '\ufeff"bom before a string"',
  '9007199254740993',
  '{"id":9007199254740993}',
  '123456789012345678901234567890',
  '-0',
  '-0.0',
  '1.0',
  '1.10',
  '1E2',
  '1e+2',
  '1e400',
  '-1e400',
  '0.1e-400',
  '0.30000000000000004000',
  '{"a":1,"a":2}',
  '{"a":{"b":1},"a":{"b":2},"a":null}',
  '{"":""}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"hasOwnProperty":2}',
  ' {"a" : 1 }',
  '{\n\t"a":\r\n1\n}\n',
  '\t\r\n {} \n\n',
  '[ ]',
  '[[],[[]],[]]',
  'null',
  'true',
  'false',
  '""',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u2028\\u2029"',
  '"\u2028\u2029"',
  '"\u007f"',
  '"\u0080\u009f"',
  '"\\/\\/"',
  '"/"',
  '"\\u0041A"',
  '"<script>alert(1)</script>&amp;"',
  '"日本語 한국어 العربية עברית"',
  '"😀👩‍👩‍👧‍👦🏳️‍🌈"',
  '"e\u0301 vs é"',
  '"\ufffd"',
  '"\ufeff inside"',
  '{"message":{"_w":true,"metadata":{"id":"x"}}}',
  '{"_w":true,"metadata":{"timestamp":1,"id":"fake","externalMetadata":{}},"message":{"inner":1}}',
  '",\\"message\\":"',
  '"}}}}"',
  '{"a":"}","b":"{"}',
  '{"z":1,"a":2,"10":3,"9":4}',
  '[1,[2,[3,[4,[5,[6,[7,[8,[9]]]]]]]]]',
  '['.repeat(100) + ']'.repeat(100),
  `"${'x'.repeat(50_000)}"`,
  `[${'0,'.repeat(20_000)}0]`,
  '{"date":"2024-02-30T25:61:61Z"}',
  '"C:\\\\path\\\\to"',
  '"\\b\\f\\n\\r\\t\\"\\\\"',
  '{"amount":12345678901234567.89,"rate":1.0000000000000000001}',
]

/** What is not JSON, or not text at all. */
const otherBodies: readonly (string | Buffer)[] = [
  '',
  'not json',
  '{"a":1',
  '{"a":1}}',
  "{'a':1}",
  '\ufeff',
  'NaN',
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from([0x22, 0x80, 0x22]),
  Buffer.from([0x00]),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  '['.repeat(101) + ']'.repeat(101),
]

let stack: TestStack
let subscriber: Subscriber

beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
})

afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

const checkingUrl = (): string => stack.frontends[0]?.url ?? ''

/** A topic of large messages, with a subscription at a path of its own. */
async function createSubscribed(path: string): Promise<string> {
  const topic = await stack.createTopic({ maxMessageSize: 65_536 })
  await stack.createSubscription(topic, subscriber.url + path)
  return topic
}

async function publishAll(
  url: string,
  topic: string,
  bodies: readonly (string | Buffer)[],
): Promise<Map<string, Buffer>> {
  const sent = new Map<string, Buffer>()
  for (const body of bodies) {
    const bytes = Buffer.from(body)
    const answer = await publishTo(url, topic, bytes)
    expect([answer.status, bytes.toString('utf8', 0, 60)]).toEqual([201, bytes.toString('utf8', 0, 60)])
    sent.set(answer.id as string, bytes)
  }
  return sent
}

async function compareInKafka(topic: string, sent: ReadonlyMap<string, Buffer>): Promise<void> {
  const place = { namespace: stack.namespace, separator: '_' }
  const records = await witness(inject('kafka'), kafkaTopicName(place, topic as TopicName), sent.size)
  expect(records).toHaveLength(sent.size)
  for (const record of records) {
    const expected = sent.get(record.headers['id'] as string)
    expect(bodyOf(record).equals(expected as Buffer), expected?.toString('utf8', 0, 60)).toBe(true)
    const opened = openEnvelope(record.value)
    if (typeof opened === 'string' || 'problem' in opened) throw new Error(JSON.stringify(opened))
    expect(opened.body.equals(expected as Buffer)).toBe(true)
    expect(opened.id).toBe(record.headers['id'])
  }
}

async function compareAtSubscriber(path: string, sent: ReadonlyMap<string, Buffer>): Promise<void> {
  const received = await subscriber.waitFor(sent.size, { path })
  const bodies = new Map(received.map(each => [each.messageId, each.body]))
  for (const [id, expected] of sent)
    expect(bodies.get(id)?.equals(expected), expected.toString('utf8', 0, 60)).toBe(true)
}

describe('bytes', () => {
  it(`${jsonBodies.length} JSON bodies are in Kafka and at the subscriber as they were sent, with the check on`, async () => {
    const topic = await createSubscribed('/checked')

    const sent = await publishAll(checkingUrl(), topic, jsonBodies)

    await compareInKafka(topic, sent)
    await compareAtSubscriber('/checked', sent)
  })

  it.each(otherBodies.map((body, index) => [index, body] as const))(
    'body %d that is not JSON is refused with the check on',
    async (_index, body) => {
      const topic = await stack.createTopic()

      const answer = await publishTo(checkingUrl(), topic, body)

      expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
      expect(answer.text).toMatch(/^\{"message":"Invalid message: /)
    },
  )

  it('all of them are in Kafka and at the subscriber as they were sent, with the check off', async () => {
    const lenient = await stack.addFrontend({ 'frontend.messages.acceptAnyBytes': 'true' })
    const topic = await createSubscribed('/unchecked')

    const sent = await publishAll(lenient.url, topic, [...jsonBodies, ...otherBodies])

    await compareInKafka(topic, sent)
    await compareAtSubscriber('/unchecked', sent)
  })
})
