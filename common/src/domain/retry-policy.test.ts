import { describe, expect, it } from 'vitest'
import { HermesError } from '../errors/hermes-error.js'
import { compileSerialPolicy, type CompiledSerialPolicy } from './policy.js'
import { compileDelay, compileRetry } from './retry-policy.js'
import { parseSubscription, type Subscription } from './subscription.js'

const day = 86_400_000
const parse = (retry: object | null): Subscription =>
  parseSubscription({
    topicName: 'acme.orders',
    name: 'billing',
    description: '',
    endpoint: 'http://h.example',
    owner: { source: 'Plaintext', id: 'x' },
    ...(retry === null ? {} : { retry }),
  })
const compiled = (retry: object | null, retentionMs = day): CompiledSerialPolicy => {
  const { subscriptionPolicy, retry: options } = parse(retry)
  if (!('rate' in subscriptionPolicy)) throw new Error('no serial policy')
  return compileRetry(compileSerialPolicy(subscriptionPolicy), options, retentionMs)
}

describe('a retry policy', () => {
  it('changes nothing where it is absent or empty', () => {
    expect(compiled({})).toEqual(compiled(null))
    expect(compiled(null)).toMatchObject({ messageTtlMs: 3_600_000, rules: [] })
  })

  it('has a window and a back-off of its own', () => {
    const retry = { windowSeconds: 43_200, backoffMs: 500, backoffMultiplier: 2.5, backoffMaxSeconds: 14_400 }
    expect(compiled(retry)).toMatchObject({
      messageTtlMs: 43_200_000,
      backoff: { firstMs: 500, factor: 2.5, capMs: 14_400_000 },
    })
  })

  it('never outlasts the retention of the topic, should that have become shorter', () => {
    expect(compiled({ windowSeconds: 43_200 }, 3_600_000).messageTtlMs).toBe(3_600_000)
  })

  it.each([
    ['windowSeconds', -1, 'greater than or equal to 0'],
    ['windowSeconds', 31_536_001, 'less than or equal to 31536000'],
    ['backoffMs', 86_400_001, 'less than or equal to 86400000'],
    ['backoffMultiplier', 0.5, 'greater than or equal to 1'],
    ['backoffMultiplier', 11, 'less than or equal to 10'],
    ['backoffMaxSeconds', 0, 'greater than or equal to 1'],
    ['fastAttempts', 0, 'greater than or equal to 1'],
    ['backoffMs', 'soon', 'Cannot deserialize'],
    ['backoffMultiplier', 'twice', 'Cannot deserialize'],
  ])('is refused with %s %j', (member, value, problem) => {
    const read = (): unknown => parse({ [member]: value })
    expect(read).toThrow(HermesError)
    expect(read).toThrow(problem)
    expect(read).toThrow(member)
  })

  it('uses a delay topic unless it says otherwise', () => {
    expect(compileDelay(parse(null).retry)).toBeNull()
    expect(compileDelay(parse({}).retry)).toEqual({ fastAttempts: Infinity })
    expect(compileDelay(parse({ fastAttempts: 3 }).retry)).toEqual({ fastAttempts: 3 })
    expect(compileDelay(parse({ delayTopic: false }).retry)).toBeNull()
  })
})
