import { describe, expect, it } from 'vitest'
import { oAuthMask } from '@iris/common/domain/oauth-provider'
import { tagOf } from '../changes/versions.js'
import { holdSubscription } from '../changes/testing/held.js'
import { createMemoryStore, type MemoryStore } from '../store/in-memory.js'
import {
  createOAuthProvider,
  deleteOAuthProvider,
  listOAuthProviders,
  readOAuthProvider,
  updateOAuthProvider,
} from './providers.js'

const idp = {
  name: 'idp',
  tokenEndpoint: 'http://idp.example/token',
  clientId: 'hermes',
  clientSecret: 's3cret',
  tokenRequestInitialDelay: 100,
  tokenRequestMaxDelay: 10_000,
  requestTimeout: 500,
}

function setUp(): {
  parts: Parameters<typeof createOAuthProvider>[0]
  store: MemoryStore
  guarded: string[]
} {
  const store = createMemoryStore()
  const guarded: string[] = []
  return { parts: { store, guard: endpoint => Promise.resolve(void guarded.push(endpoint)) }, store, guarded }
}

function policyOf(providerName: string): object {
  return { grantType: 'clientCredentials', providerName }
}

describe('an OAuth provider', () => {
  it('is stored with its secret, and read and listed without it', async () => {
    const { parts, store, guarded } = setUp()
    await createOAuthProvider(parts, idp)

    expect((await readOAuthProvider(store, 'idp')).shown).toEqual({
      ...idp,
      clientSecret: oAuthMask,
      socketTimeout: 0,
    })
    expect(await listOAuthProviders(store)).toEqual(['idp'])
    expect(store.held.oAuthProviders.get('idp')?.value.clientSecret).toBe('s3cret')
    expect(guarded).toEqual(['http://idp.example/token'])
  })

  it('that exists is refused and stays', async () => {
    const { parts, store } = setUp()
    await createOAuthProvider(parts, idp)
    const again = createOAuthProvider(parts, { ...idp, clientId: 'other' })

    await expect(again).rejects.toMatchObject({
      code: 'OAUTH_PROVIDER_ALREADY_EXISTS',
      message: 'OAuth Provider idp already exists',
    })
    expect((await readOAuthProvider(store, 'idp')).shown).toMatchObject({ clientId: 'hermes' })
  })

  it.each([
    ['stars', { clientSecret: oAuthMask, requestTimeout: 700 }, 's3cret'],
    ['nothing', { requestTimeout: 700 }, 's3cret'],
    ['another one', { clientSecret: 'n3w', requestTimeout: 700 }, 'n3w'],
  ])('keeps or changes its secret where a patch has %s for it', async (_what, patch, secret) => {
    const { parts, store, guarded } = setUp()
    await createOAuthProvider(parts, idp)
    await updateOAuthProvider(parts, 'idp', patch)

    const { value } = store.held.oAuthProviders.get('idp')!
    expect(value).toEqual({ ...idp, socketTimeout: 0, requestTimeout: 700, clientSecret: secret })
    expect(guarded).toHaveLength(1)
  })

  it('is asked for its new address when that changes', async () => {
    const { parts, guarded } = setUp()
    await createOAuthProvider(parts, idp)
    await updateOAuthProvider(parts, 'idp', { tokenEndpoint: 'https://other.example/token' })

    expect(guarded).toEqual(['http://idp.example/token', 'https://other.example/token'])
  })

  it.each([
    [{ ...idp, clientSecret: '', requestTimeout: 5 }, /requestTimeout must be greater than or equal to 100/],
    [{ ...idp, clientSecret: '', requestTimeout: 5 }, /OAuthProvider.clientSecret must not be empty/],
    [{ ...idp, name: 'no way' }, /OAuthProvider.name must match/],
    [{ ...idp, name: undefined }, /OAuthProvider.name must not be empty/],
    [{ ...idp, clientId: null }, /OAuthProvider.clientId must not be empty/],
    [{ ...idp, tokenRequestMaxDelay: undefined }, /tokenRequestMaxDelay must not be null/],
    [{ ...idp, tokenRequestInitialDelay: 3_600_001 }, /must be less than or equal to 3600000/],
    [{ ...idp, requestTimeout: 60_001 }, /requestTimeout must be less than or equal to 60000/],
    [{ ...idp, socketTimeout: -1 }, /socketTimeout must be greater than or equal to 0/],
    [{ ...idp, tokenEndpoint: 'ftp://idp/token' }, /tokenEndpoint must be an http or https address/],
    [{ ...idp, tokenEndpoint: 'http://u:p@idp/token' }, /without credentials/],
    [{ ...idp, clientId: 'a\r\nb' }, /clientId must not hold control characters/],
    [{ ...idp, clientSecret: oAuthMask }, /needs the secret itself/],
  ])('is refused where a rule is broken: %j', async (body, problem) => {
    const { parts, store } = setUp()

    const refused = createOAuthProvider(parts, body)
    await expect(refused).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
    await expect(refused).rejects.toThrow(problem)
    expect(await listOAuthProviders(store)).toEqual([])
  })

  it('is refused without a word of its secret where a JSON type is wrong', async () => {
    const { parts } = setUp()
    const refused = createOAuthProvider(parts, { ...idp, requestTimeout: {}, clientSecret: ['s3cret'] })

    await expect(refused).rejects.toMatchObject({ code: 'FORMAT_ERROR' })
    await expect(refused).rejects.not.toThrow('s3cret')
  })

  it('is not renamed, and not made by an update', async () => {
    const { parts, store } = setUp()
    await createOAuthProvider(parts, idp)

    await expect(updateOAuthProvider(parts, 'idp', { name: 'other' })).rejects.toThrow('cannot be renamed')
    await expect(updateOAuthProvider(parts, 'none', {})).rejects.toMatchObject({
      code: 'OAUTH_PROVIDER_NOT_EXISTS',
      message: 'OAuth provider none does not exist',
    })
    expect(await listOAuthProviders(store)).toEqual(['idp'])
  })

  it('is not removed while subscriptions use it, and they are named', async () => {
    const { parts, store } = setUp()
    await createOAuthProvider(parts, idp)
    holdSubscription(store, 'acme.orders', 'billing', { oAuthPolicy: policyOf('idp') })
    holdSubscription(store, 'acme.orders', 'other', { oAuthPolicy: policyOf('another') })

    await expect(deleteOAuthProvider(store, 'idp')).rejects.toMatchObject({
      code: 'OAUTH_PROVIDER_IN_USE',
      message: 'OAuth provider idp is in use: it has the subscriptions acme.orders$billing',
      about: { dependants: ['acme.orders$billing'] },
    })
    store.held.subscriptions.delete('acme.orders$billing')
    await deleteOAuthProvider(store, 'idp')
  })

  it('is removed and changed only as the version that If-Match names', async () => {
    const { parts, store } = setUp()
    await createOAuthProvider(parts, idp)
    const tag = tagOf(await readOAuthProvider(store, 'idp'))
    await updateOAuthProvider(parts, 'idp', { clientSecret: 'n3w' })

    const problem = { code: 'CONFLICT', message: expect.stringMatching(/a secret was changed$/) as string }
    await expect(deleteOAuthProvider(store, 'idp', tag)).rejects.toMatchObject(problem)
    await expect(updateOAuthProvider(parts, 'idp', {}, tag)).rejects.toMatchObject(problem)
    await deleteOAuthProvider(store, 'idp', tagOf(await readOAuthProvider(store, 'idp')))
  })

  it('is removed once', async () => {
    const { parts, store } = setUp()
    await createOAuthProvider(parts, idp)
    await deleteOAuthProvider(store, 'idp')

    await expect(deleteOAuthProvider(store, 'idp')).rejects.toMatchObject({ status: 404 })
    await expect(deleteOAuthProvider(store, '..')).rejects.toMatchObject({ status: 404 })
    await expect(readOAuthProvider(store, 'idp')).rejects.toMatchObject({ status: 404 })
  })
})
