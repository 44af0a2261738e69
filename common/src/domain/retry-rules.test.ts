import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HermesError } from '../errors/hermes-error.js'
import { mergePatch } from './merge-patch.js'
import { compileRetryRules, ruleFor, type FailedOutcome } from './retry-rules.js'
import { subscriptionJson } from './subscription-json.js'
import { parseSubscription, type Subscription } from './subscription.js'

const body = {
  topicName: 'acme.orders',
  name: 'billing',
  description: 'bills',
  endpoint: 'http://billing.local/in',
  owner: { source: 'Plaintext', id: 'Orders Team' },
}
const withRules = (...rules: unknown[]): Subscription => parseSubscription({ ...body, retry: { rules } })
const refusalOf = (members: object): string => {
  try {
    parseSubscription({ ...body, ...members })
  } catch (error) {
    if (error instanceof HermesError && error.status === 400) return error.message
    throw error
  }
  throw new Error('accepted')
}
const actionFor = (on: string, outcome: FailedOutcome): string | undefined =>
  ruleFor(compileRetryRules([{ on, then: 'discard', delayMs: null }]), outcome)?.then

describe('a retry rule', () => {
  it.each<[string, FailedOutcome[], FailedOutcome[]]>([
    ['429', [429], [428, 430, 'timeout', 'network']],
    ['4xx', [400, 499], [399, 500, 'timeout']],
    ['500-599', [500, 599], [499, 600, 'network']],
    ['302-302', [302], [301, 303]],
    ['1xx', [100, 199], [300]],
    ['timeout', ['timeout'], ['network', 0, 500]],
    ['network', ['network'], ['timeout', 0, 500]],
    ['any', ['timeout', 'network', 0, 302, 500, 999], []],
  ])('on %s fits %j and not %j', (on, fitting, others) => {
    expect(fitting.map(outcome => actionFor(on, outcome))).toEqual(fitting.map(() => 'discard'))
    expect(others.map(outcome => actionFor(on, outcome))).toEqual(others.map(() => undefined))
  })

  it('counts only where no earlier one fits', () => {
    const rules = compileRetryRules([
      { on: '404', then: 'discard', delayMs: null },
      { on: '4xx', then: 'retry', delayMs: 5 },
    ])

    expect(ruleFor(rules, 404)).toMatchObject({ then: 'discard', index: 0 })
    expect(ruleFor(rules, 410)).toMatchObject({ then: 'retry', delayMs: 5, index: 1 })
    expect(ruleFor(rules, 500)).toBeNull()
  })

  it.each<[object, string]>([
    [{ on: '2xx', then: 'retry' }, 'rules[0].on must hold no 2xx'],
    [{ on: '100-599', then: 'retry' }, 'rules[0].on must hold no 2xx'],
    [{ on: '599-500', then: 'retry' }, 'rules[0].on must be a status'],
    [{ on: '099', then: 'retry' }, 'rules[0].on must be a status'],
    [{ on: 'xx', then: 'retry' }, 'rules[0].on must be a status'],
    [{ on: '5xx ', then: 'retry' }, 'rules[0].on must be a status'],
    [{ then: 'retry' }, 'rules[0].on must be a status'],
    [{ on: '500' }, 'rules[0].then must be one of retry, discard, deadLetter, pause'],
    [{ on: '500', then: 'RETRY' }, 'rules[0].then must be one of'],
    [{ on: '500', then: 'discard', delayMs: 1 }, 'rules[0].delayMs belongs to'],
    [{ on: '500', then: 'retry', delayMs: -1 }, 'rules[0].delayMs must be from 0 to 86400000'],
    [{ on: '500', then: 'retry', delayMs: 86_400_001 }, 'rules[0].delayMs must be from 0'],
  ])('%j is refused, naming its place', (rule, problem) => {
    expect(refusalOf({ retry: { rules: [rule] } })).toContain(`Subscription.retry.${problem}`)
  })

  it('is refused by its own index beside good ones, and beyond the 32nd', () => {
    const good = { on: '500', then: 'retry' }
    expect(refusalOf({ retry: { rules: [good, { on: 'x', then: 'y' }] } })).toContain('rules[1].on')
    expect(withRules(...Array<object>(32).fill(good)).retry?.rules).toHaveLength(32)
    expect(refusalOf({ retry: { rules: Array<object>(33).fill(good) } })).toContain('size must be between')
  })

  it('never breaks a consumer, whatever another writer stored', () => {
    const rule = fc.record({ on: fc.string(), then: fc.string(), delayMs: fc.option(fc.integer()) })
    fc.assert(fc.property(fc.array(rule), rules => compileRetryRules(rules).length <= 32))
  })
})

describe('the member retry', () => {
  it('is absent where nobody gave it, and reads back as it was given', () => {
    expect(subscriptionJson(parseSubscription(body))).not.toHaveProperty('retry')
    const rules = [
      { on: '4xx', then: 'retry', delayMs: 1000 },
      { on: 'timeout', then: 'pause' },
    ]
    expect(subscriptionJson(withRules(...rules))['retry']).toEqual({
      rules,
      delayTopic: true,
      onKeyFailure: 'BLOCK',
    })
  })

  it('goes when a patch says null', () => {
    const stored = subscriptionJson(withRules({ on: '500', then: 'pause' }))
    expect(parseSubscription(mergePatch(stored, { retry: null }), 'patch').retry).toBeNull()
  })
})

describe('the reason of a suspension', () => {
  it('is shown while the subscription is suspended, and goes when it is not', () => {
    const stored = { ...body, state: 'SUSPENDED', suspendedReason: 'gone' }
    expect(subscriptionJson(parseSubscription(stored))).toMatchObject({ suspendedReason: 'gone' })
    const resumed = parseSubscription({ ...stored, state: 'ACTIVE' })
    expect(subscriptionJson(resumed)).not.toHaveProperty('suspendedReason')
  })
})
