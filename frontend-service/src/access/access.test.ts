import { describe, expect, it } from 'vitest'
import type { PublishingAuth } from '@iris/common/domain/topic-form'
import { accountPattern, createBasicAuthentication, type Caller } from './authentication.js'
import { permissionOf } from './authorization.js'

const authenticate = createBasicAuthentication(['anna:secret', 'bert:with:colons', 'zoë:pässword'])
const callerOf = (authorization?: string): Caller =>
  authenticate({ headers: { authorization }, rawHeaders: [] })
const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`

describe('HTTP Basic', () => {
  it.each([
    ['anna:secret', 'anna'],
    ['bert:with:colons', 'bert'],
    ['zoë:pässword', 'zoë'],
  ])('knows %s', (credentials, name) => {
    expect(callerOf(basic(credentials))).toEqual({ kind: 'account', name })
    expect(callerOf(basic(credentials).replace('Basic ', 'bAsIc  '))).toEqual({ kind: 'account', name })
  })

  it.each([
    basic('anna:wrong'),
    basic('anna'),
    basic('anna:'),
    basic(':secret'),
    basic('nobody:secret'),
    basic(''),
    basic('Anna:secret'),
    'Basic',
    'Basic ???',
    'Bearer abc',
    '',
    `Basic ${'A'.repeat(3_000)}`,
  ])('takes %s for wrong', authorization => {
    expect(callerOf(authorization)).toEqual({ kind: 'wrong' })
  })

  it('takes no header for nobody', () => {
    expect(callerOf()).toEqual({ kind: 'nobody' })
  })

  it.each([
    ['name:password', true],
    ['name', false],
    [':password', false],
    ['name:', false],
    ['na\nme:x', false],
  ])('can have the account %j: %s', (account, isPossible) => {
    expect(accountPattern.test(account)).toBe(isPossible)
  })
})

const open: PublishingAuth = { enabled: false, publishers: null, unauthenticatedAccessEnabled: false }
const closed: PublishingAuth = { enabled: true, publishers: ['anna'], unauthenticatedAccessEnabled: false }
const preferring: PublishingAuth = { ...closed, unauthenticatedAccessEnabled: true }
const anna: Caller = { kind: 'account', name: 'anna' }
const bert: Caller = { kind: 'account', name: 'bert' }
const nobody: Caller = { kind: 'nobody' }
const wrong: Caller = { kind: 'wrong' }

describe('permission', () => {
  it.each([
    ['open', open, anna, 'allowed'],
    ['open', open, nobody, 'allowed'],
    ['open', open, wrong, 'unauthenticated'],
    ['closed', closed, anna, 'allowed'],
    ['closed', closed, bert, 'forbidden'],
    ['closed', closed, nobody, 'unauthenticated'],
    ['closed', closed, wrong, 'unauthenticated'],
    ['preferring', preferring, anna, 'allowed'],
    ['preferring', preferring, bert, 'forbidden'],
    ['preferring', preferring, nobody, 'allowed'],
    ['preferring', preferring, wrong, 'unauthenticated'],
    ['without a list', { ...closed, publishers: null }, anna, 'forbidden'],
  ] as const)('on a topic that is %s: %j, %j: %s', (_topic, auth, caller, permission) => {
    expect(permissionOf(auth, caller)).toBe(permission)
  })
})
