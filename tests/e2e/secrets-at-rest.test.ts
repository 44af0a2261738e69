import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVault } from '@iris/common/secrets/vault'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { eventually } from '../support/eventually.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'
import { startTokenServer, type TokenServer } from '../support/token-server.js'

const canaries = {
  ...{ basic: 'canary-basic-1', user: 'canary-user-2', client: 'canary-client-3' },
  signing: `whsec_${Buffer.from('canary of at least 24 bytes').toString('base64')}`,
}
const all = Object.values(canaries)

describe('secrets of subscriptions and providers', () => {
  let stack: TestStack
  let subscriber: Subscriber
  let tokens: TokenServer
  let zoo: ZooSession

  beforeAll(async () => {
    const keys = { 'secrets.keys': randomBytes(32).toString('base64') }
    const servers = { kafka: inject('kafka'), zookeeper: inject('zookeeper') }
    const settings = { 'management-service': keys, 'consumers-service': keys }
    ;[stack, subscriber, tokens] = await Promise.all([
      startTestStack({ ...servers, settings }),
      startSubscriber(),
      startTokenServer('token'),
    ])
    const limits = { sessionTimeoutMs: 4_000, connectTimeoutMs: 10_000, requestTimeoutMs: 5_000 }
    const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
    zoo = createZooSession(base, { servers: servers.zookeeper, ...limits })
    await zoo.start()
  })
  afterAll(async () => {
    await zoo.stop()
    await Promise.all([stack.stop(), subscriber.stop(), tokens.stop()])
  })

  /** Everything below the root, as one text. */
  const tree = async (path = stack.root): Promise<string> => {
    const children = (await zoo.children(path)) ?? []
    const below = await Promise.all(children.map(child => tree(`${path}/${child}`)))
    return [String((await zoo.read(path))?.data ?? ''), ...below].join('\n')
  }
  const logs = (): string =>
    [stack.management, ...stack.consumers, ...stack.frontends].flatMap(each => each.logs()).join('\n')

  it('reach the subscriber and stand neither in ZooKeeper nor in answers, logs or audit', async () => {
    const provider = { name: 'idp', tokenEndpoint: tokens.url, clientId: 'iris', requestTimeout: 5_000 }
    const made = await stack.api.manage('POST', '/oauth/providers', {
      ...provider,
      ...{ clientSecret: canaries.client, tokenRequestInitialDelay: 50, tokenRequestMaxDelay: 500 },
    })
    expect(made.status).toBe(201)
    const topic = await stack.createTopic()
    const basic = await stack.createSubscription(
      topic,
      `${subscriber.url.replace('://', `://user:${canaries.basic}@`)}/basic`,
    )
    const oAuthPolicy = { grantType: 'password', providerName: 'idp', username: 'u', password: canaries.user }
    const signing = { keys: [canaries.signing] }
    const oAuth = await stack.createSubscription(topic, `${subscriber.url}/oauth`, { oAuthPolicy, signing })
    // A masked secret sent back is the stored one.
    for (const name of [basic, oAuth]) {
      const { text } = await stack.api.readSubscription(topic, name)
      const changed = { ...(JSON.parse(text) as object), description: 'changed' }
      expect((await stack.api.updateSubscription(topic, name, changed)).status).toBe(200)
    }
    await stack.publish(topic, '{}')

    const headerOf = (path: string): unknown => subscriber.received(path)[0]?.headers['authorization']
    await eventually(() => {
      expect(headerOf('/basic')).toBe(`Basic ${Buffer.from(`user:${canaries.basic}`).toString('base64')}`)
      expect(headerOf('/oauth')).toMatch(/^Bearer token/)
    })
    expect(subscriber.received('/oauth')[0]?.headers['webhook-signature']).toMatch(/^v1,/)
    const answers = await Promise.all(
      [`/topics/${topic}/subscriptions/${basic}`, `/topics/${topic}/subscriptions/${oAuth}`, '/audit'].map(
        path => stack.api.manage('GET', path),
      ),
    )
    const [kept, shown] = [await tree(), answers.map(each => each.text).join() + logs()]
    for (const canary of all) {
      expect(kept).not.toContain(canary)
      expect(shown).not.toContain(canary)
    }
    expect(kept).toContain('sealed.v1.')
  })

  it('that another writer left in clear text are sealed when that is asked for', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/plain`)
    const dot = topic.lastIndexOf('.')
    const [group, short] = [topic.slice(0, dot), topic.slice(dot + 1)]
    const path = `${stack.root}/groups/${group}/topics/${short}/subscriptions/${name}`
    const node = JSON.parse(String((await zoo.read(path))?.data)) as object
    const endpoint = `${subscriber.url.replace('://', '://user:canary-plain-4@')}/plain`
    await zoo.write(path, Buffer.from(JSON.stringify({ ...node, endpoint })))
    expect(await tree()).toContain('canary-plain-4')

    expect((await stack.api.manage('POST', '/secrets/reseal')).status).toBe(202)
    const ended = await eventually(async () => {
      const { text } = await stack.api.manage('GET', '/secrets/reseal')
      const progress = JSON.parse(text) as { state: string; changed: number; unreadable: string[] }
      expect(progress.state).toBe('done')
      return progress
    })

    expect(ended).toMatchObject({ changed: 1, unreadable: [] })
    expect(await tree()).not.toContain('canary-plain-4')
  })

  it('whose key is lost are told, given anew, or removed with what they belong to', async () => {
    const topic = await stack.createTopic()
    const names = [await stack.createSubscription(topic, `${subscriber.url}/lost`), 'doomed'] as const
    await stack.createSubscription(topic, `${subscriber.url}/doomed`, { name: names[1] })
    const [group, short] = topic.split('.')
    const lost = createVault([randomBytes(32)]).seal('canary-lost-7', 'a place of its own')
    for (const name of names) {
      const path = `${stack.root}/groups/${group}/topics/${short}/subscriptions/${name}`
      const node = JSON.parse(String((await zoo.read(path))?.data)) as object
      const endpoint = `${subscriber.url.replace('://', `://user:${lost}@`)}/lost`
      await zoo.write(path, Buffer.from(JSON.stringify({ ...node, endpoint })))
    }

    const shown = await stack.api.readSubscription(topic, names[0])
    expect([shown.status, shown.text]).toEqual([
      200,
      expect.stringContaining('"secretsProblem":"What is kept'),
    ])
    expect(shown.text).not.toContain('sealed.v1.')
    const stolen = { endpoint: `http://user:${lost}@127.0.0.1:9/` }
    expect((await stack.api.updateSubscription(topic, names[0], stolen)).status).toBe(400)
    expect((await stack.api.deleteSubscription(topic, names[1])).status).toBe(200)
    const anew = { endpoint: `${subscriber.url.replace('://', '://user:canary-anew-8@')}/lost` }
    expect((await stack.api.updateSubscription(topic, names[0], anew)).status).toBe(200)

    await stack.publish(topic, '{}')
    const expected = `Basic ${Buffer.from('user:canary-anew-8').toString('base64')}`
    await eventually(() => expect(subscriber.received('/lost')[0]?.headers['authorization']).toBe(expected))
    expect((await stack.api.readSubscription(topic, names[0])).text).not.toContain('secretsProblem')
    expect(await tree()).not.toContain('canary-anew-8')
  })

  it('are told apart by the audit only as stars, among all that was changed', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/audited`)
    const patch = { endpoint: `${subscriber.url.replace('://', '://user:canary-audit-6@')}/audited` }
    await stack.api.updateSubscription(topic, name, patch)
    expect((await stack.api.updateSubscription(topic, name, { endpoint: 'nowhere' })).status).toBe(400)
    await stack.api.deleteSubscription(topic, name)

    const { status, text } = await stack.api.manage('GET', `/audit?name=${topic}`)

    expect(status).toBe(200)
    const { items } = JSON.parse(text) as {
      items: { action: string; kind: string; name: string; differences?: unknown[] }[]
    }
    expect(items.map(each => [each.action, each.kind, each.name])).toEqual([
      ['removed', 'subscription', `${topic}$${name}`],
      ['updated', 'subscription', `${topic}$${name}`],
      ['created', 'subscription', `${topic}$${name}`],
      ['created', 'topic', topic],
    ])
    expect(items[1]?.differences).toEqual([
      {
        member: 'endpoint',
        before: `${subscriber.url}/audited`,
        after: `${subscriber.url.replace('://', '://user:*****@')}/audited`,
      },
    ])
    expect(text).not.toContain('canary-audit-6')
  })

  it('in the endpoint of a task are sealed too', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, `${subscriber.url}/task`)
    await stack.publish(topic, '{}')
    await eventually(() => expect(subscriber.received('/task')).toHaveLength(1))
    const endpoint = `${subscriber.url.replace('://', '://user:canary-task-5@')}/elsewhere`

    const asked = await stack.api.manage('POST', `/topics/${topic}/subscriptions/${name}/replay`, {
      ...{ from: '2020-01-01T00:00:00Z', endpoint },
    })
    expect([asked.status, asked.text]).toEqual([202, expect.stringContaining('"id"')])
    await eventually(() => {
      const [first] = subscriber.received('/elsewhere')
      expect(first?.headers['authorization']).toBe(
        `Basic ${Buffer.from('user:canary-task-5').toString('base64')}`,
      )
    })

    expect(await tree()).not.toContain('canary-task-5')
    expect(asked.text + logs()).not.toContain('canary-task-5')
  })
})
