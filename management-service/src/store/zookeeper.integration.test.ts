import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import type { GroupName, SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic, type Topic } from '@iris/common/domain/topic'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { zooPaths, type ZooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { ZooUnavailableError } from '@iris/common/zookeeper/zoo-errors'
import { createChangeGuard } from './change-guard.js'
import { createSlotOwners } from './slot-owners.js'
import { createUnfinished } from './unfinished.js'
import { plainVault } from '@iris/common/secrets/vault'
import { createZooStore } from './zookeeper.js'

const deps = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const group = 'acme' as GroupName
const topicName = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const owner = { source: 'Plaintext', id: 'x' }
const topic = parseTopic({
  name: topicName,
  description: '',
  owner,
  contentType: 'JSON',
  retentionTime: { duration: 1 },
})
const subscription = parseSubscription({ topicName, name, description: '', endpoint: 'http://a:b@c/', owner })

let session: ZooSession
let paths: ZooPaths
let store: ReturnType<typeof createZooStore>

function newSession(): ZooSession {
  return createZooSession(deps, {
    servers: inject('zookeeper'),
    sessionTimeoutMs: 4_000,
    connectTimeoutMs: 10_000,
    requestTimeoutMs: 5_000,
  })
}

beforeAll(async () => {
  session = newSession()
  await session.start()
})
afterAll(() => session.stop())
beforeEach(async () => {
  paths = zooPaths(`/store-${randomBytes(5).toString('hex')}`)
  store = createZooStore({ session, paths, vault: plainVault })
  await session.ensure(paths.groups)
})

async function textOf(path: string): Promise<string | null> {
  return (await session.read(path))?.data.toString() ?? null
}

describe('groups in ZooKeeper', () => {
  it('lie where Hermes looks for them', async () => {
    expect(await store.createGroup(group)).toBe('created')

    expect(await textOf(`${paths.groups}/acme`)).toBe('{"groupName":"acme"}')
    expect(await textOf(`${paths.groups}/acme/topics`)).toBe('')
    expect(await store.groups()).toEqual(['acme'])
  })

  it('exist once', async () => {
    await store.createGroup(group)

    expect(await store.createGroup(group)).toBe('exists')
  })

  it('go only when they are empty', async () => {
    await store.createGroup(group)
    await store.createTopic(topic)
    const withTopic = await store.removeGroup(group)
    await store.removeTopic(topicName, [])

    expect(withTopic).toBe('notEmpty')
    expect(await store.removeGroup(group)).toBe('removed')
    expect(await store.removeGroup(group)).toBe('missing')
  })
})

describe('topics in ZooKeeper', () => {
  beforeEach(async () => {
    await store.createGroup(group)
  })

  it('lie where Hermes looks for them, without times in their text', async () => {
    expect(await store.createTopic(topic)).toBe('created')

    const path = `${paths.groups}/acme/topics/orders`
    expect(JSON.parse((await textOf(path)) ?? '')).not.toHaveProperty('createdAt')
    expect(await textOf(`${path}/subscriptions`)).toBe('')
    expect(await store.topics(group)).toEqual([topicName])
    expect(await store.topics('nope')).toBeNull()
  })

  it('carry the times of their node', async () => {
    await store.createTopic(topic)

    const stored = await store.topic(topicName)

    expect(stored?.version).toBe(0)
    expect(Math.abs((stored?.value.createdAtMs ?? 0) - systemClock.now())).toBeLessThan(60_000)
    expect(stored?.value).toEqual({
      ...topic,
      createdAtMs: stored?.value.createdAtMs,
      modifiedAtMs: stored?.value.createdAtMs,
    })
  })

  it('need their group', async () => {
    expect(await store.createTopic({ ...topic, name: 'nope.orders' as TopicName })).toBe('noParent')
    expect(await session.children(paths.groups)).toEqual(['acme'])
  })

  it('are written by the one who read the last version', async () => {
    await store.createTopic(topic)
    const changed: Topic = { ...topic, description: 'mine' }

    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => store.updateTopic(changed, 0)))

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(store.updateTopic(changed, 0)).rejects.toMatchObject({ code: 'CONFLICT', status: 409 })
    await expect(store.updateTopic({ ...topic, name: 'acme.nope' as TopicName }, 0)).rejects.toMatchObject({
      code: 'TOPIC_NOT_EXISTS',
    })
  })

  it('go with counters, preview and the named subscriptions, all at once', async () => {
    await store.createTopic(topic)
    await store.createSubscription(subscription)
    await session.ensure(paths.topicCounter(topicName, 'published'))
    await session.ensure(paths.preview(topicName))
    await session.ensure(paths.subscriptionCounter(topicName, name, 'delivered'))

    expect(await store.removeTopic(topicName, [])).toBe('notEmpty')
    expect(await store.removeTopic(topicName, [name])).toBe('removed')
    expect(await session.read(paths.topic(topicName))).toBeNull()
    expect(await store.removeTopic(topicName, [])).toBe('missing')
  })

  it('that cannot be read are an error of their own and hide no other', async () => {
    await store.createTopic(topic)
    await session.create(paths.topic('acme.broken'), Buffer.from('127.0.0.1'))

    await expect(store.topic('acme.broken' as TopicName)).rejects.toMatchObject({ code: 'INTERNAL_ERROR' })
    expect([...((await store.topics(group)) ?? [])].sort()).toEqual(['acme.broken', 'acme.orders'])
  })
})

describe('subscriptions in ZooKeeper', () => {
  beforeEach(async () => {
    await store.createGroup(group)
    await store.createTopic(topic)
  })

  it('lie where Hermes looks for them, secrets readable', async () => {
    expect(await store.createSubscription(subscription)).toBe('created')

    const path = `${paths.groups}/acme/topics/orders/subscriptions/billing`
    expect(JSON.parse((await textOf(path)) ?? '')).toMatchObject({
      endpoint: 'http://a:b@c/',
      state: 'PENDING',
    })
    expect(await store.subscriptions(topicName)).toEqual([name])
    expect((await store.subscription(topicName, name))?.value).toMatchObject({ name, topicName })
    expect(await store.createSubscription(subscription)).toBe('exists')
  })

  it('need their topic, and make the node above them where an old tree lacks it', async () => {
    const other = { ...subscription, topicName: 'acme.nope' as TopicName }
    await session.remove(paths.subscriptions(topicName))

    expect(await store.createSubscription(other)).toBe('noParent')
    expect(await store.subscriptions(topicName)).toEqual([])
    expect(await store.createSubscription(subscription)).toBe('created')
  })

  it('go with what consumers wrote below them', async () => {
    await store.createSubscription(subscription)
    await session.create(paths.undelivered(topicName, name), Buffer.from('{"status":"DISCARDED"}'))

    expect((await store.lastUndelivered(topicName, name))?.toString()).toBe('{"status":"DISCARDED"}')
    expect(await store.removeSubscription(topicName, name)).toBe('removed')
    expect(await store.removeSubscription(topicName, name)).toBe('missing')
    expect(await store.lastUndelivered(topicName, name)).toBeNull()
  })

  it('tell who holds their locks', async () => {
    const owners = createSlotOwners(session, paths, 'primary-dc')
    const before = await owners.owners(topicName, name)
    const lock = paths.iris.lock('primary-dc', topicName, name, 3)
    await session.ensure(paths.iris.subscriptionLocks('primary-dc', topicName, name))
    await session.create(lock, Buffer.from('{"instance":"host-1","pid":7}'), 'ephemeral')

    expect(before).toEqual([])
    expect(await owners.owners(topicName, name)).toEqual(['host-1, process 7 (partition 3)'])
  })
})

describe('notes of removals', () => {
  it('stay until they are forgotten, and the newest is read', async () => {
    const removals = createUnfinished(session, paths)
    const before = await removals.openRemoval(topicName)

    await removals.noteRemoval(topicName, { subscriptions: [], hasSchema: false })
    await removals.noteRemoval(topicName, { subscriptions: [name], hasSchema: true })

    expect([before, await removals.openRemoval(topicName)]).toEqual([
      null,
      { subscriptions: [name], hasSchema: true },
    ])
    await removals.forgetRemoval(topicName)
    await removals.forgetRemoval(topicName)
    expect(await removals.openRemoval(topicName)).toBeNull()
  })

  it('of another writer are not guessed at', async () => {
    const removals = createUnfinished(session, paths)
    await removals.noteRemoval(topicName, { subscriptions: [], hasSchema: false })
    const path = `${paths.iris.root}/management/removals/${topicName}`

    for (const data of ['{', 'null', '{"subscriptions":[1]}']) {
      await session.write(path, Buffer.from(data))
      await expect(removals.openRemoval(topicName)).rejects.toMatchObject({ code: 'INTERNAL_ERROR' })
    }
  })
})

describe('changes to one thing', () => {
  it('happen one after the other over two processes, changes to other things beside them', async () => {
    const second = newSession()
    await second.start()
    const guards = [session, second].map(each => createChangeGuard({ ...deps, session: each }, paths))
    const guarded = (index: number, thing: string, change: () => Promise<void>): Promise<void> =>
      guards[index % 2]?.exclusively(thing, change) ?? Promise.reject(new Error('no guard'))
    let running = 0
    let most = 0
    const change = async (): Promise<void> => {
      most = Math.max(most, ++running)
      await new Promise(resolve => setTimeout(resolve, 5))
      running--
    }
    const holding = guarded(0, 'other', () => new Promise(resolve => setTimeout(resolve, 300)))

    await Promise.all(Array.from({ length: 20 }, (_each, index) => guarded(index, 'one', change)))

    expect(most).toBe(1)
    await holding
    expect(await session.children(`${paths.iris.root}/management/changes`)).toEqual([])
    await second.stop()
  })

  it('are free again after one that failed', async () => {
    const guard = createChangeGuard({ ...deps, session }, paths)

    await expect(guard.exclusively('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no')

    expect(await guard.exclusively('one', () => Promise.resolve(1))).toBe(1)
  })

  it('are not held up by one whose turn was never confirmed', async () => {
    const second = newSession()
    await second.start()
    const create: ZooSession['create'] = async (path, data, mode) => {
      await session.create(path, data, mode)
      throw new ZooUnavailableError('no answer came within 5000 ms', true)
    }
    const deaf = createChangeGuard({ ...deps, session: { ...session, create } }, paths)
    await session.ensure(`${paths.iris.root}/management/changes`)
    let isChanged = false

    const refused = deaf.exclusively('one', () => Promise.resolve((isChanged = true)))

    await expect(refused).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(isChanged).toBe(false)
    expect(await session.children(`${paths.iris.root}/management/changes`)).toEqual([])
    const elsewhere = createChangeGuard({ ...deps, session: second }, paths)
    expect(await elsewhere.exclusively('one', () => Promise.resolve(1))).toBe(1)
    await second.stop()
  })
})
