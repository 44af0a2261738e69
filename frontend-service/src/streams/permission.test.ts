import { describe, expect, it } from 'vitest'
import { nobody, wrong, type Identity } from '@iris/common/access/authenticator'
import { principalOf, type Role } from '@iris/common/access/principal'
import { areStreamsOn, isOpenToNetwork, readingRefusal, type ReadTopic } from './permission.js'

const topicOf = (isSubscribingRestricted: boolean): ReadTopic => ({
  name: 'acme.chat',
  owner: { source: 'Plaintext', id: 'team' },
  isSubscribingRestricted,
})
const withRole = (role: Role, group = 'acme', name = 'anna'): Identity => ({
  kind: 'principal',
  principal: principalOf(name, [{ role, group }]),
})
const codeOf = (caller: Identity | null, isRestricted = false): string =>
  readingRefusal(topicOf(isRestricted), caller, 'Bearer')?.code ?? 'permitted'

describe('streams', () => {
  const inside = { host: '127.0.0.1', isAuthenticating: false }
  const open = { host: '0.0.0.0', isAuthenticating: false }
  const guarded = { host: '0.0.0.0', isAuthenticating: true }

  it('are off by themselves where the network may publish without being asked who it is', () => {
    expect([inside, guarded, open].map(each => areStreamsOn('auto', each))).toEqual([true, true, false])
    expect(['::1', 'localhost', '::', '10.0.0.7'].map(host => isOpenToNetwork({ ...open, host }))).toEqual([
      false,
      false,
      true,
      true,
    ])
  })

  it('are on or off where it is said', () => {
    expect(areStreamsOn('true', open)).toBe(true)
    expect(areStreamsOn('false', guarded)).toBe(false)
  })
})

describe('reading a topic', () => {
  it('is for everybody where nobody is asked, unless subscribing is restricted', () => {
    expect(codeOf(null)).toBe('permitted')
    expect(codeOf(null, true)).toBe('PERMISSION_DENIED')
  })

  it('is for who has proved to be a reader of the group, where callers are asked', () => {
    expect([nobody, wrong].map(caller => codeOf(caller))).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
    expect(codeOf({ kind: 'unclear' })).toBe('AUTHENTICATION_UNAVAILABLE')
    expect(codeOf(withRole('reader'))).toBe('permitted')
    expect(codeOf(withRole('reader', '*'))).toBe('permitted')
    expect(codeOf(withRole('reader', 'other'))).toBe('AUTH_ERROR')
    expect(codeOf(withRole('publisher'))).toBe('AUTH_ERROR')
    expect(codeOf(withRole('publisher', 'other', 'team'))).toBe('permitted')
    expect(readingRefusal(topicOf(false), nobody, 'Bearer')?.headers).toEqual({
      'WWW-Authenticate': 'Bearer',
    })
  })

  it('is for owners and admins where subscribing is restricted', () => {
    expect(codeOf(withRole('reader'), true)).toBe('PERMISSION_DENIED')
    expect(codeOf(withRole('owner'), true)).toBe('permitted')
    expect(codeOf(withRole('admin', '*'), true)).toBe('permitted')
  })
})
