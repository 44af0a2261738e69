import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseOAuthProvider } from '@iris/common/domain/oauth-provider'
import { parseSubscription } from '@iris/common/domain/subscription'
import { HermesError } from '@iris/common/errors/hermes-error'
import { createVault } from '@iris/common/secrets/vault'
import { holdSubscription } from '../changes/testing/held.js'
import { deleteOAuthProvider, readOAuthProvider, updateOAuthProvider } from '../oauth/providers.js'
import { createMemoryStore, type MemoryStore } from '../store/in-memory.js'
import { readSubscription } from '../subscriptions/read-subscriptions.js'
import { refuseSealed, withStoredSecrets } from '../subscriptions/masked-secrets.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const lost = createVault([randomBytes(32)]).seal('secret', 'anywhere')
const owner = { source: 'Plaintext', id: 'Orders Team' }

/** A subscription and a provider whose secrets no key here opens, as a tolerant vault reads them. */
function world(): MemoryStore {
  const store = createMemoryStore()
  const policy = { grantType: 'password', providerName: 'idp', username: 'u', password: lost }
  holdSubscription(store, topic, name, { endpoint: `http://svc:${lost}@host/in`, oAuthPolicy: policy })
  const times = { tokenRequestInitialDelay: 1, tokenRequestMaxDelay: 2, requestTimeout: 500 }
  const idle = {
    name: 'idle',
    tokenEndpoint: 'http://idp/token',
    clientId: 'c',
    clientSecret: lost,
    ...times,
  }
  store.held.oAuthProviders.set('idle', { value: parseOAuthProvider(idle), version: 0 })
  return store
}

describe('a secret whose key is lost', () => {
  it('is told as one that cannot be opened, and shown as stars', async () => {
    const store = world()
    const { shown } = await readSubscription(store, topic, name)

    expect(shown['secretsProblem']).toMatch(
      /^What is kept in endpoint, oAuthPolicy\.password cannot be opened/,
    )
    expect(shown['endpoint']).toBe('http://svc:*****@host/in')
    expect(JSON.stringify(shown)).not.toContain('sealed.v1.')
    const provider = (await readOAuthProvider(store, 'idle')).shown
    expect(provider).toMatchObject({ secretsProblem: expect.stringContaining('clientSecret') as string })
    expect(JSON.stringify(provider)).not.toContain('sealed.v1.')
  })

  it('stays what it is when its stars come back, and is replaced by a new one', async () => {
    const store = world()
    const parts = { store, guard: () => Promise.resolve() }

    await updateOAuthProvider(parts, 'idle', { clientSecret: '******', clientId: 'other' })
    expect((await store.oAuthProvider('idle'))?.value).toMatchObject({
      clientSecret: lost,
      clientId: 'other',
    })
    await updateOAuthProvider(parts, 'idle', { clientSecret: 'new' })
    expect((await readOAuthProvider(store, 'idle')).shown).not.toHaveProperty('secretsProblem')
    await deleteOAuthProvider(store, 'idle')
    expect(store.held.oAuthProviders.size).toBe(0)
  })

  it('of a signing key does not keep others from being replaced', () => {
    const keys = [lost]
    const body = {
      topicName: topic,
      name,
      description: '',
      owner,
      endpoint: 'http://host/',
      signing: { keys },
    }
    expect(parseSubscription(body, 'patch').signing).toEqual({ keys })
    const stored = parseSubscription(body, 'patch')
    expect(withStoredSecrets(stored, { endpoint: 'http://u:new@host/' })).toEqual({
      endpoint: 'http://u:new@host/',
    })
  })

  it.each<[member: string, JsonObject]>([
    ['endpoint', { endpoint: `http://svc:${lost}@elsewhere/` }],
    ['oAuthPolicy.password', { oAuthPolicy: { password: lost } }],
    ['signing.keys', { signing: { keys: ['whsec_x', lost] } }],
    ['clientSecret', { clientSecret: lost }],
  ])('is not accepted from a caller in %s, who would send it elsewhere', (member, body) => {
    const refused = (): void => refuseSealed(body)

    expect(refused).toThrow(HermesError)
    expect(refused).toThrow(new RegExp(`^${member} holds a sealed text`))
    expect(() => refuseSealed({ endpoint: 'http://svc:*****@host/', clientSecret: 'x' })).not.toThrow()
  })
})
