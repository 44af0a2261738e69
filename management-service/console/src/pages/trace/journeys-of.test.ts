import { describe, expect, it } from 'vitest'
import { journeysOf, outcomesIn, type PublishedEvent, type SentEvent, type TracePage } from './journeys-of.js'

const published: PublishedEvent = {
  ...{ kind: 'published', messageId: 'm1', timestamp: 100, hostname: 'front', status: 'SUCCESS' },
  ...{ partition: 2, offset: 7 },
}
const sent = (timestamp: number, more: Partial<SentEvent>): SentEvent => ({
  ...{
    kind: 'sent',
    messageId: 'm1',
    timestamp,
    hostname: 'cons',
    status: 'SUCCESS',
    subscription: 'billing',
  },
  ...{ partition: 2, offset: 7, ...more },
})
const page = (...events: TracePage['events']): TracePage => ({ events, notes: [], complete: true })

describe('the way of a message', () => {
  it('is told from its publisher to the last attempt of each subscription', () => {
    const [journey] = journeysOf([
      page(
        sent(300, { attempt: 2, tookMs: 13, httpStatus: 200 }),
        sent(200, { status: 'FAILED', attempt: 1, tookMs: 22, reason: 'status 500' }),
        sent(210, { status: 'FILTERED', subscription: 'mail', reason: 'jsonpath' }),
        published,
      ),
    ])

    expect(journey).toMatchObject({ messageId: 'm1', place: { partition: 2, offset: 7 } })
    expect(journey?.published.map(({ words }) => words)).toEqual(['Stored in Kafka at 2-7'])
    expect(journey?.legs.map(({ subscription }) => subscription)).toEqual(['billing', 'mail'])
    expect(journey?.legs[0]?.steps.map(({ words, tone }) => `${tone}: ${words}`)).toEqual([
      'bad: Failed (attempt 1, 22 ms): status 500',
      'good: Delivered with 200 (attempt 2, 13 ms)',
    ])
    expect(journey?.legs[1]?.steps[0]).toMatchObject({
      tone: 'aside',
      words: 'Left out by a filter: jsonpath',
    })
  })

  it('ends at a dead letter where it became one', () => {
    const letter = { status: 'DISCARDED', reason: 'TTL', deadLetter: { partition: 0, offset: 4 } } as const
    const [journey] = journeysOf([page(sent(1, letter))])

    expect(journey?.legs[0]).toMatchObject({ deadLetterId: '0-4', steps: [{ words: 'Given up: TTL' }] })
  })

  it.each([
    ['on its way', ['INFLIGHT', 'FAILED'], null],
    ['delivered', ['FAILED', 'SUCCESS'], null],
    ['given up', ['FAILED', 'DISCARDED'], '0-4'],
    ['delivered', ['DISCARDED', 'FAILED', 'SUCCESS'], null],
    ['given up', ['DISCARDED', 'FAILED'], '0-4'],
    ['delivered', ['SUCCESS', 'FAILED'], null],
    ['left out', ['FILTERED'], null],
  ] as const)('is %s after %j', (word, statuses, deadLetterId) => {
    const letter = { deadLetter: { partition: 0, offset: 4 } }
    const steps = statuses.map((status, at) =>
      sent(at, { status, ...(status === 'DISCARDED' ? letter : {}) }),
    )
    const [journey] = journeysOf([page(...steps, sent(9, { subscription: 'mail' }))])

    expect(journey?.legs[0]).toMatchObject({ outcome: { word }, deadLetterId })
    expect(journey && outcomesIn(journey)).toContain(word === 'delivered' ? '2 delivered' : `1 ${word}`)
  })

  it('waits where it was not stored yet', () => {
    const waiting = { ...published, partition: undefined, offset: undefined, scheduledFor: 0 }
    const [journey] = journeysOf([page({ ...waiting, status: 'INFLIGHT' })])

    expect(journey).toMatchObject({ place: null, legs: [] })
    expect(journey?.published[0]?.words).toBe('Waits for 1970-01-01T00:00:00.000Z')
  })

  it('of several stands with the last one first, over all pages', () => {
    const other = { ...published, messageId: 'm2', timestamp: 500 }

    expect(journeysOf([page(published), page(other)]).map(({ messageId }) => messageId)).toEqual(['m2', 'm1'])
    expect(journeysOf([page()])).toEqual([])
  })
})
