import { describe, expect, it } from 'vitest'
import type { Letter } from '../letter.js'
import type { SerialPlan } from '../plan.js'
import { createDress } from './dress.js'
import { forwardProblem } from './forward.js'

interface Message {
  readonly propagated?: readonly string[]
  readonly messageId?: string
  readonly key?: string
  readonly event?: readonly string[]
}

function letterOf({ propagated, messageId = 'm-1', key, event }: Message): Letter {
  return {
    ...{ attempts: 0, spans: null, headers: [], eventBody: null, origin: { partition: 3, offset: 7 } },
    entry: { key: key === undefined ? null : Buffer.from(key, 'latin1') },
    content: { messageId, propagated: propagated ?? null, event: event ?? null, body: Buffer.from('{}') },
  } as unknown as Letter
}

function forwarded(message: Message, plan: Partial<SerialPlan> = {}, frontendAuthorization = ''): string[][] {
  const full = {
    ...{ topic: 'shop.ex1', forwardsTo: 'shop.q1', fixedHeaders: [], cloudEvents: null, signing: null },
    policy: { requestTimeoutMs: 1_000, socketTimeoutMs: 0 },
    ...plan,
  } as unknown as SerialPlan
  const letter = letterOf(message)
  const authorization = { version: 0, header: () => null }
  createDress(full, {
    ...{ authorization, frontendAuthorization, clock: { now: () => 0 }, dropped: () => undefined },
    seals: { of: (...what) => `seal of ${what.join(' ')}` },
  })(letter)
  const { headers } = letter
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : []))
}
const valueOf = (lines: string[][], name: string): string[] =>
  lines.filter(([each]) => each?.toLowerCase() === name.toLowerCase()).map(([, value]) => value ?? '')

describe('a message that goes to another topic', () => {
  it('carries key, headers and the id it began with, which is its idempotency key', () => {
    const lines = forwarded({ key: 'o-1', propagated: ['Trace-Id', 't', 'Routing-Key', 'a.b'] })

    expect(valueOf(lines, 'Partition-Key')).toEqual(['o-1'])
    expect(valueOf(lines, 'Trace-Id')).toEqual(['t'])
    expect(valueOf(lines, 'Routing-Key')).toEqual(['a.b'])
    expect(valueOf(lines, 'Iris-Origin-Message-Id')).toEqual(['m-1'])
    expect(valueOf(lines, 'Idempotency-Key')).toEqual(['forwarded-m-1'])
    expect(valueOf(lines, 'Iris-Hops')).toEqual(['1'])
    expect(valueOf(lines, 'Iris-Forward-Seal')).toEqual(['seal of shop.q1 1 m-1'])
    expect(valueOf(lines, 'Content-Type')).toEqual(['application/json'])
    expect(valueOf(lines, 'Authorization')).toEqual([])
  })

  it('keeps the first id and counts on, whatever spelling the headers have', () => {
    const lines = forwarded({
      messageId: 'm-9',
      propagated: ['iris-hops', '2', 'IRIS-Origin-Message-ID', 'm-1'],
    })

    expect(valueOf(lines, 'Iris-Hops')).toEqual(['3'])
    expect(valueOf(lines, 'Idempotency-Key')).toEqual(['forwarded-m-1'])
  })

  it.each(['', 'a b', 'é', 'x'.repeat(201)])('is known by its place where its id is %j', messageId => {
    expect(valueOf(forwarded({ messageId }), 'Idempotency-Key')).toEqual(['forwarded-shop.ex1-3-7'])
  })

  it('says who forwards, and that no publisher can say', () => {
    const lines = forwarded(
      { propagated: ['Authorization', 'Basic evil', 'Partition-Key', 'x'] },
      {},
      'Bearer k',
    )

    expect(valueOf(lines, 'Authorization')).toEqual(['Bearer k'])
    expect(valueOf(lines, 'Partition-Key')).toEqual([])
  })

  it('has the fixed headers of the subscription over those of the publisher', () => {
    const lines = forwarded(
      { propagated: ['routing-key', 'a'] },
      { fixedHeaders: [{ name: 'Routing-Key', value: 'b' }] },
    )

    expect(valueOf(lines, 'Routing-Key')).toEqual(['b'])
  })

  it.each([
    ...['iris-hops', 'Iris-Origin-Message-Id', 'Iris-Forward-Seal', 'idempotency-key', 'Content-Type'],
    ...['PARTITION-KEY', 'Authorization', 'User-Agent', 'ce-id', 'CE-Source'],
  ])('says %s itself, and no fixed header of the subscription does', name => {
    const plain = forwarded({ key: 'k' })
    const lines = forwarded({ key: 'k' }, { fixedHeaders: [{ name, value: 'application/x' }] })

    expect(lines).toEqual(plain)
  })

  it('stays the CloudEvent that it is', () => {
    const event = [
      'specversion',
      '1.0',
      'id',
      'e',
      'source',
      '/s',
      'type',
      't',
      'datacontenttype',
      'text/json',
    ]
    const lines = forwarded({ event, propagated: ['ce-id', 'other'] })

    expect(valueOf(lines, 'ce-id')).toEqual(['e'])
    expect(valueOf(lines, 'Content-Type')).toEqual(['text/json'])
  })
})

describe('a message that may not go on', () => {
  it('has come through as many topics as it may', () => {
    expect(forwardProblem(letterOf({ propagated: ['Iris-Hops', '7'] }))).toBeNull()
    expect(forwardProblem(letterOf({ propagated: ['Iris-Hops', '8'] }))).toMatch(/^FORWARD: .*8 topics/)
  })

  it.each([' a', 'a ', 'a\nb', '\0'])('has a key that HTTP would change: %j', key => {
    expect(forwardProblem(letterOf({ key }))).toMatch(/^FORWARD: its partition key/)
  })

  it('may have a key of any other bytes', () => {
    const bytes = Buffer.from('zażółć à').toString('latin1')
    expect(forwardProblem(letterOf({ key: bytes }))).toBeNull()
    expect(forwardProblem(letterOf({ key: '' }))).toBeNull()
  })
})
