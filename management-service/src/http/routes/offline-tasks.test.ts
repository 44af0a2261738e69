import { describe, expect, it } from 'vitest'
import { everybody, principalOf } from '@iris/common/access/principal'
import { parseTopic } from '@iris/common/domain/topic'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createMemoryStore } from '../../store/in-memory.js'
import type { OfflineTask } from '../../store/offline-tasks.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { offlineTaskRoutes } from './offline-tasks.js'

const path = '/offline-retransmission/tasks'
const times = { startTimestamp: '2026-01-01T00:00:00Z', endTimestamp: '2026-01-02T00:00Z' }
const task = { type: 'topic', sourceTopic: 'g.source', targetTopic: 'g.target', ...times }

async function setUp() {
  const store = createMemoryStore()
  store.held.groups.add('g')
  const form = {
    ...{ description: '', owner: { source: 'Plaintext', id: 'Team' } },
    ...{ retentionTime: { duration: 1 }, contentType: 'JSON' },
  }
  for (const name of ['g.source', 'g.target']) await store.createTopic(parseTopic({ ...form, name }))
  await store.createTopic(parseTopic({ ...form, name: 'g.stored', offlineStorage: { enabled: true } }))
  const tasks = new Map<string, OfflineTask>()
  const routes = offlineTaskRoutes({
    store: {
      topic: name => store.topic(name),
      offlineTasks: () => Promise.resolve([...tasks.values()]),
      addOfflineTask: added => Promise.resolve(void tasks.set(added.taskId, added)),
      removeOfflineTask: id => Promise.resolve(tasks.delete(id)),
    },
    clock: createVirtualTime(Date.parse('2026-02-01T12:00:00.120Z')),
    newId: () => `task${tasks.size + 1}`,
    places: { logsUrl: 'http://logs/{taskId}', metricsUrl: '', jobDetailsUrl: 'http://jobs?id={taskId}' },
  })
  return {
    get: (url: string, principal = everybody) => callRoute(routes, 'GET', url, { principal }),
    create: (body: unknown, principal = everybody): Promise<RouteAnswer> =>
      callRoute(routes, 'POST', path, { body, principal }),
    remove: (id: string, principal = everybody) =>
      callRoute(routes, 'DELETE', `${path}/${id}`, { principal }),
  }
}

describe('E13: offline retransmission tasks', () => {
  it('are queued with every member, and removed', async () => {
    const { get, create, remove } = await setUp()
    expect(await create(task)).toMatchObject({ status: 201, body: null })
    expect(await create({ type: 'view', sourceViewPath: '/views/a', targetTopic: 'g.target' })).toMatchObject(
      {
        status: 201,
      },
    )

    const createdAt = '2026-02-01T12:00:00.120Z'
    const stored = {
      ...{ type: 'TOPIC', taskId: 'task1', sourceViewPath: null, sourceTopic: 'g.source' },
      ...{ targetTopic: 'g.target', startTimestamp: '2026-01-01T00:00:00Z' },
      ...{ endTimestamp: '2026-01-02T00:00:00Z', createdAt },
    }
    const ofView = {
      ...{ type: 'VIEW', taskId: 'task2', sourceViewPath: '/views/a', sourceTopic: null },
      ...{ targetTopic: 'g.target', startTimestamp: null, endTimestamp: null, createdAt },
    }
    expect((await get(path)).body).toEqual([stored, ofView])
    expect(await remove('task1')).toMatchObject({ status: 200, body: null })
    expect((await get(path)).body).toEqual([ofView])
  })

  it('of a topic say where they can be watched', async () => {
    const { get, create } = await setUp()
    await create(task)
    const of = (topic: string): Promise<RouteAnswer> => get(`/offline-retransmission/topics/${topic}/tasks`)

    const shown = {
      ...{ type: 'TOPIC', taskId: 'task1', logsUrl: 'http://logs/task1', metricsUrl: '' },
      jobDetailsUrl: 'http://jobs?id=task1',
    }
    expect((await of('g.source')).body).toEqual([shown])
    expect((await of('g.target')).body).toEqual([shown])
    expect(await of('g.stored')).toMatchObject({ status: 200, body: [] })
  })

  const noTimes = 'Must contain both startTimestamp and endTimestamp for topic retransmission.'
  it.each([
    [{ ...task, type: undefined }, 'FORMAT_ERROR', 'type must be topic or view'],
    [{ ...task, type: 'TOPIC' }, 'FORMAT_ERROR', 'type must be topic or view'],
    [{ ...task, startTimestamp: undefined }, 'VALIDATION_ERROR', noTimes],
    [{ ...task, endTimestamp: '2026-01-02' }, 'VALIDATION_ERROR', noTimes],
    [{ ...task, endTimestamp: times.startTimestamp }, 'VALIDATION_ERROR', noTimes],
    [{ ...task, sourceTopic: undefined }, 'VALIDATION_ERROR', 'sourceTopic must not be empty'],
    [{ ...task, targetTopic: '' }, 'VALIDATION_ERROR', 'targetTopic must not be empty'],
    [{ type: 'view', targetTopic: 'g.target' }, 'VALIDATION_ERROR', 'sourceViewPath must not be empty'],
    [{ ...task, sourceTopic: 'g.none' }, 'VALIDATION_ERROR', 'Source topic does not exist'],
    [{ ...task, targetTopic: 'dotless' }, 'VALIDATION_ERROR', 'Target topic does not exist'],
    [{ ...task, targetTopic: 'g.stored' }, 'VALIDATION_ERROR', 'Target topic must not be stored offline'],
    [null, 'OTHER', 'must not be null'],
  ])('are refused: %j', async (body, code, message) => {
    const { get, create } = await setUp()

    expect(await create(body)).toMatchObject({
      status: 400,
      body: { code, message: expect.stringContaining(message) as string },
    })
    expect((await get(path)).body).toEqual([])
  })

  it('are for who owns all topics of theirs, and shown to who may read these', async () => {
    const { get, create, remove } = await setUp()
    const grantOf = (role: 'owner' | 'reader', group: string) => principalOf(group, [{ role, group }])
    const [owner, team] = [grantOf('owner', 'g'), principalOf('Team', [])]
    const [reader, stranger] = [grantOf('reader', 'g'), grantOf('owner', 'elsewhere')]
    const view = { type: 'view', sourceViewPath: '/views/a', targetTopic: 'g.target' }
    const denied = (topics: string): object => ({
      status: 403,
      body: { code: 'PERMISSION_DENIED', message: `User needs permissions to ${topics}.` },
    })

    expect(await create(task, owner)).toMatchObject({ status: 201 })
    expect(await create(view, team)).toMatchObject({ status: 201 })
    expect(await create(task, reader)).toMatchObject(denied('source and target topics'))
    expect(await create(view, stranger)).toMatchObject(denied('target topic'))
    // Whether a topic is there is none of a stranger's business.
    const unknown = { ...task, sourceTopic: 'g.none' }
    expect(await create(unknown, stranger)).toMatchObject(denied('source and target topics'))
    expect(await create(unknown, owner)).toMatchObject({ status: 400 })

    expect((await get(path, reader)).body).toHaveLength(2)
    expect((await get(path, stranger)).body).toEqual([])
    expect(await remove('task1', reader)).toMatchObject(denied('source and target topics'))
    expect(await remove('task1', team)).toMatchObject({ status: 200 })
  })

  it.each(['nope', 'a/b'])('that do not exist cannot be removed: %s', async id => {
    expect(await (await setUp()).remove(encodeURIComponent(id))).toMatchObject({ status: 400 })
  })

  it('name the id that does not exist', async () => {
    expect(await (await setUp()).remove('nope')).toMatchObject({
      body: { code: 'VALIDATION_ERROR', message: 'Retransmission task with id nope does not exist.' },
    })
  })
})
