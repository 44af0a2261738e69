import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { eventually, pause } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Received, type Subscriber } from '../support/subscriber.js'
import { startTokenServer, type TokenRequest, type TokenServer } from '../support/token-server.js'

/** Of a provider whose token does not come: how long the first delivery waits for it. */
const impatient = { requestTimeout: 1_000 }
/** Nothing of these may stand anywhere but in a form posted to the token server. */
const canaries = { secret: 'canary-client-secret', password: 'canary-user-password', token: 'canary-token' }

describe('a subscription with an OAuth policy', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let tokenServer: TokenServer
  let path = ''
  let count = 0

  beforeAll(async () => {
    stack = await startTestStack({ kafka: inject('kafka'), zookeeper: inject('zookeeper') })
    subscriber = await startSubscriber()
  })
  beforeEach(async () => {
    path = `/test/${++count}`
    subscriber.answerWith(() => ({}))
    tokenServer = await startTokenServer(canaries.token)
    return () => tokenServer.stop()
  })
  afterAll(async () => {
    await stack.stop()
    await subscriber.stop()
  })

  const providers = '/oauth/providers'
  const formOf = (name: string, changes: object = {}): object => ({
    ...{ name, tokenEndpoint: tokenServer.url, clientId: 'iris', clientSecret: canaries.secret },
    ...{ tokenRequestInitialDelay: 50, tokenRequestMaxDelay: 500, requestTimeout: 5_000 },
    ...changes,
  })
  const provide = async (changes: object = {}): Promise<string> => {
    const name = `idp${count}`
    const answer = await stack.api.manage('POST', providers, formOf(name, changes))
    expect([answer.status, answer.text]).toEqual([201, ''])
    return name
  }
  const subscribe = async (
    providerName: string,
    { policy = {}, endpoint = subscriber.url, ...overrides }: Record<string, unknown> = {},
  ): Promise<{ topic: string; name: string }> => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${String(endpoint)}${path}`, {
      subscriptionPolicy: { messageBackoff: 300, messageTtl: 60 },
      oAuthPolicy: { grantType: 'clientCredentials', providerName, ...(policy as object) },
      ...overrides,
    })
    return { topic, name }
  }
  const received = (): readonly Received[] => subscriber.received(path)
  const authorizations = (): (string | undefined)[] =>
    received().map(({ headers }) => headers['authorization'])
  const bearer = (number: number): string => `Bearer ${canaries.token}-${number}`
  /** Answers 401 to every token but this one. */
  const acceptOnly = (number: number): void =>
    subscriber.answerWith(({ headers }) => ({
      status: headers['authorization'] === bearer(number) ? 200 : 401,
    }))

  it.each([
    ['clientCredentials', { scope: 'read write' }, { grant_type: 'client_credentials', scope: 'read write' }],
    [
      'password',
      { username: 'svc', password: canaries.password },
      { grant_type: 'password', username: 'svc', password: canaries.password },
    ],
  ])('gets its token by the grant %s before the first delivery', async (grantType, policy, form) => {
    const provider = await provide()
    const { topic } = await subscribe(provider, { policy: { grantType, ...policy } })
    await stack.publish(topic, '{"n":1}')
    await stack.publish(topic, '{"n":2}')
    await subscriber.waitFor(2, { path })

    expect(authorizations()).toEqual([bearer(1), bearer(1)])
    expect(tokenServer.requests()).toHaveLength(1)
    const [{ received: request, form: sent }] = tokenServer.requests() as [TokenRequest]
    expect(sent).toEqual({ client_id: 'iris', client_secret: canaries.secret, ...form })
    expect([request.method, request.path]).toEqual(['POST', '/oauth/token'])
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  it('asks for a new token after a 401, and delivers the same message with it', async () => {
    const { topic } = await subscribe(await provide())
    await stack.publish(topic, '{"n":1}')
    await subscriber.waitFor(1, { path })
    acceptOnly(2)
    await stack.publish(topic, '{"n":2}')
    // How often the old token is tried until the new one has come is up to the pace of both.
    await eventually(() => expect(authorizations().at(-1)).toBe(bearer(2)))
    const [, ...attempts] = received()
    await stack.publish(topic, '{"n":3}')
    await subscriber.waitFor(attempts.length + 2, { path })

    const refused = attempts.slice(0, -1)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.map(({ headers }) => headers['authorization'])).toEqual(refused.map(() => bearer(1)))
    expect(attempts.map(({ messageId }) => messageId)).toEqual(attempts.map(() => attempts[0]!.messageId))
    expect(attempts.map(({ retryCount }) => retryCount)).toEqual(attempts.map((_, index) => index))
    expect(authorizations().at(-1)).toBe(bearer(2))
    expect(tokenServer.tokens()).toHaveLength(2)
  })

  it('renews a token before its end, so that no delivery is refused', async () => {
    tokenServer.setLifetime(2)
    tokenServer.answerWith(() => {
      if (tokenServer.tokens().length > 0) tokenServer.setLifetime(3_600)
      return null
    })
    const { topic } = await subscribe(await provide())
    await stack.publish(topic, '{"n":1}')
    await subscriber.waitFor(1, { path })
    await eventually(() => expect(tokenServer.tokens()).toHaveLength(2))
    acceptOnly(2)
    await stack.publish(topic, '{"n":2}')
    await subscriber.waitFor(2, { path })

    expect(authorizations()).toEqual([bearer(1), bearer(2)])
  })

  it('waits for a token server that is down no longer than a request may take, then retries until it is up', async () => {
    tokenServer.answerWith(() => ({ status: 503 }))
    subscriber.answerWith(({ headers }) => ({ status: headers['authorization'] === undefined ? 401 : 200 }))
    const { topic, name } = await subscribe(await provide(impatient))
    await stack.publish(topic, '{"n":1}')
    await subscriber.waitFor(1, { path })
    expect(authorizations()[0]).toBeUndefined()
    await eventually(() => expect(tokenServer.requests().length).toBeGreaterThan(1))
    tokenServer.answerWith(() => null)
    await eventually(() => expect(authorizations().at(-1)).toBe(bearer(1)))

    const letters = await stack.api.manage('GET', `/topics/${topic}/subscriptions/${name}/dead-letters`)
    expect((JSON.parse(letters.text) as { items: unknown[] }).items).toEqual([])
    const metrics = await (await fetch(`${stack.consumers[0]!.url}/status/prometheus`)).text()
    const labels = `topic="${topic.split('.')[1]!}",subscription="${name}",provider="idp${count}"`
    expect(metrics).toMatch(new RegExp(`oauth_token_requests_total\\{[^}]*${labels}\\} ([2-9]|[1-9]\\d+)\\n`))
    expect(metrics).toMatch(new RegExp(`oauth_token_request_failures_total\\{[^}]*${labels}\\} [1-9]`))
    expect(metrics).toContain(`oauth_token_request_latency_seconds_count{provider="idp${count}"}`)
  })

  it('follows a provider that is corrected while it runs', async () => {
    tokenServer.answerWith(({ form }) =>
      form['client_secret'] === canaries.secret
        ? null
        : { status: 401, headers: { 'Retry-After': '3600' }, body: '{"error":"invalid_client"}' },
    )
    subscriber.answerWith(({ headers }) => ({ status: headers['authorization'] === undefined ? 401 : 200 }))
    const provider = await provide({ clientSecret: 'mistyped', ...impatient })
    const { topic } = await subscribe(provider)
    await stack.publish(topic, '{"n":1}')
    await subscriber.waitFor(1, { path })
    const changed = await stack.api.manage('PUT', `${providers}/${provider}`, {
      clientSecret: canaries.secret,
    })

    expect(changed.status).toBe(200)
    await eventually(() => expect(authorizations().at(-1)).toBe(bearer(1)))
  })

  it('sends batches with its token too', async () => {
    const { topic } = await subscribe(await provide(), {
      deliveryType: 'BATCH',
      subscriptionPolicy: { batchSize: 2, batchTime: 100, messageBackoff: 300 },
    })
    acceptOnly(2)
    await stack.publish(topic, '{"n":1}')
    await eventually(() => expect(authorizations().at(-1)).toBe(bearer(2)))

    const refused = authorizations().slice(0, -1)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused).toEqual(refused.map(() => bearer(1)))
  })

  it('is authorized by the endpoint where that has credentials', async () => {
    const { topic } = await subscribe(await provide(), {
      endpoint: subscriber.url.replace('//', '//user:pa55@'),
    })
    await stack.publish(topic, '{"n":1}')
    await subscriber.waitFor(1, { path })

    expect(authorizations()).toEqual([`Basic ${Buffer.from('user:pa55').toString('base64')}`])
    expect(tokenServer.requests()).toEqual([])
  })

  it('may name a provider that is registered later', async () => {
    const { topic } = await subscribe(`idp${count}`)
    subscriber.answerWith(({ headers }) => ({ status: headers['authorization'] === undefined ? 401 : 200 }))
    await stack.publish(topic, '{"n":1}')
    await subscriber.waitFor(1, { path })
    await provide()

    await eventually(() => expect(authorizations().at(-1)).toBe(bearer(1)))
  })

  describe('and its provider', () => {
    const manage = async (method: string, at: string, json?: object): Promise<[number, unknown]> => {
      const { status, text } = await stack.api.manage(method, providers + at, json)
      return [status, text === '' ? null : JSON.parse(text)]
    }

    it('never show a secret, and keep the one that comes back as stars', async () => {
      const provider = await provide()
      const { topic, name } = await subscribe(provider, {
        policy: { grantType: 'password', username: 'svc', password: canaries.password },
      })
      const [, read] = await manage('GET', `/${provider}`)
      const subscription = await stack.api.readSubscription(topic, name)
      expect(read).toEqual({ ...formOf(provider), clientSecret: '******', socketTimeout: 0 })
      expect(JSON.parse(subscription.text)).toMatchObject({ oAuthPolicy: { password: '******' } })

      expect(await manage('PUT', `/${provider}`, { ...(read as object), clientId: 'iris' })).toEqual([
        200,
        null,
      ])
      acceptOnly(2)
      await stack.publish(topic, '{"n":1}')
      await eventually(() => expect(authorizations().at(-1)).toBe(bearer(2)))
      expect(tokenServer.requests().map(({ form }) => form['client_secret'])).toEqual([
        canaries.secret,
        canaries.secret,
      ])
    })

    it('are refused where a rule is broken, and a second one of a name leaves the first as it is', async () => {
      const provider = await provide()

      const broken = await manage('POST', '', formOf('broken', { requestTimeout: 5, clientSecret: '' }))
      expect(broken).toEqual([
        400,
        {
          code: 'VALIDATION_ERROR',
          message: expect.stringMatching(
            /requestTimeout must be .* to 100|clientSecret must not be empty/,
          ) as string,
        },
      ])
      const forbidden = await manage('POST', '', formOf('inside', { tokenEndpoint: 'http://10.0.0.1/token' }))
      expect(forbidden).toEqual([
        400,
        { code: 'VALIDATION_ERROR', message: expect.stringContaining('10.0.0.1') as string },
      ])
      expect(await manage('POST', '', formOf(provider, { clientId: 'other' }))).toEqual([
        400,
        { code: 'OAUTH_PROVIDER_ALREADY_EXISTS', message: `OAuth Provider ${provider} already exists` },
      ])
      expect((await manage('GET', `/${provider}`))[1]).toMatchObject({ clientId: 'iris' })
      expect((await manage('GET', ''))[1]).toEqual(expect.arrayContaining([provider]))
      expect((await manage('GET', ''))[1]).not.toContain('broken')
      expect(await manage('DELETE', `/${provider}`)).toEqual([200, null])
      const gone = { code: 'OAUTH_PROVIDER_NOT_EXISTS', message: `OAuth provider ${provider} does not exist` }
      expect(await manage('GET', `/${provider}`)).toEqual([404, gone])
      expect(await manage('DELETE', `/${provider}`)).toEqual([404, gone])
      expect(await manage('PUT', `/${provider}`, {})).toEqual([404, gone])
    })
  })

  it('leaves no secret in any log, metric or status', async () => {
    await pause(100) // what a log still holds back
    const pages = await Promise.all(
      ['/status/subscriptions', '/status/prometheus'].map(async page =>
        (await fetch(stack.consumers[0]!.url + page)).text(),
      ),
    )
    const services = [stack.management, ...stack.frontends, ...stack.consumers]
    const logs = services.map(({ logFile }) => readFileSync(logFile, 'utf8'))

    expect(logs.every(log => log.length > 0)).toBe(true)
    expect(logs.join()).toContain('oauth.tokenRefused')
    for (const canary of Object.values(canaries)) expect([...pages, ...logs].join()).not.toContain(canary)
  })
})
