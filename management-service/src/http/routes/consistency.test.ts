import { describe, expect, it } from 'vitest'
import { parseTopic } from '@iris/common/domain/topic'
import { catalogOf } from '../../catalog/in-memory.js'
import { createMemoryKafka, createMemoryStore } from '../../store/in-memory.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { consistencyRoutes } from './consistency.js'

const unknown = '/consistency/inconsistencies/topics'

async function setUp(kafkaTopics: readonly string[] = []) {
  const store = createMemoryStore()
  store.held.groups.add('shop').add('acme')
  await store.createTopic(
    parseTopic({
      ...{ name: 'acme.orders', description: '', owner: { source: 'Plaintext', id: 'Team' } },
      ...{ retentionTime: { duration: 1 }, contentType: 'JSON' },
    }),
  )
  const kafka = createMemoryKafka()
  for (const name of kafkaTopics)
    await kafka.create({ name, partitions: 1, replicationFactor: 1, configs: {} })
  const routes = consistencyRoutes({
    ...{ store, kafka, catalog: catalogOf(store) },
    ...{ namespace: { namespace: 'ns', separator: '_' }, datacenters: ['dc'] },
  })
  const ask =
    (method: 'GET' | 'POST' | 'DELETE') =>
    (url: string): Promise<RouteAnswer> =>
      callRoute(routes, method, url)
  return { kafka, get: ask('GET'), post: ask('POST'), remove: ask('DELETE') }
}

describe('E10a-e: storages', () => {
  it('know all groups, and differ in none where there is one', async () => {
    const { get } = await setUp()

    expect((await get('/consistency/groups')).body).toEqual(['acme', 'shop'])
    expect((await get('/consistency/inconsistencies/groups?groupNames=acme&groupNames=shop')).body).toEqual(
      [],
    )
    expect((await get('/consistency/inconsistencies/groups')).body).toEqual([])
  })

  it.each(['groups/acme', 'topics/acme.orders', 'topics/acme.orders/subscriptions/s'])(
    'are copied from a data centre that exists: %s',
    async path => {
      const { post } = await setUp()

      expect(await post(`/consistency/sync/${path}?primaryDatacenter=dc`)).toMatchObject({ status: 200 })
      expect(await post(`/consistency/sync/${path}?primaryDatacenter=moon`)).toMatchObject({
        status: 400,
        body: { code: 'OTHER', message: 'Source of truth datacenter not found: moon' },
      })
    },
  )
})

describe('E10f-g: Kafka topics that belong to nobody', () => {
  const foreign = ['foreign', 'ns_acme.gone', 'ns_acme.gone_avro']
  const kept = [
    ...['__consumer_offsets', 'ns_acme.orders', 'ns_acme.orders_avro', 'ns_acme.orders.s_dlq'],
    ...['ns_acme.orders.s_delay', 'ns_acme.gone.s_dlq', 'ns_iris_traces', 'ns_iris_scheduled'],
    ...['ns_iris_idempotency', 'ns_iris_audit'],
  ]

  it('are listed, and nothing else', async () => {
    const { get } = await setUp([...kept, ...foreign])

    expect((await get(unknown)).body).toEqual(foreign)
  })

  it('can be removed, whether they are there or not', async () => {
    const { kafka, remove } = await setUp([...kept, ...foreign])
    for (const name of [...foreign, 'never.was'])
      expect(await remove(`${unknown}?topicName=${name}`)).toMatchObject({ status: 200, body: null })

    expect([...kafka.topics.keys()]).toEqual(kept)
  })

  it.each([...kept, ''])('never stands for what is kept: %s', async name => {
    const { kafka, remove } = await setUp(kept)

    expect(await remove(`${unknown}?topicName=${name}`)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_ERROR' },
    })
    expect([...kafka.topics.keys()]).toEqual(kept)
  })
})
