import { describe, expect, it } from 'vitest'
import { parseTopic, type Topic } from '@iris/common/domain/topic'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { callRoute } from '../http/testing/call-route.js'
import { inactiveTopicRoutes } from '../http/routes/inactive-topics.js'
import { createInactiveTopicJob } from './inactive-topics.js'
import type { InactiveTopic } from './judge-topics.js'
import { msUntil, timeOfDay } from './schedule.js'

const dayMs = 86_400_000
const startMs = Date.parse('2026-05-01T00:00:00Z')
const at = { hour: 8, minute: 0, second: 0 }

/** Topics with the times of their messages, one partition each. */
function setUp(messages: Record<string, readonly number[] | 'unknown to Kafka'>) {
  const time = createVirtualTime(startMs)
  const topics = Object.keys(messages).map((name): Topic => {
    const owner = { source: 'Plaintext', id: 'Team' }
    const form = { name, description: '', owner, retentionTime: { duration: 1 }, contentType: 'JSON' }
    return { ...parseTopic(form), createdAtMs: startMs - 90 * dayMs }
  })
  const timesOf = (topic: string): readonly number[] => {
    const times = messages[topic.slice('ns_'.length)]
    if (times === undefined || typeof times === 'string') throw new Error('Kafka is away')
    return times
  }
  let list: readonly InactiveTopic[] = []
  const store = {
    inactiveTopics: () => Promise.resolve(list),
    setInactiveTopics: (next: readonly InactiveTopic[]) => Promise.resolve(void (list = next)),
  }
  const world = { isLeader: true }
  const job = createInactiveTopicJob(
    {
      ...{ store, clock: time, scheduler: time, log: silentLog, isLeader: () => world.isLeader },
      namespace: { namespace: 'ns', separator: '_' },
      catalog: { view: () => Promise.resolve({ groups: [], topics, subscriptions: [] }) },
      search: {
        partitions: topic => Promise.resolve().then(() => [0].slice(0, timesOf(topic).length + 1)),
        ranges(topic, _partitions, { fromMs }) {
          const times = timesOf(topic)
          const first = fromMs === null ? 0 : times.filter(each => each < fromMs).length
          return Promise.resolve([{ first, next: times.length }])
        },
      },
      records: {
        read: (topic, _partition, from) =>
          Promise.resolve([{ timestampMs: timesOf(topic)[from] ?? 0 } as never]),
      },
    },
    {
      at,
      rules: {
        ...{ inactivityMs: 60 * dayMs, nextNotificationMs: 14 * dayMs },
        ...{ whitelist: ['g.quiet'], historyMax: 2 },
      },
    },
  )
  job.start()
  const look = async (): Promise<void> => {
    await time.advance(dayMs)
    for (let step = 0; step < 10; step++) await time.advance(0)
  }
  return { job, look, world, store, list: () => list }
}

const oldMs = startMs - 70 * dayMs

describe('E17: inactive topics', () => {
  it('are those without a message for long, the silent by intent marked', async () => {
    const { job, look, list, store } = setUp({
      'g.busy': [oldMs, startMs - dayMs],
      'g.old': [oldMs - 5, oldMs],
      'g.quiet': [oldMs],
      'g.never': [],
      'g.away': 'unknown to Kafka',
    })
    await look()

    const noticedMs = startMs + 8 * 3_600_000
    expect(list()).toEqual([
      {
        ...{ topic: 'g.never', lastPublishedTsMs: startMs - 90 * dayMs },
        ...{ notificationTsMs: [noticedMs], whitelisted: false },
      },
      { topic: 'g.old', lastPublishedTsMs: oldMs, notificationTsMs: [noticedMs], whitelisted: false },
      { topic: 'g.quiet', lastPublishedTsMs: oldMs, notificationTsMs: [], whitelisted: true },
    ])
    expect(job.count()).toBe(3)
    expect((await callRoute(inactiveTopicRoutes(store), 'GET', '/inactive-topics')).body).toEqual(list())
  })

  it('are told again after a while, and only the last times are kept', async () => {
    const { look, list } = setUp({ 'g.old': [oldMs] })
    for (let day = 0; day < 30; day++) await look()

    const first = startMs + 8 * 3_600_000
    expect(list()[0]?.notificationTsMs).toEqual([first + 14 * dayMs, first + 28 * dayMs])
  })

  it('are looked for by the leader only, and are none before', async () => {
    const { look, world, list, store } = setUp({ 'g.old': [oldMs] })
    world.isLeader = false
    await look()

    expect(list()).toEqual([])
    expect(await callRoute(inactiveTopicRoutes(store), 'GET', '/inactive-topics')).toMatchObject({
      status: 200,
      body: [],
    })
  })
})

describe('the time of a daily job', () => {
  it.each([
    ['0 0 8 * * *', at],
    ['30 15 23 ? * *', { hour: 23, minute: 15, second: 30 }],
    ['0 0 24 * * *', null],
    ['0 */5 * * * *', null],
    ['0 0 8 * * MON', null],
    ['', null],
  ])('of %j', (cron, time) => {
    expect(timeOfDay(cron)).toEqual(time)
  })

  it('is the next one, never now', () => {
    expect(msUntil(at, startMs)).toBe(8 * 3_600_000)
    expect(msUntil(at, startMs + 8 * 3_600_000)).toBe(dayMs)
    expect(msUntil(at, startMs + 9 * 3_600_000)).toBe(23 * 3_600_000)
  })
})
