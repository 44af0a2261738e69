import { describe, expect, it } from 'vitest'
import { plainVault } from '@iris/common/secrets/vault'
import type { AttemptResult, HttpClient, OutgoingRequest } from '@iris/common/http/client'
import { consumersMetrics } from '@iris/common/metrics/names'
import { createMetrics } from '@iris/common/metrics/registry'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { DefinitionNode } from '@iris/common/zookeeper/definitions'
import { createTokens, type TokenLease } from './tokens.js'

const provider = {
  ...{ name: 'idp', tokenEndpoint: 'http://idp/token?realm=1', clientId: 'hermes', clientSecret: 's3cret' },
  ...{ tokenRequestInitialDelay: 100, tokenRequestMaxDelay: 10_000, requestTimeout: 500, socketTimeout: 50 },
}
const ok = (token: string, lifetimeS?: number): AttemptResult => ({
  ...{ kind: 'answer', status: 200, retryAfter: null, verdict: null },
  body: Buffer.from(JSON.stringify({ access_token: token, expires_in: lifetimeS })),
})
const status = (code: number, retryAfter: string | null = null): AttemptResult => ({
  ...{ kind: 'answer', status: code, retryAfter, verdict: null, body: null },
})

function setUp(tokensMax = 10) {
  const time = createVirtualTime()
  const metrics = createMetrics('test_')
  const providers = new Map<string, object>([['idp', provider]])
  const listeners = new Set<(name: string) => void>()
  const requests: (OutgoingRequest & { origin: string })[] = []
  const logged: string[] = []
  const told: string[] = []
  const keep =
    (level: string) =>
    (event: string, details?: object): void =>
      void logged.push(`${level} ${event} ${JSON.stringify(details)}`)
  const log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  const tokens = createTokens(
    {
      ...{ clock: time, scheduler: time, metrics, random: () => 0, log: log as never, vault: plainVault },
      client: {
        target: (url: URL) => ({
          send: (request: OutgoingRequest) => {
            requests.push({ ...request, origin: url.origin })
            return { cancel: () => void told.push('cancelled') }
          },
          retire: () => void told.push(`retired ${url.origin}`),
        }),
      } as unknown as HttpClient,
      definitions: {
        oAuthProvider: name =>
          providers.has(name)
            ? ({ data: Buffer.from(JSON.stringify(providers.get(name))) } as DefinitionNode)
            : undefined,
        onOAuthProvider: listener => {
          const call = (name: string): void => listener(name, null)
          listeners.add(call)
          return () => void listeners.delete(call)
        },
      },
    },
    { tokensMax, reductionFactor: 2 },
  )
  return {
    ...{ time, tokens, requests, logged, told, metrics },
    lease: (name = 's', providerName = 'idp'): TokenLease =>
      tokens.lease(
        {
          subscription: `g.t$${name}`,
          labels: ['g', 't', name],
          policy: {
            ...{ grantType: 'clientCredentials', providerName },
            ...{ scope: 'x', username: null, password: null },
          },
        },
        { arrived: () => told.push(`${name} arrived`), gone: () => told.push(`${name} gone`) },
      ),
    async answer(result: AttemptResult) {
      requests.at(-1)!.done(result)
      await time.advance(0)
    },
    change(name: string, next: object | null) {
      if (next === null) providers.delete(name)
      else providers.set(name, next)
      for (const listener of listeners) listener(name)
    },
  }
}

describe('the tokens of a process', () => {
  it('are asked for with the form in the body, and nothing of it in the path', () => {
    const { lease, requests } = setUp()
    lease()

    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({
      ...{ origin: 'http://idp', path: '/token?realm=1', timeoutMs: 500, socketTimeoutMs: 50 },
      headers: expect.arrayContaining(['application/x-www-form-urlencoded']) as string[],
    })
    expect(requests[0]!.body.toString()).toBe(
      'grant_type=client_credentials&scope=x&client_id=hermes&client_secret=s3cret',
    )
  })

  it('hold deliveries back until the first is there, and say when it is', async () => {
    const { lease, answer, told } = setUp()
    const subject = lease()
    expect(subject.awaited()).toBe('it waits for an OAuth token of provider idp')
    await answer(ok('one'))

    expect(subject.token()).toBe('one')
    expect(subject.awaited()).toBeNull()
    expect(told).toEqual(['s arrived'])
  })

  it('are renewed by themselves before their end', async () => {
    const { lease, answer, requests, time } = setUp()
    const subject = lease()
    await answer(ok('one', 10))
    await time.advance(7_999)
    expect(requests).toHaveLength(1)
    await time.advance(1)
    expect(requests).toHaveLength(2)
    expect(subject.token()).toBe('one')
    await answer(ok('two', 10))

    expect(subject.token()).toBe('two')
  })

  it('are asked for anew after a 401, with the old one in use meanwhile', async () => {
    const { lease, answer, requests, time } = setUp()
    const subject = lease()
    await answer(ok('one'))
    await time.advance(1_000)
    subject.attemptEnded('unauthorized', time.monotonic())
    expect(requests).toHaveLength(2)
    expect(subject.isRenewing()).toBe(true)
    expect(subject.token()).toBe('one')
    await answer(ok('two'))

    expect(subject.isRenewing()).toBe(false)
    expect(subject.token()).toBe('two')
  })

  it('are asked for again and again while the server fails, at the pace it asks for', async () => {
    const { lease, answer, requests, time, metrics } = setUp()
    const subject = lease()
    await answer(status(500))
    await time.advance(199)
    expect(requests).toHaveLength(1)
    await time.advance(1)
    expect(requests).toHaveLength(2)
    await answer(status(503, '20'))
    await time.advance(500)
    expect(subject.awaited()).toBeNull()
    await time.advance(19_499)
    expect(requests).toHaveLength(2)
    await time.advance(1)
    await answer(ok('late'))

    expect(subject.token()).toBe('late')
    const labels = ['g', 't', 's', 'idp']
    expect(metrics.counter(consumersMetrics.tokenRequests, ...labels).value).toBe(3)
    expect(metrics.counter(consumersMetrics.tokenFailures, ...labels).value).toBe(2)
  })

  it('keep what is secret out of the log', async () => {
    const { lease, answer, logged } = setUp()
    lease()
    const told = Buffer.from(JSON.stringify({ error: 's3cret', error_description: 's3cret token-one' }))
    await answer({ ...(status(400) as AttemptResult & { kind: 'answer' }), body: told })
    lease('other')
    await answer(ok('token-one'))

    expect(logged.join()).toContain('it answered 400')
    expect(logged.join()).not.toMatch(/s3cret|token-one/)
  })

  it('wait for a provider that is not there yet without holding anything back, and say so once', async () => {
    const { lease, answer, requests, logged, change, time } = setUp()
    const subject = lease('s', 'later')
    subject.attemptEnded('unauthorized', time.monotonic())
    await time.advance(60_000)
    expect(subject.awaited()).toBeNull()
    expect(requests).toEqual([])
    expect(logged.filter(line => line.includes('There is no OAuth provider later'))).toHaveLength(1)
    change('later', { ...provider, name: 'later' })
    await answer(ok('one'))

    expect(subject.token()).toBe('one')
  })

  it('take a changed provider at once where none is there, and at the next 401 otherwise', async () => {
    const { lease, answer, requests, change, told, time } = setUp()
    const [with1, without] = [lease('with'), lease('without')]
    requests[0]!.done(ok('one'))
    requests[1]!.done(status(401, '3600'))
    await time.advance(0)
    change('idp', { ...provider, tokenEndpoint: 'http://other/token', clientSecret: 'n3w' })

    expect(told).toContain('retired http://idp')
    expect(requests.slice(2).map(each => each.origin)).toEqual(['http://other'])
    expect(requests[2]!.body.toString()).toContain('n3w')
    await answer(ok('two'))
    expect([with1.token(), without.token()]).toEqual(['one', 'two'])
    with1.attemptEnded('unauthorized', time.monotonic())
    expect(requests.slice(3).map(each => each.origin)).toEqual(['http://other'])
  })

  it('stay when their provider is removed', async () => {
    const { lease, answer, change, requests, time } = setUp()
    const subject = lease()
    await answer(ok('one', 10))
    change('idp', null)
    await time.advance(60_000)

    expect(subject.token()).toBe('one')
    expect(requests).toHaveLength(1)
  })

  it('are no more than the bound: the one not used for longest makes room until it is wanted', async () => {
    const { lease, answer, time, told, requests } = setUp(2)
    const leases: TokenLease[] = []
    for (const name of ['a', 'b', 'c']) {
      leases.push(lease(name))
      await answer(ok(name))
      await time.advance(10)
      leases[0]!.attemptEnded('delivered', 0)
    }
    const [a, b, c] = leases as [TokenLease, TokenLease, TokenLease]
    expect([a.token(), b.token(), c.token()]).toEqual(['a', null, 'c'])
    expect(told).toContain('b gone')
    expect(b.awaited()).not.toBeNull()
    await time.advance(60_000)
    expect(requests).toHaveLength(3)
    b.wanted()
    await answer(ok('b2'))

    expect([a.token(), b.token(), c.token()]).toEqual(['a', 'b2', null])
  })

  it('end with their lease: nothing is asked for any more', async () => {
    const { lease, time, told, requests } = setUp()
    lease().end()
    await time.advance(60_000)

    expect(told).toEqual(['cancelled'])
    expect(requests).toHaveLength(1)
    expect(time.pending()).toBe(0)
  })
})
