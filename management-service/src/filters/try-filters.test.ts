import { describe, expect, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import { parseTopic } from '@iris/common/domain/topic'
import { HermesError } from '@iris/common/errors/hermes-error'
import { createMemoryStore, type MemoryStore } from '../store/in-memory.js'
import { tryFilters } from './try-filters.js'

const topic = 'acme.orders' as TopicName

function setUp(): MemoryStore {
  const store = createMemoryStore()
  const owner = { source: 'Plaintext', id: 'x' }
  const form = { name: topic, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } }
  store.held.topics.set(topic, { value: parseTopic(form), version: 0 })
  return store
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const jsonpath = { type: 'jsonpath', path: '$.a', matcher: 'x' }

async function answerOf(body: unknown, name: TopicName = topic): Promise<unknown> {
  try {
    return await tryFilters({ store: setUp(), registry: null }, name, body)
  } catch (error) {
    if (!(error instanceof HermesError)) throw error
    return `${error.status} ${error.code}: ${error.message}`
  }
}

describe('a trial of filters', () => {
  it.each<[string, object, object]>([
    ['a message that passes', { message: base64('{"a":"x"}'), filters: [jsonpath] }, { status: 'MATCHED' }],
    ['one that does not', { message: base64('{"a":"y"}'), filters: [jsonpath] }, { status: 'NOT_MATCHED' }],
    ['no filters', { message: base64('junk'), filters: [] }, { status: 'MATCHED' }],
    ['an empty message and no filter that looks', { message: '', filters: [] }, { status: 'MATCHED' }],
    [
      'a header filter without headers',
      { message: base64('{}'), filters: [{ type: 'header', header: 'X', matcher: '.*' }] },
      { status: 'NOT_MATCHED' },
    ],
    [
      'a header filter with headers',
      {
        message: base64('{}'),
        filters: [{ type: 'header', header: 'X', matcher: 'y' }],
        headers: { X: 'y' },
      },
      { status: 'MATCHED' },
    ],
    [
      'a filter for other content',
      { message: base64('{}'), filters: [{ type: 'avropath', path: '.a', matcher: 'x' }] },
      {
        status: 'NOT_MATCHED',
        errorMessage: "Message filter type avropath doesn't match topic content type JSON",
      },
    ],
    [
      'a broken message',
      { message: base64('{"a":x}'), filters: [jsonpath] },
      {
        status: 'NOT_MATCHED',
        errorMessage: 'The message would become a dead letter: not JSON: unexpected x at byte 5',
      },
    ],
  ])('with %s', async (_what, body, expected) => {
    expect(await answerOf(body)).toEqual(expected)
  })

  it.each<[string, unknown, RegExp]>([
    ['no body', null, /^400 OTHER: HV000116/],
    ['no filters', { message: '' }, /^400 OTHER: The member filters must be a list of filters$/],
    ['filters that are none', { message: '', filters: 'x' }, /^400 FORMAT_ERROR/],
    [
      'an unknown type',
      { message: '', filters: [{ type: 'bogus' }] },
      /^400 OTHER: Filter of type 'bogus' not found\.$/,
    ],
    [
      'a broken pattern',
      { message: '', filters: [{ ...jsonpath, matcher: '(' }] },
      /^400 OTHER: Subscription\.filters\[0\]\.matcher has a \(/,
    ],
    ['no message', { filters: [] }, /^400 FORMAT_ERROR: The member message must be base64 text$/],
    ['a message that is no base64', { message: '{}', filters: [] }, /^400 FORMAT_ERROR: .* not base64$/],
    [
      'a header that is no text',
      { message: '', filters: [], headers: { X: 1 } },
      /^400 FORMAT_ERROR: The header X must be a text$/,
    ],
  ])('is refused with %s', async (_what, body, expected) => {
    expect(await answerOf(body)).toMatch(expected)
  })

  it('is refused for an unknown topic', async () => {
    expect(await answerOf({ message: '', filters: [] }, 'acme.nope' as TopicName)).toMatch(
      /^404 TOPIC_NOT_EXISTS/,
    )
  })
})
