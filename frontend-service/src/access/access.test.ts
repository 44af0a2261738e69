import { describe, expect, it } from 'vitest'
import type { PublishingAuth } from '@iris/common/domain/topic-form'
import { hashOf, newApiKey } from '@iris/common/access/api-key'
import { createAuthenticator, type Identity } from '@iris/common/access/authenticator'
import { createJwks } from '@iris/common/access/jwks'
import { createKeyTable } from '@iris/common/access/key-ring'
import { parseGrant, principalOf } from '@iris/common/access/principal'
import { createTestIssuer } from '@iris/common/access/testing/issuer'
import { createTokens, rememberedMs } from '@iris/common/access/tokens'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { accountPattern, createAuthentication, type Authenticate } from './authentication.js'
import { permissionOf } from './authorization.js'
import { createJudge } from './judge.js'

const authenticate = createAuthentication(['anna:secret', 'bert:with:colons', 'zoë:pässword'], null)
const callerOf = (authorization?: string): Identity =>
  authenticate({ headers: { authorization }, rawHeaders: [] })
const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`

describe('HTTP Basic', () => {
  it.each([
    ['anna:secret', 'anna'],
    ['bert:with:colons', 'bert'],
    ['zoë:pässword', 'zoë'],
  ])('knows %s', (credentials, name) => {
    const expected = { kind: 'principal', principal: { name } }
    expect(callerOf(basic(credentials))).toMatchObject(expected)
    expect(callerOf(basic(credentials).replace('Basic ', 'bAsIc  '))).toMatchObject(expected)
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
const is = (name: string, ...roles: string[]): Identity => ({
  kind: 'principal',
  principal: principalOf(
    name,
    roles.flatMap(role => parseGrant(role) ?? []),
  ),
})
const anna = is('anna', 'publisher:shop')
const bert = is('bert', 'publisher:*')
const nobody: Identity = { kind: 'nobody' }
const wrong: Identity = { kind: 'wrong' }

describe('permission', () => {
  it.each([
    ['open', open, anna, 'allowed'],
    ['open', open, nobody, 'allowed'],
    ['open', open, wrong, 'unauthenticated'],
    ['open', open, { kind: 'unclear' }, 'unclear'],
    ['closed', closed, anna, 'allowed'],
    ['closed', closed, is('anna', 'owner:shop'), 'allowed'],
    ['closed', closed, is('anna', 'admin'), 'allowed'],
    ['closed', closed, is('anna'), 'forbidden'],
    ['closed', closed, is('anna', 'reader:shop'), 'forbidden'],
    ['closed', closed, is('anna', 'publisher:bank'), 'forbidden'],
    ['closed', closed, bert, 'forbidden'],
    ['closed', closed, is('bert', 'admin'), 'forbidden'],
    ['closed', closed, nobody, 'unauthenticated'],
    ['closed', closed, wrong, 'unauthenticated'],
    ['closed', closed, { kind: 'unclear' }, 'unclear'],
    ['preferring', preferring, anna, 'allowed'],
    ['preferring', preferring, bert, 'forbidden'],
    ['preferring', preferring, nobody, 'allowed'],
    ['preferring', preferring, wrong, 'unauthenticated'],
    ['without a list', { ...closed, publishers: null }, anna, 'forbidden'],
  ] as const)('on a topic that is %s: %j, %j: %s', (_topic, auth, caller, permission) => {
    expect(permissionOf(auth, 'shop', caller)).toBe(permission)
  })
})

describe('keys and tokens', () => {
  const world = async () => {
    const time = createVirtualTime()
    const issuer = await createTestIssuer()
    const keys = createKeyTable()
    const key = newApiKey()
    keys.put('orders', {
      ...{ name: 'orders', roles: ['publisher:shop'], teams: [], createdAtMs: 0, expiresAtMs: null },
      secrets: [{ hash: hashOf(key), createdAtMs: 0, endsAtMs: null }],
    })
    const options = { issuer: issuer.url, url: '', limitMs: 1_000, keptMs: 600_000, retryMs: 30_000 }
    const jwks = createJwks({ caller: issuer.caller, clock: time, log: silentLog }, options)
    const tokens = createTokens(time, jwks, {
      ...{ issuer: issuer.url, audience: ['iris'], algorithms: ['ES256'], clockSkewMs: 0 },
      ...{ nameClaim: 'sub', groupsClaim: 'groups', grants: [] },
    })
    const authenticate = createAuthentication(
      ['anna:secret'],
      createAuthenticator({ clock: time, keys, tokens }),
    )
    const exp = time.now() / 1000 + 3_600
    const token = await issuer.token({ iss: issuer.url, aud: 'iris', sub: 'bert', exp })
    return { time, issuer, authenticate, keys, key, token }
  }
  const sent = (authorization?: string) => ({ headers: { authorization }, rawHeaders: [] })
  const judgeOver = (authenticate: Authenticate, asksWho: boolean | null) =>
    createJudge({
      authenticate,
      topics: {
        find: () => (asksWho === null ? undefined : ({ gate: asksWho ? { asksWho } : null } as never)),
      },
    })

  it('stand beside accounts, and the challenge names both', async () => {
    const { authenticate, key } = await world()

    expect(authenticate(sent(`Bearer ${key}`))).toMatchObject({ principal: { name: 'orders' } })
    expect(authenticate(sent(basic('anna:secret')))).toMatchObject({ principal: { name: 'anna' } })
    expect(authenticate(sent(`Bearer ${newApiKey()}`))).toEqual(wrong)
    expect(authenticate.challenge).toBe('Basic realm="iris", charset="UTF-8", Bearer realm="iris"')
  })

  it('that are revoked are wrong from then on', async () => {
    const { authenticate, key, keys } = await world()
    keys.put('orders', null)

    expect(authenticate(sent(`Bearer ${key}`))).toEqual(wrong)
  })

  it('are judged first where they take time, and stay with their request when the memory is over', async () => {
    const { authenticate, token, time } = await world()
    const request = sent(`Bearer ${token}`)
    expect(authenticate(request)).toEqual({ kind: 'unclear' })

    await authenticate.judge(request)

    expect(authenticate(request)).toMatchObject({ principal: { name: 'bert' } })
    const next = sent(`Bearer ${token}`)
    expect(authenticate.judge(next)).toBeNull()
    await time.advance(rememberedMs)
    expect(authenticate(next)).toMatchObject({ principal: { name: 'bert' } })
    expect(authenticate(sent(`Bearer ${token}`))).toEqual({ kind: 'unclear' })
  })

  it('of a request that goes on for long are judged again: a token that is over is wrong, a key is known', async () => {
    const { authenticate, token, key, time } = await world()
    const request = sent(`Bearer ${token}`)
    await authenticate.judge(request)
    await authenticate.judgeAgain(request)
    expect(authenticate(request)).toMatchObject({ principal: { name: 'bert' } })
    await time.advance(3_600_000)
    expect(authenticate(request)).toMatchObject({ principal: { name: 'bert' } })

    await authenticate.judgeAgain(request)
    expect(authenticate(request)).toEqual(wrong)
    expect(authenticate.judgeAgain(sent(`Bearer ${key}`))).toBeNull()
    expect(authenticate.judgeAgain(sent())).toBeNull()
  })

  it('take no time where the topic asks nobody, where none were sent, and for keys', async () => {
    const { authenticate, key, token, issuer } = await world()
    const bearer = sent(`Bearer ${token}`) as never

    expect(judgeOver(authenticate, false).of(bearer, 'a.b')).toBeNull()
    expect(judgeOver(authenticate, true).of(sent() as never, 'a.b')).toBeNull()
    expect(judgeOver(authenticate, true).of(sent(`Bearer ${key}`) as never, 'a.b')).toBeNull()
    expect(issuer.asked).toEqual([])
  })

  it.each([
    ['asks', true, 'a.b'],
    ['is not known yet', null, 'a.b'],
    ['is one of several', true, null],
  ] as const)('are judged, and counted meanwhile, where the topic %s', async (_what, asksWho, name) => {
    const { authenticate, token } = await world()
    const judge = judgeOver(authenticate, asksWho)
    const request = sent(`Bearer ${token}`)

    const judging = judge.of(request as never, name)

    expect(judge.openCount()).toBe(1)
    await judging
    expect(judge.openCount()).toBe(0)
    expect(authenticate(request)).toMatchObject({ principal: { name: 'bert' } })
  })
})
