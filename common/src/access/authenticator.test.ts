import { SignJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime, type VirtualTime } from '../time/virtual-time.js'
import { hashOf, newApiKey } from './api-key.js'
import { createAuthenticator, type Authenticator, type Identity } from './authenticator.js'
import { createJwks, staleMsMax } from './jwks.js'
import { createKeyTable } from './key-ring.js'
import { createTestIssuer, type TestIssuer } from './testing/issuer.js'
import { createTokens, rememberedMs } from './tokens.js'

const keptMs = 600_000
const retryMs = 30_000
const key = newApiKey()
const startMs = 1_700_000_000_000
const startS = startMs / 1000

let issuer: TestIssuer
let time: VirtualTime
let authenticator: Authenticator
beforeEach(async () => {
  issuer = await createTestIssuer()
  time = createVirtualTime(startMs)
  authenticator = authenticatorOver('')
})

function authenticatorOver(url: string): Authenticator {
  const keys = createKeyTable()
  keys.put('orders', {
    ...{ name: 'orders', roles: ['publisher:shop'], teams: [], createdAtMs: 0, expiresAtMs: null },
    secrets: [{ hash: hashOf(key), createdAtMs: 0, endsAtMs: startMs + 1_000 }],
  })
  const options = { issuer: issuer.url, url, limitMs: 1_000, keptMs, retryMs }
  const tokens = createTokens(
    time,
    createJwks({ caller: issuer.caller, clock: time, log: silentLog }, options),
    {
      ...{ issuer: issuer.url, audience: ['iris'], algorithms: ['ES256'], clockSkewMs: 30_000 },
      ...{ nameClaim: 'sub', groupsClaim: 'realm.groups' },
      grants: [
        { claimed: 'devs', grant: { role: 'owner', group: 'shop' } },
        { claimed: '*', grant: { role: 'reader', group: '*' } },
      ],
    },
  )
  return createAuthenticator({ clock: time, keys, tokens })
}

const claims = { iss: 'http://127.0.0.1:1/realm', aud: 'iris', sub: 'anna', exp: startS + 3_600 }
const identify = async (token: string): Promise<Identity> => authenticator.identify(`Bearer ${token}`)
const kindOf = async (token: string): Promise<string> => (await identify(token)).kind

describe('a key', () => {
  it('is known at once, in whatever letters the scheme is written', async () => {
    expect(authenticator.known(`Bearer ${key}`)).toMatchObject({ principal: { name: 'orders' } })
    expect(authenticator.known(`bEaReR  ${key} `)?.kind).toBe('principal')
    expect(await kindOf(key)).toBe('principal')
  })

  it.each(['', 'Bearer', `Basic ${key}`, key, 'Bearer a b', `Bearer ${'x'.repeat(10_001)}`])(
    'is not %s',
    text => {
      expect(authenticator.known(text)?.kind).toBe('wrong')
    },
  )

  it('that is not known, or over, is wrong; none is nobody', async () => {
    expect(authenticator.known(`Bearer ${newApiKey()}`)?.kind).toBe('wrong')
    expect(authenticator.known(undefined)?.kind).toBe('nobody')
    await time.advance(1_000)
    expect(authenticator.known(`Bearer ${key}`)?.kind).toBe('wrong')
  })
})

describe('a token', () => {
  it('stands for its name, its groups as teams, and the roles that these give', async () => {
    const identity = await identify(await issuer.token({ ...claims, realm: { groups: ['devs', 7, 'ops'] } }))

    expect(identity).toMatchObject({ kind: 'principal', principal: { name: 'anna', teams: ['devs', 'ops'] } })
    const { principal } = identity as Extract<Identity, { kind: 'principal' }>
    expect([...principal.owned]).toEqual(['shop'])
    expect(principal.readable.has('*')).toBe(true)
    expect(principal.isAdmin).toBe(false)
  })

  it.each<[string, object, object?]>([
    ['over for longer than the skew', { exp: startS - 31 }],
    ['without an end', { exp: undefined }],
    ['not valid yet', { nbf: startS + 31 }],
    ['for another audience', { aud: 'other' }],
    ['for no audience', { aud: undefined }],
    ['of another issuer', { iss: 'http://127.0.0.1:1/other' }],
    ['without a name', { sub: undefined }],
    ['with a name that ends a line', { sub: 'anna\nadmin' }],
    ['with a critical extension', {}, { crit: ['x'], x: 'y' }],
  ])('%s is wrong', async (_what, changed, header = {}) => {
    const token = await issuer
      .token({ ...claims, ...changed }, header as Record<string, string>)
      .catch(() => '')

    expect(await kindOf(token)).toBe('wrong')
    expect(await kindOf(await issuer.token(claims))).toBe('principal')
  })

  it('just over, or just not valid yet, passes within the skew', async () => {
    expect(await kindOf(await issuer.token({ ...claims, exp: startS - 29, nbf: startS - 60 }))).toBe(
      'principal',
    )
    expect(await kindOf(await issuer.token({ ...claims, nbf: startS + 29 }))).toBe('principal')
  })

  it('whose text was changed, or that is not signed by a listed algorithm, is wrong', async () => {
    const [header = '', payload = '', signature = ''] = (await issuer.token(claims)).split('.')
    const admin = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const shared = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' })

    expect(await kindOf(`${header}.${admin}.${signature}`)).toBe('wrong')
    expect(await kindOf(`${none}.${payload}.`)).toBe('wrong')
    expect(await kindOf(await shared.sign(Buffer.alloc(32)))).toBe('wrong')
  })

  it('ends in memory when it ends itself', async () => {
    const token = await issuer.token({ ...claims, exp: startS + 1 })
    expect(await kindOf(token)).toBe('principal')
    expect(authenticator.known(`Bearer ${token}`)?.kind).toBe('principal')

    await time.advance(31_000)

    expect(authenticator.known(`Bearer ${token}`)).toBeUndefined()
    expect(await kindOf(token)).toBe('wrong')
  })
})

describe('the keys of an issuer', () => {
  it('are found by its configuration, or where the configuration of Iris says, and asked for once', async () => {
    for (const sub of ['a', 'b', 'c']) await identify(await issuer.token({ ...claims, sub }))
    expect(issuer.asked).toEqual([`${issuer.url}/.well-known/openid-configuration`, `${issuer.url}/keys`])

    issuer.asked.length = 0
    authenticator = authenticatorOver(`${issuer.url}/keys`)
    await identify(await issuer.token(claims))
    expect(issuer.asked).toEqual([`${issuer.url}/keys`])
  })

  it('that are new are learned from the token that names them, once in an interval', async () => {
    authenticator = authenticatorOver(`${issuer.url}/keys`)
    await identify(await issuer.token(claims))
    await issuer.rotate('second')
    const tooEarly = await issuer.token({ ...claims, sub: 'early' })
    expect(await kindOf(tooEarly)).toBe('wrong')
    await time.advance(retryMs)

    const kinds = [await kindOf(tooEarly), await kindOf(await issuer.token(claims, { kid: 'never seen' }))]

    expect(kinds).toEqual(['principal', 'wrong'])
    expect(issuer.asked).toHaveLength(2)
  })

  it('that are withdrawn end their tokens when the memory of keys and of the token is over', async () => {
    const token = await issuer.token(claims)
    expect(await kindOf(token)).toBe('principal')
    await issuer.rotate('second', true)
    await time.advance(keptMs + rememberedMs)

    expect(await kindOf(token)).toBe('wrong')
  })

  it('serve on while the issuer is away, for a day at most', async () => {
    const token = await issuer.token({ ...claims, exp: startS + 2 * 86_400 })
    expect(await kindOf(token)).toBe('principal')
    issuer.answerWith(null)

    await time.advance(staleMsMax - 1_000)
    expect(await kindOf(token)).toBe('principal')
    await time.advance(rememberedMs)
    expect(await kindOf(token)).toBe('unclear')
  })

  it.each([
    ['no answer', null],
    ['an error', { status: 500, text: '{"keys":[]}' }],
    ['no JSON', { status: 200, text: '<html>' }],
    ['no keys', { status: 200, text: '{"issuer":"http://127.0.0.1:1/other"}' }],
    ['the configuration of another', { status: 200, text: '{"issuer":"http://x","jwks_uri":"http://x/k"}' }],
  ])('that could never be got make a token unclear, not wrong: %s', async (_what, answer) => {
    issuer.answerWith(answer)
    const token = await issuer.token(claims)
    expect(await kindOf(token)).toBe('unclear')

    issuer.answerWith(undefined)
    expect(await kindOf(token)).toBe('unclear')
    await time.advance(1_000)
    expect(await kindOf(token)).toBe('principal')
  })
})
