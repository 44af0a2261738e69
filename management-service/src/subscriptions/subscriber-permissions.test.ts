import { describe, expect, it } from 'vitest'
import { everybody, parseGrant, principalOf, type Principal } from '@iris/common/access/principal'
import { parseSubscription, type Subscription } from '@iris/common/domain/subscription'
import { parseTopic, type Topic } from '@iris/common/domain/topic'
import { HermesError } from '@iris/common/errors/hermes-error'
import {
  checkRestriction,
  checkSubscriber,
  parsePrivilegedSubscriber,
  type SubscribingSituation,
} from './subscriber-permissions.js'

const plaintext = (id: string): object => ({ source: 'Plaintext', id })
const topic = (members: object = {}): Topic =>
  parseTopic({
    ...{ name: 'shop.orders', description: '', owner: plaintext('shop team'), contentType: 'JSON' },
    ...{ retentionTime: { duration: 1 }, ...members },
  })
const subscription = (members: object = {}): Subscription =>
  parseSubscription({
    ...{ name: 'billing', topicName: 'shop.orders', endpoint: 'http://b.example/', description: '' },
    ...{ owner: plaintext('billing team'), ...members },
  })
const who = (team: string, ...roles: string[]): Principal =>
  principalOf(
    'anna',
    roles.flatMap(role => parseGrant(role) ?? []),
    [team],
  )
const billing = who('billing team', 'reader:*')
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'allowed'
  } catch (error) {
    if (error instanceof HermesError) return `${error.status} ${error.code} ${error.message}`
    throw error
  }
}
const situation = (principal: Principal, more: Partial<SubscribingSituation> = {}): SubscribingSituation => ({
  ...{ principal, topic: topic(), stored: null },
  ...more,
})
const notYours = /^400 VALIDATION_ERROR Provide an owner that includes you, .* this subscription later$/

describe('a subscription', () => {
  it.each([
    ['its owner', billing, /^allowed$/],
    ['an owner of the group of the topic', who('x', 'owner:shop'), /^allowed$/],
    ['the owner of the topic', who('shop team'), /^allowed$/],
    ['an admin', everybody, /^allowed$/],
    ['somebody else', who('x', 'reader:*', 'owner:bank'), notYours],
  ])('is made by %s', (_who, principal, expected) => {
    expect(codeOf(() => checkSubscriber(subscription(), situation(principal)))).toMatch(expected)
  })

  it('of a topic that is not there tells that only to who may have it', () => {
    const nowhere = { topic: null }

    expect(codeOf(() => checkSubscriber(subscription(), situation(billing, nowhere)))).toBe('allowed')
    expect(codeOf(() => checkSubscriber(subscription(), situation(who('x'), nowhere)))).toMatch(notYours)
  })

  it('gets an inflight size from admins only', () => {
    const sized = (inflightSize: number | null): Subscription =>
      subscription({ subscriptionPolicy: { inflightSize } })
    const change = (from: Subscription, to: Subscription, principal: Principal): string =>
      codeOf(() => checkSubscriber(to, situation(principal, { stored: from })))

    expect(codeOf(() => checkSubscriber(sized(5), situation(billing)))).toBe(
      "400 VALIDATION_ERROR Inflight size can't be set by non admin users",
    )
    expect(codeOf(() => checkSubscriber(sized(5), situation(everybody)))).toBe('allowed')
    expect(change(sized(5), sized(6), billing)).toBe(
      "400 VALIDATION_ERROR Inflight size can't be changed by non admin users. Changed from: 5, to: 6",
    )
    expect(change(sized(5), sized(null), billing)).toMatch(/Changed from: 5, to: null$/)
    expect(change(sized(5), sized(5), billing)).toBe('allowed')
    expect(change(sized(5), sized(6), everybody)).toBe('allowed')
  })
})

describe('a topic that restricts subscribing', () => {
  const restricted = topic({ subscribingRestricted: true })
  const privileged = [parsePrivilegedSubscriber('Plaintext:billing team=http+https')!]
  const refused =
    '403 PERMISSION_DENIED Subscribing to this topic has been restricted. Contact the topic owner to '

  it.each([
    ['an admin', everybody, 'allowed'],
    ['an owner of its group', who('x', 'owner:shop'), 'allowed'],
    ['its owner', who('shop team'), 'allowed'],
    ['a reader', billing, `${refused}create a new subscription.`],
  ])('lets %s subscribe: %s', (_who, principal, expected) => {
    const at = situation(principal, { topic: restricted })

    expect(codeOf(() => checkRestriction(subscription(), at, []))).toBe(expected)
    expect(codeOf(() => checkRestriction(subscription(), situation(principal), []))).toBe('allowed')
  })

  it('keeps others from sending its messages elsewhere', () => {
    const at = situation(billing, { topic: restricted, stored: subscription() })

    expect(codeOf(() => checkRestriction(subscription(), at, []))).toBe(
      `${refused}modify the endpoint of this subscription.`,
    )
  })

  it('lets who is privileged subscribe, by its protocols', () => {
    const at = situation(billing, { topic: restricted })
    const other = subscription({ owner: plaintext('other team') })
    const queue = subscription({ endpoint: 'jms://queue' })

    expect(codeOf(() => checkRestriction(subscription(), at, privileged))).toBe('allowed')
    expect(codeOf(() => checkRestriction(other, at, privileged))).toMatch(/^403/)
    expect(codeOf(() => checkRestriction(queue, at, privileged))).toMatch(/^403/)
  })

  it.each([
    '',
    'Plaintext',
    'Plaintext:x',
    'Plaintext:x=',
    ':x=http',
    'Plaintext:=http',
    'Plaintext:x=http,https',
  ])('knows no privilege %j', text => {
    expect(parsePrivilegedSubscriber(text)).toBeNull()
  })
})
