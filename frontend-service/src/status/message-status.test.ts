import { describe, expect, it } from 'vitest'
import type { Settled, SettledEnd } from '../spool/outcome-record.js'
import { messageStatus, type SubscriptionState } from './message-status.js'

const acceptedMs = Date.parse('2026-01-01T00:00:00Z')
const known = { id: 'm', topicName: 'acme.orders', acceptedMs }
const settledBy = (end: SettledEnd): Settled => ({
  ...known,
  sequence: 1,
  settledMs: acceptedMs + 1_000,
  end,
})
const stored = settledBy({ kind: 'stored', partition: 2, offset: 7 })

describe('the status of a message', () => {
  it('is ACCEPTED while it waits for Kafka, and says nothing of subscriptions', () => {
    expect(messageStatus({ ...known, settled: null }, null)).toEqual({
      ...{ id: 'm', topic: 'acme.orders', status: 'ACCEPTED', acceptedAt: '2026-01-01T00:00:00.000Z' },
    })
  })

  it('is FAILED with the reason when Kafka will never take it', () => {
    const settled = settledBy({ kind: 'refused', reason: 'too large' })

    const status = messageStatus({ ...known, settled }, null)

    expect(status).toMatchObject({
      status: 'FAILED',
      reason: 'too large',
      failedAt: '2026-01-01T00:00:01.000Z',
    })
    expect(status).not.toHaveProperty('storedAt')
  })

  it.each<[SubscriptionState[], string]>([
    [[], 'STORED'],
    [['PENDING'], 'STORED'],
    [['DELIVERED'], 'DELIVERED'],
    [['DELIVERED', 'SETTLED'], 'DELIVERED'],
    [['DELIVERED', 'PENDING'], 'STORED'],
    [['DELIVERED', 'UNKNOWN'], 'STORED'],
    [['DEAD', 'DELIVERED'], 'FAILED'],
    [['DEAD', 'PENDING'], 'STORED'],
  ])('with subscriptions %j is %s', (list, status) => {
    const states = new Map(list.map((state, index) => [`s${index}`, state]))

    const told = messageStatus({ ...known, settled: stored }, { states, notes: [] })

    expect(told).toMatchObject({ status, partition: 2, offset: 7, storedAt: '2026-01-01T00:00:01.000Z' })
    expect(told.subscriptions).toEqual(Object.fromEntries(states))
    expect(told).not.toHaveProperty('notes')
  })

  it('leaves the offset out where Kafka does not tell it, and passes notes on', () => {
    const settled = settledBy({ kind: 'stored', partition: 2, offset: -1 })

    const told = messageStatus({ ...known, settled }, { states: new Map(), notes: ['why'] })

    expect(told).toMatchObject({ partition: 2, notes: ['why'] })
    expect(told).not.toHaveProperty('offset')
  })
})
