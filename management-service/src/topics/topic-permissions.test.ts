import { describe, expect, it } from 'vitest'
import { everybody, parseGrant, principalOf, type Principal } from '@iris/common/access/principal'
import { readTopicForm, type Topic } from '@iris/common/domain/topic'
import { HermesError } from '@iris/common/errors/hermes-error'
import { checkChangedTopic, checkNewTopic } from './topic-rules.js'

const rules = { allowedContentTypes: ['JSON', 'AVRO'], remoteFallback: false }
const form = {
  ...{ name: 'shop.orders', description: '', owner: { source: 'Plaintext', id: 'others' } },
  ...{ contentType: 'JSON', retentionTime: { duration: 1 } },
}
const who = (name: string, ...roles: string[]): Principal =>
  principalOf(
    name,
    roles.flatMap(role => parseGrant(role) ?? []),
    ['team'],
  )
const owner = who('anna', 'owner:shop')
const chaos = {
  mode: 'GLOBAL',
  globalPolicy: { probability: 1, delayFrom: 0, delayTo: 1, completeWithError: false },
}

const made = (changed: object, principal: Principal): Topic =>
  checkNewTopic(rules, readTopicForm({ ...form, ...changed }), principal)
const changed = (from: object, to: object, principal: Principal): Topic =>
  checkChangedTopic(rules, readTopicForm({ ...form, ...from, ...to }), made(from, everybody), principal)
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'allowed'
  } catch (error) {
    if (error instanceof HermesError) return `${error.status} ${error.code} ${error.message}`
    throw error
  }
}
const hours = (duration: number): object => ({ retentionTime: { duration, retentionUnit: 'HOURS' } })
const notYours = /^400 VALIDATION_ERROR Provide an owner that includes you, .* this topic later$/
const tooLong =
  /^400 VALIDATION_ERROR Retention time larger than 2 days can't be configured by non admin users$/

describe('a new topic of who is no admin', () => {
  it.each([
    ['in a group of its own', owner, {}, /^allowed$/],
    ['with its own name as owner', who('anna'), { owner: { source: 'Plaintext', id: 'anna' } }, /^allowed$/],
    ['with its team as owner', who('anna'), { owner: { source: 'Plaintext', id: 'team' } }, /^allowed$/],
    ['with another owner', who('anna'), {}, notYours],
    ['with two days of retention', owner, { retentionTime: { duration: 2 } }, /^allowed$/],
    ['with 48 hours of retention', owner, hours(48), /^allowed$/],
    ['with 49 hours of retention', owner, hours(49), tooLong],
    ['with three days of retention', owner, { retentionTime: { duration: 3 } }, tooLong],
    [
      'with a unit of admins',
      owner,
      { retentionTime: { duration: 1, retentionUnit: 'MILLISECONDS' } },
      /^400 VALIDATION_ERROR Retention unit must be one of/,
    ],
    ['with fallback', owner, { fallbackToRemoteDatacenterEnabled: true }, /^403 PERMISSION_DENIED/],
    ['with chaos', owner, { chaos }, /^403 PERMISSION_DENIED/],
  ])('%s', (_what, principal, members, expected) => {
    expect(codeOf(() => made(members, principal))).toMatch(expected)
    expect(codeOf(() => made(members, everybody))).toBe('allowed')
  })
})

describe('a change of a topic by who is no admin', () => {
  const fallback = { fallbackToRemoteDatacenterEnabled: true }

  it.each<[string, object, object, RegExp]>([
    [
      'keeps a retention that an admin has set',
      { retentionTime: { duration: 30 } },
      { ack: 'ALL' },
      /^allowed$/,
    ],
    ['makes it no other', { retentionTime: { duration: 30 } }, { retentionTime: { duration: 29 } }, tooLong],
    ['makes it short', { retentionTime: { duration: 30 } }, { retentionTime: { duration: 1 } }, /^allowed$/],
    ['switches fallback on', {}, fallback, /^allowed$/],
    [
      'does not switch it off',
      fallback,
      { fallbackToRemoteDatacenterEnabled: false },
      /^403 PERMISSION_DENIED/,
    ],
    ['keeps chaos', { chaos }, { ack: 'ALL' }, /^allowed$/],
    ['does not end chaos', { chaos }, { chaos: { mode: 'DISABLED' } }, /^403 PERMISSION_DENIED/],
    ['does not begin chaos', {}, { chaos }, /^403 PERMISSION_DENIED/],
  ])('%s', (_what, from, to, expected) => {
    expect(codeOf(() => changed(from, to, owner))).toMatch(expected)
    expect(codeOf(() => changed(from, to, everybody))).toBe('allowed')
  })

  it('does not give the topic away', () => {
    const mine = { owner: { source: 'Plaintext', id: 'anna' } }

    expect(codeOf(() => changed(mine, form, who('anna')))).toMatch(notYours)
    expect(codeOf(() => changed(mine, { owner: { source: 'Plaintext', id: 'team' } }, who('anna')))).toBe(
      'allowed',
    )
    expect(codeOf(() => changed(mine, form, owner))).toBe('allowed')
  })
})
