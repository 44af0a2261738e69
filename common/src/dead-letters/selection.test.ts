import { describe, expect, it } from 'vitest'
import { letterMatcher } from './letter-filter.js'
import { filterOfQuery, idsMax, selectionJson, selectionOf } from './selection.js'
import { createMemoryLog } from './testing/memory-log.js'

describe('a selection of dead letters', () => {
  it.each([
    { all: true },
    { ids: ['0-1', '0-17'] },
    {
      filter: {
        reason: 'boom',
        class: 'refused',
        cause: 'timeout',
        status: 404,
        messageId: 'm',
        body: 'x',
        from: 5,
        to: 9,
      },
    },
  ])('%j is read as it was meant', body => {
    expect(selectionJson(selectionOf(body))).toEqual(body)
  })

  it('takes ids once and in order, and times as dates', () => {
    expect(selectionOf({ ids: ['0-9', '0-2', '0-9'] })).toEqual({ kind: 'ids', offsets: [2, 9] })
    expect(selectionOf({ filter: { from: '1970-01-01T00:00:01Z' } })).toMatchObject({
      filter: { fromMs: 1_000 },
    })
  })

  it('takes so many ids and not one more', () => {
    const ids = (count: number) => Array.from({ length: count }, (_each, index) => `0-${index}`)

    expect(selectionOf({ ids: ids(idsMax) })).toMatchObject({ kind: 'ids' })
    expect(() => selectionOf({ ids: ids(idsMax + 1) })).toThrow('ids must be')
  })

  it.each([
    [{}, 'Say which'],
    [{ all: true, ids: ['0-1'] }, 'Say which'],
    [{ all: false }, 'all must be true'],
    [{ ids: [] }, 'ids must be'],
    [{ ids: ['1-5'] }, 'ids must be'],
    [{ ids: [5] }, 'ids must be'],
    [{ filter: {} }, 'must not be empty'],
    [{ filter: { reson: 'typo' } }, 'filter.reson'],
    [{ filter: { status: null } }, 'filter.status must not be null'],
    [{ filter: [] }, 'must be an object'],
    [{ filter: { class: 'lost' } }, 'class must be'],
    [{ filter: { cause: 'bad luck' } }, 'cause must be'],
    [{ filter: { status: 99 } }, 'status must be'],
    [{ filter: { from: 'yesterday' } }, 'from must be'],
    [{ filter: { body: '' } }, 'body must be'],
    [{ filter: { reason: 'x'.repeat(1_001) } }, 'reason must be'],
  ])('%j is refused', (body, problem) => {
    expect(() => selectionOf(body)).toThrow(problem)
  })
})

describe('a filter', () => {
  it.each([
    ['reason=STATUS+CODE', true],
    ['reason=timeout', false],
    ['class=expired', true],
    ['class=refused', false],
    ['cause=500', true],
    ['cause=timeout', false],
    ['status=500', true],
    ['status=404', false],
    ['messageId=message-0', true],
    ['messageId=message', false],
    ['body=żółw', true],
    ['body=Żółw', false],
    ['from=1000', true],
    ['from=1001', false],
    ['to=1001', true],
    ['to=1000', false],
    ['status=500&body=nothing', false],
    ['limit=5&after=0-3', true],
  ])('%s fits: %s', async (query, expected) => {
    const memory = createMemoryLog()
    memory.letter({}, 'a żółw here', 1_000)
    const fits = letterMatcher(filterOfQuery(new URLSearchParams(query)))
    const answers: boolean[] = []

    await memory.log.scan(0, 1, entry => void answers.push(fits(entry)))

    expect(answers).toEqual([expected])
  })

  it.each([
    ['cause=unreadable', true],
    ['class=pipeline', true],
    ['cause=other', false],
    ['class=expired', false],
    ['status=500', false],
    ['reason=x', false],
    ['class=pipeline&reason=x', false],
  ])('%s fits a record that says nothing about a death, as it is counted: %s', async (query, expected) => {
    const memory = createMemoryLog()
    memory.append({ value: Buffer.from('somebody wrote this'), headers: [] })
    const fits = letterMatcher(filterOfQuery(new URLSearchParams(query)))
    const answers: boolean[] = []

    await memory.log.scan(0, 1, entry => void answers.push(fits(entry)))

    expect(answers).toEqual([expected])
  })
})
