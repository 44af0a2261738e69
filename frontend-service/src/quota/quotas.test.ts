import { describe, expect, it } from 'vitest'
import type { TopicQuotas } from '@iris/common/domain/topic-quotas'
import { createQuotas, type QuotaOptions, type Quotas, type TopicQuota } from './quotas.js'

const noLimits = {
  messagesPerSecond: 0,
  bytesPerSecond: 0,
  publisherMessagesPerSecond: 0,
  publisherBytesPerSecond: 0,
}
const unnamed: TopicQuotas = {
  messagesPerSecond: null,
  bytesPerSecond: null,
  publisherMessagesPerSecond: null,
  publisherBytesPerSecond: null,
}

const world = (options: Partial<QuotaOptions> = {}) => {
  const state = { nowMs: 0, sharers: 1, exceeded: [] as string[] }
  const quotas: Quotas = createQuotas(
    {
      nowMs: () => state.nowMs,
      sharers: () => state.sharers,
      onExceeded: (topic, limit) => void state.exceeded.push(`${topic} ${limit}`),
    },
    { defaults: noLimits, windowMs: 1_000, publishersMax: 3, ...options },
  )
  const of = (own: Partial<TopicQuotas>): TopicQuota => {
    const quota = quotas.of('acme.orders', { ...unnamed, ...own })
    if (quota === null) throw new Error('the topic has no quota')
    return quota
  }
  return { state, quotas, of }
}
const accepted = (quota: TopicQuota, publisher: string, tries: number, bytes = 0): number =>
  Array.from({ length: tries }, () => quota.take(publisher, bytes)).filter(each => each === null).length

describe('a quota', () => {
  it('of messages takes a second of them at once, then refuses with the time to come back', () => {
    const { of, state } = world()
    const quota = of({ messagesPerSecond: 10 })

    expect(accepted(quota, 'a', 15)).toBe(10)
    const refused = quota.take('a', 0)

    expect(refused).toMatchObject({ code: 'THROUGHPUT_QUOTA_VIOLATION', status: 429 })
    expect(refused?.headers).toEqual({ 'Retry-After': '1' })
    expect(refused?.message).toBe('Topic acme.orders may have 10 messages a second [quota:topic-messages].')
    expect(state.exceeded).toHaveLength(6)
    state.nowMs = 500
    expect(accepted(quota, 'a', 15)).toBe(5)
  })

  it('of bytes counts what is announced, and lends to a message larger than all of it', () => {
    const { of, state } = world()
    const quota = of({ bytesPerSecond: 1_000 })

    expect(quota.take('a', 900)).toBeNull()
    expect(quota.take('a', 200)?.headers['Retry-After']).toBe('1')
    state.nowMs = 900
    expect(quota.take('a', 5_000)).toBeNull()
    expect(quota.take('a', 100)?.headers['Retry-After']).toBe('5')
    state.nowMs = 5_000
    expect(quota.take('a', 100)).toBeNull()
  })

  it('counts bytes that were not announced when they have come', () => {
    const { of } = world()
    const quota = of({ bytesPerSecond: 1_000 })

    expect(quota.take('a', 0)).toBeNull()
    quota.addBytes('a', 2_000)

    expect(quota.take('a', 0)?.headers['Retry-After']).toBe('1')
    expect(quota.take('a', 500)?.headers['Retry-After']).toBe('2')
  })

  it('of publishers lets one not use up what is another’s', () => {
    const { of } = world()
    const quota = of({ publisherMessagesPerSecond: 3, messagesPerSecond: 5 })

    expect(accepted(quota, 'a', 10)).toBe(3)
    expect(accepted(quota, 'b', 10)).toBe(2)
    expect(quota.take('b', 0)?.message).toContain('quota:topic-messages')
    expect(quota.take('a', 0)?.message).toContain('quota:topic-messages')
  })

  it('counts nothing of what it refuses', () => {
    const { of, state } = world()
    const quota = of({ messagesPerSecond: 5, publisherMessagesPerSecond: 1 })

    expect(accepted(quota, 'a', 100)).toBe(1)
    expect(accepted(quota, 'b', 1)).toBe(1)
    expect(accepted(quota, 'c', 1)).toBe(1)
    expect(state.exceeded.every(each => each.endsWith('publisher-messages'))).toBe(true)
  })

  it('is granted by each frontend in its share, also when their number changes', () => {
    const { of, state } = world()
    const quota = of({ messagesPerSecond: 10 })
    state.sharers = 2

    expect(accepted(quota, 'a', 20)).toBe(5)
    state.sharers = 1
    state.nowMs = 1_000
    expect(accepted(quota, 'a', 20)).toBe(10)
  })

  it('comes from the defaults where the topic names none, and 0 lifts them', () => {
    const { quotas, of } = world({ defaults: { ...noLimits, messagesPerSecond: 2 } })

    expect(accepted(quotas.of('acme.other', null) as TopicQuota, 'a', 9)).toBe(2)
    expect(accepted(of({ messagesPerSecond: 4 }), 'a', 9)).toBe(4)
    expect(quotas.of('acme.free', { ...unnamed, messagesPerSecond: 0 })).toBeNull()
    expect(world().quotas.of('acme.free', null)).toBeNull()
  })

  it('remembers so many publishers and forgets the one unseen for longest', () => {
    const { of, quotas } = world()
    const quota = of({ publisherMessagesPerSecond: 1 })

    for (const publisher of ['a', 'b', 'c', 'a', 'd']) quota.take(publisher, 0)

    expect(quotas.publisherCount()).toBe(3)
    expect(quota.take('a', 0)).not.toBeNull()
    expect(quota.take('b', 0)).toBeNull()
  })

  it('says in headers what may come and what is left', () => {
    const { of, state } = world()
    const quota = of({ messagesPerSecond: 10, bytesPerSecond: 1_000, publisherMessagesPerSecond: 0.2 })

    quota.take('a', 300)
    state.nowMs = 50

    expect(quota.headers('a')).toEqual([
      'RateLimit-Policy',
      '"topic-messages";q=10;w=1, "topic-bytes";q=1000;qu="content-bytes";w=1, "publisher-messages";q=1;w=5',
      'RateLimit',
      '"topic-messages";r=9;t=1, "topic-bytes";r=750;t=1, "publisher-messages";r=0;t=5',
    ])
  })
})
