import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { GroupName, SubscriptionName, TopicName } from '@iris/common/domain/names'
import { openTask, sealTask } from '@iris/common/domain/kept-secrets'
import { parseOAuthProvider } from '@iris/common/domain/oauth-provider'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVault, plainVault, type Vault } from '@iris/common/secrets/vault'
import { newTask } from '@iris/common/tasks/task'
import { cancelAsked } from '@iris/common/tasks/task-states'
import { createTaskStore } from '@iris/common/tasks/task-store'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { zooPaths, type ZooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { createSecretStore } from './resealing.js'
import { createZooStore } from './zookeeper.js'

const topicName = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const owner = { source: 'Plaintext', id: 'x' }
const canary = 'canary-9'
const [first, second] = [createVault([randomBytes(32)]), randomBytes(32)] as const

const subscription = parseSubscription({
  ...{ topicName, name, description: '', owner },
  endpoint: `http://user:${canary}@host/`,
  oAuthPolicy: { grantType: 'password', providerName: 'idp', username: 'u', password: canary },
})
const provider = parseOAuthProvider({
  ...{ name: 'idp', tokenEndpoint: 'http://idp/token', clientId: 'c', clientSecret: canary },
  ...{ tokenRequestInitialDelay: 100, tokenRequestMaxDelay: 200, requestTimeout: 500 },
})

let session: ZooSession
let paths: ZooPaths

beforeAll(async () => {
  session = createZooSession(
    { log: silentLog, clock: systemClock, scheduler: systemScheduler },
    {
      ...{ servers: inject('zookeeper'), sessionTimeoutMs: 4_000 },
      ...{ connectTimeoutMs: 10_000, requestTimeoutMs: 5_000 },
    },
  )
  await session.start()
})
afterAll(() => session.stop())
beforeEach(async () => {
  paths = zooPaths(`/sealed-${randomBytes(5).toString('hex')}`)
  await session.ensure(paths.groups)
})

const with_ = (vault: Vault): ReturnType<typeof createZooStore> & ReturnType<typeof createSecretStore> => ({
  ...createZooStore({ session, paths, vault }),
  ...createSecretStore({ session, paths, vault }),
})
const written = async (vault: Vault): Promise<void> => {
  const store = with_(vault)
  await store.createGroup('acme' as GroupName)
  await store.createTopic(
    parseTopic({
      name: topicName,
      description: '',
      owner,
      contentType: 'JSON',
      retentionTime: { duration: 1 },
    }),
  )
  await store.createSubscription(subscription)
  await store.createOAuthProvider(provider)
}
const inTree = async (): Promise<string> => {
  const nodes = [paths.subscription(topicName, name), paths.oauthProvider('idp')]
  return (await Promise.all(nodes.map(path => session.read(path)))).map(node => String(node?.data)).join()
}
const secretsOf = async (vault: Vault): Promise<unknown> => {
  const store = with_(vault)
  const [one, other] = [await store.subscription(topicName, name), await store.oAuthProvider('idp')]
  return [one?.value.endpoint, one?.value.oAuthPolicy?.password, other?.value.clientSecret]
}
const clear = [`http://user:${canary}@host/`, canary, canary]

describe('secrets at rest', () => {
  it('are sealed in the tree and read in clear text by who has the key', async () => {
    await written(first)

    expect(await inTree()).not.toContain(canary)
    expect(await secretsOf(first)).toEqual(clear)
  })

  it('without their key are told as unreadable, never given out sealed', async () => {
    await written(first)

    await expect(secretsOf(createVault([second]))).rejects.toThrow(/sealed with key [0-9a-f]{8}/)
    await expect(secretsOf(plainVault)).rejects.toThrow(/secrets\.keys/)
  })

  it('in clear text, as Hermes wrote them, are sealed when asked, once', async () => {
    await written(plainVault)
    expect(await inTree()).toContain(canary)
    const store = with_(first)

    const each = async (): Promise<unknown> => [
      await store.resealSubscription(topicName, name),
      await store.resealProvider('idp'),
    ]
    expect(await each()).toEqual(['changed', 'changed'])
    expect(await each()).toEqual(['current', 'current'])

    expect(await inTree()).not.toContain(canary)
    expect(await secretsOf(first)).toEqual(clear)
  })

  it('are all that changes: what only another writer knows stays', async () => {
    await written(plainVault)
    for (const path of [paths.subscription(topicName, name), paths.oauthProvider('idp')]) {
      const node = await session.read(path)
      const known = JSON.parse(String(node?.data)) as object
      await session.write(path, Buffer.from(JSON.stringify({ ...known, ofAnother: { deep: [1] } })))
    }
    const store = with_(first)
    await store.resealSubscription(topicName, name)
    await store.resealProvider('idp')

    expect((await inTree()).match(/"ofAnother":\{"deep":\[1\]\}/g)).toHaveLength(2)
    expect(await inTree()).not.toContain(canary)
  })

  it('move to a new key while the former one still opens, and back into clear text', async () => {
    const former = randomBytes(32)
    await written(createVault([former]))
    const both = with_(createVault([second, former]))
    await both.resealSubscription(topicName, name)
    await both.resealProvider('idp')
    expect(await secretsOf(createVault([second]))).toEqual(clear)

    const open = with_(createVault([second], () => false))
    await open.resealSubscription(topicName, name)
    await open.resealProvider('idp')
    expect(await secretsOf(plainVault)).toEqual(clear)
  })

  it('of open tasks move to a new key too; those of ended tasks are left', async () => {
    const former = createVault([randomBytes(32)])
    const store = createTaskStore(session, paths)
    const place = { topic: topicName, subscription: name, id: 'replay-1' }
    const task = newTask({
      ...{ kind: 'replay', ...place, createdAt: 1, createdBy: 'somebody' },
      spec: { ranges: [], rate: null, endpoint: `http://u:${canary}@host/`, deadLetters: false },
    })
    await store.create(sealTask(task, former))
    const secrets = with_(createVault([second]))

    expect(await secrets.resealTask(place)).toBe('unreadable')
    const plain = createVault([second], () => false)
    await store.change(place, () => task)
    expect(await secrets.openTasks()).toEqual([place])
    expect(await secrets.resealTask(place)).toBe('changed')
    expect(await secrets.resealTask(place)).toBe('current')
    expect((await store.read(place))?.spec.endpoint).toContain('sealed.v1.')
    expect(openTask((await store.read(place))!, plain)).toEqual(task)
    await store.change(place, each => cancelAsked(each, 2))
    expect(await secrets.openTasks()).toEqual([])
  })

  it('that cannot be opened or are gone are told and left alone', async () => {
    await written(first)
    const before = await inTree()
    const stranger = with_(createVault([second]))

    expect(await stranger.resealSubscription(topicName, name)).toBe('unreadable')
    expect(await stranger.resealSubscription(topicName, 'nobody' as SubscriptionName)).toBe('gone')
    expect(await inTree()).toBe(before)
  })
})
