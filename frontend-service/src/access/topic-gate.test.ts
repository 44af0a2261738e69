import { describe, expect, it } from 'vitest'
import { parseTopic } from '@iris/common/domain/topic'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Origin } from '../publish/origin.js'
import { createQuotas } from '../quota/quotas.js'
import { createThroughput, type ThroughputRule } from '../quota/throughput.js'
import { createAuthentication } from './authentication.js'
import { createTopicGates, type TopicGate, type TopicGateParts } from './topic-gate.js'

const noQuota = {
  messagesPerSecond: 0,
  bytesPerSecond: 0,
  publisherMessagesPerSecond: 0,
  publisherBytesPerSecond: 0,
}
const world = (
  settings: { fields?: object; isProactive?: boolean; accounts?: string[]; rule?: ThroughputRule } = {},
) => {
  const time = createVirtualTime()
  const seen: string[] = []
  const { accounts, rule } = settings
  const parts: TopicGateParts = {
    clock: time,
    authenticate: accounts === undefined ? null : createAuthentication(accounts, null),
    isProactive: settings.isProactive ?? false,
    quotas: createQuotas(
      { nowMs: () => time.monotonic(), sharers: () => 1, onExceeded: (_, limit) => void seen.push(limit) },
      { defaults: noQuota, windowMs: 1_000, publishersMax: 10 },
    ),
    throughput: createThroughput(rule ?? { type: 'unlimited' }, 0),
    publisherHeader: 'x-team',
    onThroughput: () => void seen.push('throughput'),
  }
  const topic = parseTopic({
    ...{ name: 'acme.orders', description: '', owner: { source: 'Plaintext', id: 'x' } },
    ...{ contentType: 'JSON', retentionTime: { duration: 1 } },
    ...settings.fields,
  })
  return { time, seen, gate: createTopicGates(parts)(topic) }
}
const origin = (headers: Record<string, string> = {}, more: Partial<Origin> = {}): Origin => ({
  sent: { headers, rawHeaders: [] },
  announcedBytes: 10,
  address: '10.0.0.1',
  read: () => null,
  stored: () => undefined,
  accepted: () => undefined,
  refused: () => undefined,
  ...more,
})
const gateOf = ({ gate }: { gate: TopicGate | null }): TopicGate => {
  if (gate === null) throw new Error('there is no gate')
  return gate
}
const wrong = { authorization: `Basic ${Buffer.from('anna:wrong').toString('base64')}` }
const anna = { authorization: `Basic ${Buffer.from('anna:secret').toString('base64')}` }

describe('the gate of a topic', () => {
  it('is none where nothing asks for one', () => {
    expect(world().gate).toBeNull()
    expect(world({ accounts: ['anna:secret'] }).gate).toBeNull()
  })

  it('asks for permission before it says that the topic is stopped', () => {
    const auth = { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: false }
    const fields = { auth, publishing: { blocked: true, reason: 'why' } }
    const gate = gateOf(world({ accounts: ['anna:secret'], fields }))

    expect(gate.permit(origin())).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 })
    expect(gate.permit(origin(anna))).toMatchObject({ code: 'TOPIC_BLOCKED', status: 403 })
  })

  it('judges credentials nobody asked for only when it is proactive', () => {
    const accounts = ['anna:secret']

    expect(gateOf(world({ accounts, isProactive: true })).permit(origin(wrong))?.status).toBe(401)
    expect(gateOf(world({ accounts, isProactive: true })).permit(origin(anna))).toBeNull()
    expect(gateOf(world({ accounts, isProactive: true })).permit(origin())).toBeNull()
  })

  it('tells publishers apart by account, then header, then address', () => {
    const fields = { quotas: { publisherMessagesPerSecond: 1 } }
    const made = world({ accounts: ['anna:secret'], isProactive: true, fields })
    const gate = gateOf(made)
    const callers = [
      origin(anna),
      origin({ 'x-team': 'red' }),
      origin({ 'x-team': 'blue' }),
      origin(),
      origin({}, { address: '10.0.0.2' }),
    ]

    expect(callers.map(caller => gate.charge(caller))).toEqual(Array(5).fill(null))
    expect(callers.map(caller => gate.charge(caller)?.status)).toEqual(Array(5).fill(429))
    expect(gate.charge(origin({ ...anna, 'x-team': 'green' }))?.status).toBe(429)
    expect(made.seen).toHaveLength(6)
  })

  it('notes the headers of the answer, refused or not', () => {
    const gate = gateOf(world({ fields: { quotas: { messagesPerSecond: 1 } } }))
    const noted: (readonly string[])[] = []
    const noting = origin({}, { note: headers => void noted.push(headers) })

    gate.charge(noting)
    gate.charge(noting)

    expect(noted).toHaveLength(2)
    expect(noted[1]).toContain('"topic-messages";r=0;t=1')
  })

  it('counts a body for throughput when it has come, and refuses the message that shows the excess', async () => {
    const made = world({ rule: { type: 'fixed', max: 1 } })
    const gate = gateOf(made)

    expect(gate.received(origin(), 100)).toBeNull()
    await made.time.advance(5_000)

    expect(gate.charge(origin())?.message).toBe('Current throughput exceeded limit [current:20, limit:1].')
    expect(gate.received(origin(), 1)?.code).toBe('THROUGHPUT_QUOTA_VIOLATION')
    expect(made.seen).toEqual(['throughput', 'throughput'])
  })

  it('neither judges nor counts again what a fellow passes on, whose own address is nobody’s quota', () => {
    const auth = { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: false }
    const fields = { auth, quotas: { messagesPerSecond: 1, publisherMessagesPerSecond: 1 } }
    const gate = gateOf(world({ accounts: ['anna:secret'], fields, rule: { type: 'fixed', max: 1 } }))
    const passedOn = origin({}, { isForwarded: true, announcedBytes: -1 })

    for (let count = 0; count < 3; count++) {
      expect(gate.permit(passedOn)).toBeNull()
      expect(gate.charge(passedOn)).toBeNull()
      expect(gate.received(passedOn, 1_000)).toBeNull()
    }

    expect(gate.charge(origin())).toBeNull()
    expect(gate.charge(origin())?.status).toBe(429)
  })

  it('stops a topic for what a fellow passes on too', () => {
    const gate = gateOf(world({ fields: { publishing: { blocked: true, reason: 'why' } } }))

    expect(gate.permit(origin({}, { isForwarded: true }))?.code).toBe('TOPIC_BLOCKED')
  })
})
