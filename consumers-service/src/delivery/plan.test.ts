import { describe, expect, it } from 'vitest'
import { parseSubscription, type Subscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { compilePlan, type BatchPlan, type DeliveryPlan, type PlanOptions, type SerialPlan } from './plan.js'

const topic = parseTopic({
  name: 'pl.smoke.orders',
  owner: { source: 'Plaintext', id: 'x' },
  contentType: 'JSON',
  retentionTime: { duration: 1 },
  description: '',
})
const options = {
  namespace: { namespace: 'ns', separator: '_' },
  inflightMax: 100,
  inflightLimit: 500,
  frontends: [],
  isFilteringEnabled: true,
  isHttp2Allowed: true,
  batchVolumeMax: 1_000_000,
}
const subscriptionOf = (members: object): Subscription =>
  parseSubscription({
    topicName: 'pl.smoke.orders',
    name: 'sub_1',
    endpoint: 'http://receiver/in',
    description: '',
    owner: { source: 'Plaintext', id: 'x' },
    ...members,
  })
const compile = (
  members: object,
  changed: Partial<PlanOptions> = {},
): DeliveryPlan | { readonly problem: string } =>
  compilePlan(topic, subscriptionOf(members), { ...options, ...changed })

describe('the plan of a subscription', () => {
  it('holds all its names in Kafka', () => {
    expect(compile({})).toMatchObject({
      id: 'pl.smoke.orders$sub_1',
      kafkaTopic: 'ns_pl.smoke.orders',
      groupId: 'ns_pl.smoke_orders_sub__1',
      deadLetterTopic: 'ns_pl.smoke.orders.sub_1_dlq',
      ordering: 'NONE',
      authorization: null,
      oAuth: null,
    })
  })

  it('keeps filters that are the same, with what they remember, and no others', () => {
    const filters = [{ type: 'latest', key: '$.orderId' }]
    const after = (members: object, changed: { readonly createdAtMs?: number } = {}): DeliveryPlan =>
      compilePlan(topic, { ...subscriptionOf(members), ...changed }, options, before) as DeliveryPlan
    const before = compile({ filters }) as DeliveryPlan

    expect(before.filters).not.toBeNull()
    expect(after({ filters, subscriptionPolicy: { rate: 7 } }).filters).toBe(before.filters)
    expect(after({ filters: [{ type: 'latest', key: '$.id' }] }).filters).not.toBe(before.filters)
    expect(after({ filters }, { createdAtMs: 7 }).filters).not.toBe(before.filters)
    expect(after({}).filters).toBeNull()
  })

  it('takes credentials out of the address, raw, up to the last @', () => {
    const plan = compile({ endpoint: 'https://user:p%40a:ss@host:8443/a/b?c=d#e' }) as DeliveryPlan

    expect(plan.endpoint.href).toBe('https://host:8443/a/b?c=d')
    expect(plan.authorization).toBe(`Basic ${Buffer.from('user:p%40a:ss').toString('base64')}`)
  })

  it('goes to another topic through the frontends, which repeat what may change', () => {
    const frontends = ['http://f1:8080', 'http://f2:8080']
    const retry = { rules: [{ on: '409', then: 'discard' }] }
    const plan = compile({ endpoint: 'topic:pl.smoke.bills', retry }, { frontends }) as SerialPlan

    expect(plan).toMatchObject({
      forwardsTo: 'pl.smoke.bills',
      endpointText: 'topic:pl.smoke.bills',
      mode: 'ANYCAST',
    })
    expect(plan.targets).toMatchObject({
      kind: 'list',
      templates: frontends.map(each => ({ text: `${each}/topics/pl.smoke.bills` })),
    })
    expect(plan.policy.rules.map(({ from, to, then }) => [from, to, then])).toEqual([
      [409, 409, 'discard'],
      [401, 404, 'retry'],
      [409, 409, 'retry'],
    ])
  })

  it('is refused where it names no topic, or nobody has said where the frontends are', () => {
    expect(compile({ endpoint: 'topic:bills' }, { frontends: ['http://f'] })).toHaveProperty('problem')
    expect(compile({ endpoint: 'topic:pl.smoke.bills' })).toEqual({
      problem: 'it forwards to a topic, and consumer.forwarding.frontends names no frontend',
    })
  })

  it('goes to the endpoint itself, or to where each message says', () => {
    const fixed = compile({ endpoint: 'http://u:p@host/a' }) as SerialPlan
    const templated = compile({ endpoint: 'http://u:p@host/{id}' }) as SerialPlan

    expect(fixed.targets).toEqual({ kind: 'fixed' })
    expect(templated.targets).toMatchObject({ kind: 'list', templates: [{ variables: ['id'] }] })
    expect(templated.endpointText).toBe('http://host/{id}')
    expect(templated.endpoint.hostname).toBe('host')
    expect(templated.authorization).not.toBeNull()
    expect(compile({ mode: 'BROADCAST' })).toMatchObject({ targets: { kind: 'fixed' }, mode: 'BROADCAST' })
  })

  it('does not exist for a template of batches in a tree that another writer made', () => {
    const stored = { ...subscriptionOf({ deliveryType: 'BATCH' }), endpoint: 'http://host/{id}' }

    expect(compilePlan(topic, stored, options)).toMatchObject({
      problem: expect.stringContaining('template') as string,
    })
  })

  it('has the OAuth policy where the endpoint has no credentials of its own', () => {
    const oAuthPolicy = { grantType: 'clientCredentials', providerName: 'idp' }
    const plain = compile({ oAuthPolicy }) as SerialPlan
    const both = compile({ oAuthPolicy, endpoint: 'http://u:p@host/' }) as SerialPlan

    expect(plain.oAuth).toMatchObject(oAuthPolicy)
    expect(plain.authorization).toBeNull()
    expect(both.oAuth).toBeNull()
    expect(both.authorization).toMatch(/^Basic /)
    expect([plain, both].map(each => each.policy.retriesUnauthorized)).toEqual([true, true])
    expect((compile({}) as SerialPlan).policy.retriesUnauthorized).toBe(false)
  })

  it('says HTTP/2 where the subscription asks for it and the operator allows it', () => {
    const versionOf = (http2Enabled: boolean, isHttp2Allowed: boolean): string =>
      (compile({ http2Enabled }, { isHttp2Allowed }) as SerialPlan).httpVersion

    expect(versionOf(true, true)).toBe('HTTP/2')
    expect(versionOf(false, true)).toBe('HTTP/1.1')
    expect(versionOf(true, false)).toBe('HTTP/1.1')
  })

  it('bounds what may be in flight', () => {
    const inflightOf = (subscriptionPolicy: object): number =>
      (compile({ subscriptionPolicy }) as SerialPlan).policy.inflightMax

    expect(inflightOf({})).toBe(100)
    expect(inflightOf({ inflightSize: 7 })).toBe(7)
    expect(inflightOf({ inflightSize: 100_000 })).toBe(500)
  })

  it('has the policy of its delivery type, with no batch larger than the process allows', () => {
    const plan = compile({ deliveryType: 'BATCH', subscriptionPolicy: { batchVolume: 2_000_000 } })

    expect((plan as BatchPlan).policy).toEqual({
      batchSize: 100,
      batchTimeMs: 30_000,
      batchVolume: 1_000_000,
      messageTtlMs: 60_000,
      backoff: { firstMs: 500, factor: 1, capMs: Infinity },
      requestTimeoutMs: 30_000,
      retryClientErrors: false,
      retriesUnauthorized: false,
      rules: [],
    })
    expect(compile({})).toMatchObject({ deliveryType: 'SERIAL', policy: { rate: 400 } })
  })

  it('holds the filters, unless filtering is switched off', () => {
    const filters = [{ type: 'header', header: 'X', matcher: '.*' }]
    const filtersOf = (members: object, changed: Partial<PlanOptions> = {}): unknown =>
      (compile(members, changed) as DeliveryPlan).filters

    expect(filtersOf({})).toBeNull()
    expect(filtersOf({ filters })).toMatchObject([{ type: 'header' }])
    expect(filtersOf({ filters }, { isFilteringEnabled: false })).toBeNull()
    expect(filtersOf({ filters: [{ type: 'bogus' }] }, { isFilteringEnabled: false })).toBeNull()
  })

  it.each([
    [{ endpoint: 'http://host/{a[0]}' }, /variable name a\[0\]/],
    [{ endpoint: 'jms://queue' }, /protocols/],
    [{ endpointAddressResolverMetadata: { instances: 7 } }, /instances must be a list/],
    [
      { filters: [{ type: 'header', header: 'X', matcher: '(?=a)' }] },
      /^Subscription.filters\[0\].matcher has a look/,
    ],
    [{ filters: [{ type: 'avropath', path: '.a', matcher: 'x' }] }, /doesn't match topic content type JSON/],
  ])('does not exist for %j, and says why', (members, reason) => {
    expect((compile(members) as { problem: string }).problem).toMatch(reason)
  })
})
