import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hashOf, newApiKey } from '@iris/common/access/api-key'
import { createAuthenticator, type Authenticator } from '@iris/common/access/authenticator'
import { createJwks } from '@iris/common/access/jwks'
import { createKeyTable } from '@iris/common/access/key-ring'
import { createTestIssuer } from '@iris/common/access/testing/issuer'
import { createTokens } from '@iris/common/access/tokens'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import type { ApiMethod, ApiRoute } from '@iris/common/http/api'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { contracts } from '../http/contract/contracts.js'
import type { RouteContract } from '../http/contract/contract.js'
import { createMemoryStore, type MemoryStore } from '../store/in-memory.js'
import { createGuard } from './guard.js'
import { createMode, type Mode, type ModeHolder } from './mode.js'

const rows = contracts.flatMap(({ routes }) =>
  Object.entries(routes).map(([key, row]): [string, RouteContract] => [key, row!]),
)
const contractOf = new Map(rows)

/** Every kind of credential: what it is, by what it shows, and what it may. */
const unproven = [
  'none',
  'an unknown key',
  'a revoked key',
  'a key that is over',
  'HTTP Basic',
  'junk',
  'an expired token',
  'a token for another audience',
  'a token of another issuer',
] as const
const keys = {
  'no role': [],
  'a publisher of the group': ['publisher:shop'],
  'a reader of the group': ['reader:shop'],
  'an owner of the group': ['owner:shop'],
  'an owner of another group': ['owner:bank', 'publisher:bank', 'reader:bank'],
  'a reader of all groups': ['reader:*'],
  'an owner of all groups': ['owner:*'],
  'an admin': ['admin'],
} as const
const teams = { 'the owner of the topic': 'team-topic', 'the owner of the subscription': 'team-sub' } as const
const proven = [...Object.keys(keys), ...Object.keys(teams), 'a token that says owner of the group']
type Credential = string

let mode: ModeHolder
let definitions: MemoryStore
let statusOf: (route: string, credential: Credential, about?: About) => Promise<number>
interface About {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
}

beforeAll(async () => {
  mode = createMode()
  mode.storageAnswered(true)
  definitions = await storedDefinitions()
  const { authorizationOf, authenticator } = await credentials()
  const guard = createGuard({
    ...{ mode, store: definitions },
    identify: ({ headers }) => authenticator.identify(headers.authorization),
    promiseOf: ({ method, path }) => contractOf.get(`${method} ${path}`),
  })
  statusOf = async (key, credential, { params = {}, query = '', body = newThing } = {}) => {
    const [method = '', path = ''] = key.split(' ')
    const route = { method: method as ApiMethod, path } as ApiRoute
    const incoming = { headers: { authorization: authorizationOf.get(credential) }, socket: null as never }
    const call = {
      incoming,
      method,
      path,
      params: { ...paramsOf(path), ...params },
      query: new URLSearchParams(query),
    }
    try {
      const admission = await guard.admit(route, call)
      admission.allows?.(body)
      return 200
    } catch (error) {
      if (error instanceof HermesError) return error.status
      throw error
    }
  }
})

const unreadable = refusal('INTERNAL_ERROR', { problem: 'a secret is sealed with a key that is not known' })
const newThing = { name: 'shop.new', groupName: 'shop' }
const values: Readonly<Record<string, string>> = {
  ...{ group: 'shop', topic: 'shop.orders', subscription: 'billing', source: 'Plaintext' },
  id: 'somebody else',
}

function paramsOf(path: string): Record<string, string> {
  const names = [...path.matchAll(/:(\w+)/g)].map(match => match[1]!)
  return Object.fromEntries(names.map(name => [name, values[name] ?? '1']))
}

/** What the rules say, without the code that follows them. */
function expected(key: string, { right, isForEachCaller }: RouteContract, credential: Credential): number {
  if (right === 'anyone') return 200
  if (unproven.some(each => each === credential)) return 401
  if (credential === 'an admin') return 200
  if (right === 'admin') return 403
  if (isForEachCaller === true) return 200
  if (credential === 'an owner of all groups') return 200
  if (credential === 'a reader of all groups') return right === 'reader' ? 200 : 403
  const isAboutShop = /:group|:topic/.test(key) || key === 'POST /topics' || key === 'POST /groups'
  if (!isAboutShop) return 403
  switch (credential) {
    case 'an owner of the group':
    case 'a token that says owner of the group':
      return 200
    case 'a reader of the group':
      return right === 'reader' ? 200 : 403
    case 'the owner of the topic':
      return key.includes(':topic') ? 200 : 403
    case 'the owner of the subscription':
      return key.includes(':subscription') ? 200 : 403
    default:
      return 403
  }
}

describe('every route with every kind of credential', () => {
  it.each(rows)('%s opens to whom its contract says, and to nobody else', async (key, contract) => {
    const cells = await Promise.all(
      [...unproven, ...proven].map(async credential => ({
        credential,
        status: await statusOf(key, credential),
        expected: expected(key, contract, credential),
      })),
    )

    expect(cells.filter(cell => cell.status !== cell.expected)).toEqual([])
  })

  it('is a table without holes', () => {
    expect(rows.length).toBeGreaterThan(60)
    for (const right of ['anyone', 'reader', 'owner', 'admin'])
      expect(rows.filter(([, row]) => row.right === right).length).toBeGreaterThan(1)
  })

  it.each(rows.filter(([, row]) => row.right !== 'anyone' && row.isForEachCaller !== true))(
    '%s opens to nobody else who names a group of his own beside it',
    async (key, contract) => {
      const credential = 'an owner of another group'
      const query = 'groupName=bank&group=bank'

      expect(await statusOf(key, credential, { query })).toBe(expected(key, contract, credential))
    },
  )

  it('without a contract opens to nobody, admins included', async () => {
    expect(await statusOf('GET /forgotten', 'an admin')).toBe(403)
  })
})

describe('who may not read a group', () => {
  it.each([
    ['GET /topics/:topic', { topic: 'shop.none' }],
    ['GET /topics/:topic', { topic: 'none.none' }],
    ['GET /topics/:topic', { topic: 'nodot' }],
    ['GET /topics/:topic', { topic: '../shop.orders' }],
    ['GET /topics/:topic/subscriptions/:subscription', { subscription: 'none' }],
    ['GET /topics/:topic/subscriptions/:subscription', { subscription: '..' }],
    ['GET /groups/:group', { group: 'none' }],
  ])('hears the same of what exists and what does not: %s %j', async (key, params) => {
    expect(await statusOf(key, 'an owner of another group', { params })).toBe(403)
    expect(await statusOf(key, 'no role', { params })).toBe(403)
    expect(await statusOf(key, 'a reader of all groups', { params })).toBe(200)
  })

  it('does not get its topics by asking for the group', async () => {
    const about = { query: 'groupName=shop' }

    expect(await statusOf('GET /topics', 'an owner of another group', about)).toBe(403)
    expect(await statusOf('GET /topics', 'a reader of the group', about)).toBe(200)
    expect(await statusOf('GET /topics', 'an owner of another group', { query: 'groupName=' })).toBe(200)
  })

  it.each([
    { name: 'bank.new' },
    { name: 'new' },
    { name: 7 },
    {},
    null,
    [],
    'shop.new',
    { name: 'shop.x.new' },
  ])('makes nothing in it, whatever the body says: %j', async body => {
    expect(await statusOf('POST /topics', 'an owner of the group', { body })).toBe(403)
    expect(await statusOf('POST /topics', 'an admin', { body })).toBe(200)
  })
})

describe('a definition that cannot be read', () => {
  const subscription = 'GET /topics/:topic/subscriptions/:subscription'

  afterEach(() => definitions.failures.clear())

  it('has no owners: who has no other right hears the same as if it were not there', async () => {
    definitions.failures.set('subscription', unreadable)

    expect(await statusOf(subscription, 'no role')).toBe(403)
    expect(await statusOf(subscription, 'no role', { params: { subscription: 'none' } })).toBe(403)
    definitions.failures.set('subscription', unreadable)
    expect(await statusOf(subscription, 'the owner of the subscription')).toBe(403)
    definitions.failures.set('topic', unreadable)
    expect(await statusOf('GET /topics/:topic', 'the owner of the topic')).toBe(403)
  })

  it('keeps out nobody who has a right beside it', async () => {
    definitions.failures.set('subscription', unreadable)
    expect(await statusOf(subscription, 'the owner of the topic')).toBe(200)
    definitions.failures.set('subscription', unreadable)
    expect(await statusOf(subscription, 'an owner of the group')).toBe(200)
  })

  it('is another matter than storage that does not answer', async () => {
    definitions.failures.set('subscription', refusal('STORAGE_UNAVAILABLE', {}))

    expect(await statusOf(subscription, 'no role')).toBe(503)
  })
})

describe('a read-only mode', () => {
  const inMode = async (
    to: Exclude<Mode, 'readOnly'> | 'storage away',
    work: () => Promise<void>,
  ): Promise<void> => {
    if (to === 'storage away') mode.storageAnswered(false)
    else mode.set(to)
    try {
      await work()
    } finally {
      mode.set('readWrite')
    }
  }

  it.each(['readOnlyAdmin', 'storage away'] as const)('%s lets only admins change anything', async to => {
    await inMode(to, async () => {
      expect(await statusOf('PUT /topics/:topic', 'an owner of the group')).toBe(503)
      expect(await statusOf('DELETE /topics/:topic', 'an owner of the group')).toBe(503)
      expect(await statusOf('PUT /topics/:topic', 'none')).toBe(401)
      expect(await statusOf('PUT /topics/:topic', 'an admin')).toBe(200)
      expect(await statusOf('GET /topics/:topic', 'a reader of the group')).toBe(200)
      expect(await statusOf('POST /mode', 'an owner of the group')).toBe(403)
      expect(await statusOf('POST /topics/:topic/filters/try', 'a reader of the group')).toBe(200)
      expect(await statusOf('POST /topics/:topic/filters/try', 'no role')).toBe(403)
    })
    expect(await statusOf('PUT /topics/:topic', 'an owner of the group')).toBe(200)
  })

  it('that an admin set stays when ZooKeeper answers, another ends', () => {
    const fresh = createMode()
    expect(fresh.mode()).toBe('readOnly')
    fresh.storageAnswered(true)
    expect(fresh.mode()).toBe('readWrite')
    fresh.set('readOnlyAdmin')
    fresh.storageAnswered(false)
    fresh.storageAnswered(true)
    expect(fresh.mode()).toBe('readOnlyAdmin')
    fresh.set('readWrite')
    expect(fresh.mode()).toBe('readWrite')
  })
})

async function storedDefinitions(): Promise<MemoryStore> {
  const store = createMemoryStore()
  store.held.groups.add('shop').add('bank')
  const owner = (id: string): object => ({ source: 'Plaintext', id })
  const form = { description: '', retentionTime: { duration: 1 }, contentType: 'JSON' }
  await store.createTopic(parseTopic({ ...form, name: 'shop.orders', owner: owner('team-topic') }))
  await store.createSubscription(
    parseSubscription({
      ...{ name: 'billing', topicName: 'shop.orders', endpoint: 'http://b.example/', description: '' },
      owner: owner('team-sub'),
    }),
  )
  return store
}

async function credentials(): Promise<{
  readonly authorizationOf: ReadonlyMap<string, string>
  readonly authenticator: Authenticator
}> {
  const clock = createVirtualTime()
  const issuer = await createTestIssuer()
  const table = createKeyTable()
  const found = new Map<string, string>()
  const make = (
    name: string,
    roles: readonly string[],
    team: string | null,
    endsAtMs: number | null,
  ): void => {
    const secret = newApiKey()
    found.set(name, `Bearer ${secret}`)
    const secrets = [{ hash: hashOf(secret), createdAtMs: 0, endsAtMs }]
    const of = { name: hashOf(name).slice(0, 8), roles, teams: team === null ? [] : [team] }
    table.put(of.name, { ...of, createdAtMs: 0, expiresAtMs: null, secrets })
    if (name === 'a revoked key') table.put(of.name, null)
  }
  for (const [name, roles] of Object.entries(keys)) make(name, roles, null, null)
  for (const [name, team] of Object.entries(teams)) make(name, [], team, null)
  make('a revoked key', ['admin'], null, null)
  make('a key that is over', ['admin'], null, clock.now())
  const exp = clock.now() / 1000 + 60
  const claims = { iss: issuer.url, aud: 'iris', sub: 'anna', groups: ['shop-devs', 'root'], exp }
  const token = async (changed: object): Promise<string> =>
    `Bearer ${await issuer.token({ ...claims, ...changed })}`
  found
    .set('an unknown key', `Bearer ${newApiKey()}`)
    .set('HTTP Basic', `Basic ${Buffer.from('admin:admin').toString('base64')}`)
    .set('junk', 'iris')
    .set('an expired token', await token({ exp: exp - 120 }))
    .set('a token for another audience', await token({ aud: 'other' }))
    .set('a token of another issuer', await token({ iss: 'http://127.0.0.1:1/other' }))
    .set('a token that says owner of the group', await token({ groups: ['shop-devs'] }))
  const options = { issuer: issuer.url, url: '', limitMs: 1_000, keptMs: 600_000, retryMs: 30_000 }
  const tokens = createTokens(clock, createJwks({ caller: issuer.caller, clock, log: silentLog }, options), {
    ...{ issuer: issuer.url, audience: ['iris'], algorithms: ['ES256'], clockSkewMs: 30_000 },
    ...{ nameClaim: 'sub', groupsClaim: 'groups' },
    grants: [
      { claimed: 'shop-devs', grant: { role: 'owner', group: 'shop' } },
      { claimed: 'root', grant: { role: 'admin', group: '*' } },
    ],
  })
  return { authorizationOf: found, authenticator: createAuthenticator({ clock, keys: table, tokens }) }
}
