import { describe, expect, it } from 'vitest'
import { kinds, wrongAnswers } from '../records.js'
import { bulkOutcomeOf } from './bulk-answer.js'
import { bulkSendingOf, type BulkMessage } from './bulk-body.js'
import type { Reply } from './exchange.js'

const reply = (status: number, body: object | string, isUnsent = false): Reply => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
  isUnsent,
})

const stored = (index: number): object => ({ index, status: 201, messageId: `m${index}` })
const failed = (index: number, status: number, code: string): object => ({ index, status, code, message: '' })

const kindsIn = (answer: Reply, count: number): number[] =>
  bulkOutcomeOf(answer, count).outcomes.map(each => each.kind)

const brokenIn = (answer: Reply, count: number): number[] =>
  bulkOutcomeOf(answer, count).wrong.map(each => each.which)

describe('an answer to many messages', () => {
  it('tells each record stored, surely not stored, or unknown', () => {
    const results = [
      stored(0),
      failed(1, 400, 'VALIDATION_ERROR'),
      failed(2, 503, 'MESSAGE_NOT_SENT'),
      failed(3, 503, 'SENDING_TO_KAFKA_TIMEOUT'),
      failed(4, 408, 'TIMEOUT'),
    ]
    const answer = reply(207, { records: 5, stored: 1, failed: 4, results })

    expect(kindsIn(answer, 5)).toEqual([kinds.ok, kinds.refused, kinds.refused, kinds.unknown, kinds.unknown])
    expect(brokenIn(answer, 5)).toEqual([])
  })

  it('takes records that were not read for not stored', () => {
    const unread = { code: 'TIMEOUT', status: 408, message: '' }
    const answer = reply(207, { records: 1, stored: 1, failed: 0, unread, results: [stored(0)] })

    expect(kindsIn(answer, 3)).toEqual([kinds.ok, kinds.refused, kinds.refused])
    expect(brokenIn(answer, 3)).toEqual([])
  })

  it.each([
    ['was refused as a whole', reply(503, { code: 'NOT_READY' }), kinds.refused],
    ['found nobody', reply(0, '', true), kinds.refused],
    ['got no answer', reply(0, ''), kinds.unknown],
  ])('holds for every record where the request %s', (_, answer, kind) => {
    expect(kindsIn(answer, 2)).toEqual([kind, kind])
    expect(brokenIn(answer, 2)).toEqual([])
  })

  it.each([
    [
      'a record has no result',
      { records: 1, stored: 1, failed: 0, results: [stored(0)] },
      wrongAnswers.noResult,
    ],
    [
      'results have changed places',
      { records: 2, stored: 2, failed: 0, results: [stored(1), stored(0)] },
      wrongAnswers.misplaced,
    ],
    [
      'it counts more',
      { records: 2, stored: 3, failed: 0, results: [stored(0), stored(1)] },
      wrongAnswers.falseCount,
    ],
    [
      'it says 200 and means 207',
      { records: 2, stored: 1, failed: 1, results: [stored(0), failed(1, 400, 'VALIDATION_ERROR')] },
      wrongAnswers.falseCount,
    ],
  ])('is wrong where %s', (_, body, which) => {
    expect(brokenIn(reply(200, body), 2)).toContain(which)
  })
})

describe('a request with many messages', () => {
  const message = (key: string, body: string, isBad = false): BulkMessage => ({
    topicName: 'group.topic',
    key,
    body: Buffer.from(body),
    isBad,
  })
  const two = [message('k1', '{"a" :1}'), message('k2', '{"b":2}')]

  it('is lines of plain messages under one key', () => {
    const { path, headers, body } = bulkSendingOf([message('k1', '{"a" :1}'), message('k1', '2')], {
      shape: 'plain',
      isArray: false,
    })

    expect(path).toBe('/topics/group.topic/batch')
    expect(headers).toEqual({ 'Content-Type': 'application/x-ndjson', 'Partition-Key': 'k1' })
    expect(body.toString()).toBe('{"a" :1}\n2\n')
  })

  it('is an array of wrapped messages that name topic and key', () => {
    const { path, body } = bulkSendingOf(two, { shape: 'many', isArray: true })

    expect(path).toBe('/topics/batch')
    expect(JSON.parse(body.toString())).toEqual([
      { topic: 'group.topic', key: 'k1', message: { a: 1 } },
      { topic: 'group.topic', key: 'k2', message: { b: 2 } },
    ])
  })

  it('holds a record that must be refused where it is told to', () => {
    const bad = message('k3', '{"c":3}', true)

    const lines = bulkSendingOf([...two, bad], { shape: 'wrapped', isArray: false })
      .body.toString()
      .split('\n')
    expect(lines[2]).toContain('"unheardOf":true')
    expect(bulkSendingOf([bad], { shape: 'plain', isArray: false }).body.toString()).toBe('{"c":3\n')
  })
})
