/** Who may do what in a guarded installation: keys, tokens, roles, publishers; secrets leave no trace. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { hashOf, newApiKey } from '@iris/common/access/api-key'
import { createTestIssuer, type TestIssuer } from '@iris/common/access/testing/issuer'
import { localOwner } from '@iris/local-stack/iris-api'
import { noBrowser, startBrowser } from '../support/browser.js'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'

const callMs = 30_000
const admin = newApiKey()
/** Everything that must never be seen anywhere. */
const secrets = [admin]

let stack: TestStack
let issuer: TestIssuer
let issuerServer: Server

beforeAll(async () => {
  issuerServer = createServer((request, response) => {
    const found = issuer.documents()[`http://${request.headers.host}${request.url}`]
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found ?? {}))
  })
  await new Promise<void>(resolve => issuerServer.listen(0, '127.0.0.1', resolve))
  issuer = await createTestIssuer(`http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}/realm`)
  const tokens = {
    'auth.jwt.issuer': issuer.url,
    'auth.jwt.audience': 'iris',
    'auth.jwt.algorithms': 'ES256',
  }
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper'), consumers: 0 },
    authorization: `Bearer ${admin}`,
    settings: {
      'management-service': {
        ...tokens,
        'auth.jwt.grants': 'everyone=reader:*',
        'management.auth.mode': 'guarded',
        'management.auth.adminKeyHash': hashOf(admin),
      },
      'frontend-service': {
        ...tokens,
        'auth.jwt.grants': 'publishers=publisher:*',
        'frontend.handlers.authentication.enabled': 'true',
      },
    },
  })
})
afterAll(async () => {
  await stack.stop()
  issuerServer.close()
})

interface Sent {
  readonly credential?: string
  readonly body?: unknown
}

async function manage(method: string, path: string, { credential, body }: Sent = {}) {
  const headers = {
    ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  }
  const answer = await fetch(stack.management.url + path, {
    ...{ method, headers, signal: AbortSignal.timeout(callMs) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    challenge: answer.headers.get('www-authenticate'),
    body: (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text) as unknown,
  }
}

async function makeKey(name: string, ...roles: string[]): Promise<string> {
  const { status, body } = await manage('POST', '/keys', { credential: admin, body: { name, roles } })
  expect(status).toBe(201)
  const { key } = body as { key: string }
  secrets.push(key)
  return key
}

async function token(claims: object): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 3_600
  const made = await issuer.token({ iss: issuer.url, aud: 'iris', exp, ...claims })
  secrets.push(made)
  return made
}

const publishAs = async (topic: string, credential: string | null): Promise<number> => {
  const headers = credential === null ? {} : { Authorization: `Bearer ${credential}` }
  return (await stack.publish(topic, '{"a":1}', { headers })).status
}

describe('guarded management', () => {
  it('asks who calls, but for its health and its mode', async () => {
    const unknown = newApiKey()

    expect(await manage('GET', '/groups')).toEqual({
      status: 401,
      challenge: 'Bearer realm="iris"',
      body: { message: 'Credentials are missing or not right', code: 'UNAUTHENTICATED' },
    })
    expect(await manage('POST', '/groups', { credential: unknown, body: { groupName: 'x' } })).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="iris", error="invalid_token"',
    })
    expect((await manage('GET', '/status/health', { credential: unknown })).status).toBe(200)
    expect(await manage('GET', '/mode')).toMatchObject({ status: 200, body: 'readWrite' })
    expect(await manage('GET', '/roles')).toMatchObject({ status: 200, body: [] })
    expect((await manage('GET', '/roles/caller', { credential: unknown })).body).toEqual({
      ...{ name: null, isAsked: true, roles: [], teams: [] },
    })
  })

  it('lets each role do what is its own, and shows nobody what is not', async () => {
    const topic = await stack.createTopic()
    const owner = await makeKey('owner-of-the-group', `owner:${stack.group}`)
    const reader = await makeKey('reader-of-the-group', `reader:${stack.group}`)
    const other = await makeKey('owner-of-another', 'owner:another')
    const patch = { description: 'changed' }

    expect((await manage('PUT', `/topics/${topic}`, { credential: owner, body: patch })).status).toBe(200)
    expect((await manage('GET', `/topics/${topic}`, { credential: reader })).body).toMatchObject(patch)
    expect(await manage('PUT', `/topics/${topic}`, { credential: reader, body: patch })).toMatchObject({
      status: 403,
      body: { message: 'HTTP 403 Forbidden', code: 'OTHER' },
    })
    expect((await manage('GET', `/topics/${topic}`, { credential: other })).status).toBe(403)
    expect((await manage('GET', `/topics/${topic}none`, { credential: other })).status).toBe(403)
    expect((await manage('GET', '/groups', { credential: other })).body).toEqual([])
    expect((await manage('GET', '/topics', { credential: reader })).body).toEqual([topic])
    expect((await manage('GET', `/roles/topics/${topic}`, { credential: owner })).body).toEqual([
      ...['any', 'topicOwner'],
    ])
    expect((await manage('GET', '/roles/caller', { credential: owner })).body).toEqual({
      ...{ name: 'owner-of-the-group', isAsked: true, roles: [`owner:${stack.group}`], teams: [] },
    })
    expect((await manage('GET', '/keys', { credential: owner })).status).toBe(403)
  })

  it('takes a token of the issuer, for what its groups give', async () => {
    const topic = await stack.createTopic()
    const reader = await token({ sub: 'anna', groups: ['everyone'] })
    const nobody = await token({ sub: 'bert' })
    const stale = await token({ sub: 'anna', groups: ['everyone'], aud: 'another' })

    expect((await manage('GET', `/topics/${topic}`, { credential: reader })).status).toBe(200)
    expect((await manage('DELETE', `/topics/${topic}`, { credential: reader })).status).toBe(403)
    expect((await manage('GET', `/topics/${topic}`, { credential: nobody })).status).toBe(403)
    expect((await manage('GET', `/topics/${topic}`, { credential: stale })).status).toBe(401)
  })
})

describe('a key', () => {
  it('is rotated with both secrets for a while, and revoked at once', async () => {
    const path = `/groups/${stack.group}`
    const old = await makeKey('rotated', `reader:${stack.group}`)

    const rotate = { credential: admin, body: { oldValidForSeconds: 3_600 } }
    const fresh = ((await manage('POST', '/keys/rotated/rotate', rotate)).body as { key: string }).key
    secrets.push(fresh)
    expect((await manage('GET', path, { credential: old })).status).toBe(200)
    expect((await manage('GET', path, { credential: fresh })).status).toBe(200)

    expect((await manage('DELETE', '/keys/rotated', { credential: admin })).status).toBe(200)
    expect((await manage('GET', path, { credential: old })).status).toBe(401)
    expect((await manage('GET', path, { credential: fresh })).status).toBe(401)
    expect((await manage('GET', '/keys/rotated', { credential: admin })).status).toBe(404)
  })
})

describe('a topic that asks who publishes', () => {
  it('takes keys and tokens that it names, and no others; a revoked key soon no more', async () => {
    const auth = {
      enabled: true,
      unauthenticatedAccessEnabled: false,
      publishers: ['named', 'carla', 'basic'],
    }
    const topic = await stack.createTopic({ auth, owner: localOwner })
    const [named, reader] = [
      await makeKey('named', `publisher:${stack.group}`),
      await makeKey('basic', 'reader:*'),
    ]
    const stranger = await makeKey('stranger', 'publisher:*')
    const [carla, bert] = [
      await token({ sub: 'carla', groups: ['publishers'] }),
      await token({ sub: 'bert', groups: ['publishers'] }),
    ]
    // A key reaches the frontend a moment after it was made.
    await eventually(async () => expect(await publishAs(topic, named)).toBe(201))
    await eventually(async () => expect(await publishAs(topic, reader)).toBe(403))
    await eventually(async () => expect(await publishAs(topic, stranger)).toBe(403))

    expect(await publishAs(topic, null)).toBe(401)
    expect(await publishAs(topic, newApiKey())).toBe(401)
    expect([await publishAs(topic, carla), await publishAs(topic, bert)]).toEqual([201, 403])
    expect(await publishAs(topic, await token({ sub: 'carla', groups: ['publishers'], exp: 1 }))).toBe(401)

    await manage('DELETE', '/keys/named', { credential: admin })
    await eventually(async () => expect(await publishAs(topic, named)).toBe(401))
  })
})

describe.skipIf(noBrowser() !== null)('the console of who has few rights', () => {
  it('asks for a key, shows a reader its groups alone, and says in words what it may not', async () => {
    const mine = await stack.createTopic()
    await manage('POST', '/groups', { credential: admin, body: { groupName: 'closed' } })
    await stack.createTopic({ name: 'closed.orders' })
    const reader = await makeKey('reader-in-a-browser', `reader:${stack.group}`)
    const browser = await startBrowser(stack.management.url)
    onTestFinished(() => browser.stop())
    const { page, faults } = await browser.open({ reducedMotion: 'reduce' })
    const signIn = async (key: string): Promise<void> => {
      await page.getByLabel('Key or token', { exact: true }).fill(key)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    }
    const seen: string[] = []
    const see = async (text: string): Promise<void> => {
      await page.getByText(text).first().waitFor()
      seen.push(await page.content())
    }

    await page.goto('/ui/topics')
    await signIn(newApiKey())
    await see('Management does not take this key')
    await signIn(reader)
    await see(mine)
    await page.goto('/ui/')
    await see('Charts of everything are for who may read every group')
    await page.goto(`/ui/topics/${mine}`)
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByLabel(`Type ${mine} to go on`).fill(mine)
    await page.getByRole('button', { name: 'Remove the topic' }).click()
    await see(`This takes the role owner:${stack.group}, or to own it`)
    expect(seen.filter(text => text.includes('closed') || text.includes(reader))).toEqual([])

    await page.goto('/ui/topics/closed.orders')
    await see('This takes the role reader:closed')
    expect(
      await page.evaluate('[...Object.values(localStorage), location.href, document.cookie].join()'),
    ).not.toContain(reader)
    expect((await manage('GET', `/topics/${mine}`, { credential: reader })).status).toBe(200)
    expect(faults).toEqual([])
  })
})

describe('secrets', () => {
  it('are in no log, no metric and no list', async () => {
    const told = [
      ...stack.management.logs(),
      ...stack.frontends.flatMap(frontend => frontend.logs()),
      JSON.stringify((await manage('GET', '/keys', { credential: admin })).body),
      String((await manage('GET', '/status/prometheus')).body),
      await (await fetch(`${stack.frontends[0]?.url}/status/prometheus`)).text(),
    ].join('\n')

    expect(secrets.length).toBeGreaterThan(8)
    expect(told).toContain('management.listening')
    expect(secrets.filter(secret => told.includes(secret))).toEqual([])
    expect(secrets.filter(secret => told.includes(hashOf(secret)) && secret !== admin)).toEqual([])
  })
})
