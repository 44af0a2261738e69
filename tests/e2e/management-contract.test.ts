/**
 * The rows of Hermes' management contract that need a real ZooKeeper and Kafka; every row and rule is listed
 * with its test in `docs/rest/management-contract.md`.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { makeKafkaTopic } from '../support/kafka-witness.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startSubscriber, type Subscriber } from '../support/subscriber.js'

let stack: TestStack
let subscriber: Subscriber
beforeAll(async () => {
  subscriber = await startSubscriber()
  stack = await startTestStack({
    ...{ kafka: inject('kafka'), zookeeper: inject('zookeeper'), consumers: 2 },
    settings: {
      'frontend-service': { 'frontend.metrics.micrometer.reportPeriod': '200ms' },
      'consumers-service': { 'consumer.metrics.micrometer.reportPeriod': '200ms' },
      'management-service': {
        ...{ 'management.rates.period': '500ms', 'management.topic.partitions': '2' },
        'management.dashboards.topicUrl': 'http://grafana.example/t?topic={topic}',
        'management.tracking.topicUrls': 'Kibana=http://kibana.example/{topic}',
      },
    },
  })
})
afterAll(async () => {
  await stack.stop()
  await subscriber.stop()
})

async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  const answer = await stack.api.manage(method, path, body)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  return JSON.parse(answer.text)
}

describe('queries, search and statistics', () => {
  it('know every change as soon as it is answered', async () => {
    const topic = await stack.createTopic({ name: `${stack.group}.orders`, description: 'first' })
    const asked = { query: { name: topic, description: 'first' } }
    expect(await ask('POST', '/query/topics', asked)).toMatchObject([{ name: topic }])
    expect(await ask('POST', '/query/groups', { query: {} })).toEqual([{ groupName: stack.group }])

    const name = await stack.createSubscription(topic, 'http://127.0.0.1:9/in')
    expect(await ask('POST', `/topics/${topic}/subscriptions/query`, { query: {} })).toEqual([name])
    expect(await ask('GET', `/search/query?q=${name}`)).toMatchObject({ totalCount: 1 })

    await stack.api.manage('PUT', `/topics/${topic}`, { description: 'second' })
    expect(await ask('POST', '/query/topics', asked)).toEqual([])
    await stack.api.manage('DELETE', `/topics/${topic}/subscriptions/${name}`)
    expect(await ask('POST', '/query/subscriptions', { query: {} })).toEqual([])
    await stack.api.manage('DELETE', `/topics/${topic}`)
    expect(await ask('GET', '/stats')).toMatchObject({ topicStats: { topicCount: 0 } })
  })
})

describe('metrics of an installation without Prometheus', () => {
  it('count every message and know every rate', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    for (const n of [1, 2, 3]) await stack.publish(topic, `{"n":${n}}`)
    await eventually(async () => {
      expect(await ask('GET', `/topics/${topic}/metrics`)).toMatchObject({
        ...{ published: 3, volume: 21, subscriptions: 1 },
        rate: expect.stringMatching(/^\d+\.\d+$/) as string,
        deliveryRate: expect.stringMatching(/^\d+\.\d+$/) as string,
      })
      expect(await ask('GET', `/topics/${topic}/subscriptions/${name}/metrics`)).toMatchObject({
        ...{ delivered: 3, discarded: 0, volume: 21, lag: '0' },
        codes2xx: expect.stringMatching(/^\d+\.\d+$/) as string,
      })
    })

    // The rate falls to zero again; until then every look is at least not "unavailable".
    const seen = await eventually(async () => {
      await stack.publish(topic, '{"n":0}')
      const asked = { query: { topicName: topic, rate: { gt: 0 }, delivered: { gt: 2 } } }
      const found = await ask('POST', '/query/subscriptions/metrics', asked)
      expect(found).toHaveLength(1)
      return found
    })
    expect(seen).toMatchObject([{ name, topicName: topic }])
    expect(await ask('GET', '/unhealthy')).toEqual([])
  })
})

describe('what Hermes keeps beside the definitions', () => {
  it('limits the consumers of a subscription, who are the members of its group, and takes the limit back', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, subscriber.url)
    const slots = async (): Promise<number> => {
      const rows = await Promise.all(
        stack.consumers.map(async ({ url }) => {
          const answer = await fetch(`${url}/status/subscriptions?name=${topic}$${name}`, {
            signal: AbortSignal.timeout(10_000),
          })
          return (await answer.json()) as { slot: string | null }[]
        }),
      )
      return rows.flat().filter(({ slot }) => slot !== null).length
    }
    await eventually(async () => expect(await slots()).toBe(2))
    const partitionsByMember = async (): Promise<readonly number[][]> => {
      const path = `/topics/${topic}/subscriptions/${name}/consumer-groups`
      const [group] = (await ask('GET', path)) as {
        members: { partitions: { partition: number }[] }[]
      }[]
      return group!.members.map(({ partitions }) => partitions.map(({ partition }) => partition))
    }
    await eventually(async () => expect((await partitionsByMember()).toSorted()).toEqual([[0], [1]]))

    const subscriptionName = `${topic}$${name}`
    const limit = { subscriptionName, constraints: { consumersNumber: 1, reason: 'in order, please' } }
    const made = await stack.api.manage('PUT', '/workload-constraints/subscription', limit)
    expect([made.status, made.text]).toEqual([201, ''])
    await eventually(async () => expect(await slots()).toBe(1))
    await eventually(async () => expect(await partitionsByMember()).toEqual([[0, 1]]))

    expect((await stack.api.manage('PUT', '/workload-constraints/subscription', limit)).status).toBe(200)
    expect(await ask('GET', '/workload-constraints')).toEqual({
      topicConstraints: {},
      subscriptionConstraints: { [subscriptionName]: limit.constraints },
    })
    await stack.api.manage('DELETE', `/workload-constraints/subscription/${topic}/${name}`)
    await eventually(async () => expect(await slots()).toBe(2))
  })

  it('queues offline retransmissions, and knows no inactive topic before it looked', async () => {
    const topic = await stack.createTopic()
    const times = { startTimestamp: '2026-01-01T00:00:00Z', endTimestamp: '2026-01-02T00:00:00Z' }
    const task = { type: 'topic', sourceTopic: topic, targetTopic: topic, ...times }
    const made = await stack.api.manage('POST', '/offline-retransmission/tasks', task)
    expect(made.status).toBe(201)

    const all = (await ask('GET', '/offline-retransmission/tasks')) as { taskId: string }[]
    expect(all).toMatchObject([{ ...task, type: 'TOPIC', sourceViewPath: null }])
    // The console asks with a slash at the end.
    expect(await ask('GET', `/offline-retransmission/topics/${topic}/tasks/`)).toHaveLength(1)
    await stack.api.manage('DELETE', `/offline-retransmission/tasks/${all[0]!.taskId}`)
    expect(await ask('GET', '/offline-retransmission/tasks')).toEqual([])
    expect(await ask('GET', '/inactive-topics')).toEqual([])
  })

  it('lists Kafka topics that belong to nobody, and removes only those', async () => {
    const topic = await stack.createTopic()
    const lost = `${stack.namespace}_${stack.group}.lost`
    await makeKafkaTopic(inject('kafka'), lost)
    const unknown = '/consistency/inconsistencies/topics'
    const listed = await eventually(async () => {
      const names = (await ask('GET', unknown)) as string[]
      expect(names).toContain(lost)
      return names
    })
    const kept = `${stack.namespace}_${topic}`
    expect(listed).not.toContain(kept)

    expect((await stack.api.manage('DELETE', `${unknown}?topicName=${kept}`)).status).toBe(400)
    expect((await stack.api.manage('DELETE', `${unknown}?topicName=${lost}`)).status).toBe(200)
    await eventually(async () => expect(await ask('GET', unknown)).not.toContain(lost))
  })

  it('gives browsers a page at the root and at every deep link', async () => {
    for (const path of ['/', '/ui', '/ui/groups/x/topics']) {
      const answer = await fetch(stack.management.url + path, { signal: AbortSignal.timeout(10_000) })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8'])
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(await answer.text()).toContain('<title>Iris')
    }
  })
})

/** What a row answers: its status, and what its body holds; a refusal is told by its code. */
type Row = readonly [method: 'GET' | 'POST', path: string, body: unknown, status: number, holds: unknown]

describe('each route of the contract, once as it is meant and once not', () => {
  let topic = ''
  let name = ''
  beforeAll(async () => {
    topic = await stack.createTopic({ owner: { source: 'Plaintext', id: 'Contract Team' } })
    name = await stack.createSubscription(topic, 'http://u:pa55@127.0.0.1:9/', {
      ...{ owner: { source: 'Plaintext', id: 'Contract Team' }, state: 'SUSPENDED' },
    })
  })

  const check = async (rows: readonly Row[]): Promise<void> => {
    for (const [method, path, body, status, holds] of rows) {
      const answer = await stack.api.manage(method, path, body ?? undefined)
      const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json')
      const shown: unknown = isJson && answer.text !== '' ? JSON.parse(answer.text) : answer.text
      expect([path, answer.status, shown]).toEqual([path, status, holds])
    }
  }
  const holding = (members: object): unknown => expect.objectContaining(members)
  const refused = (code: string, message: string): unknown => ({ code, message })
  const text = expect.any(String) as string

  it('queries over definitions and metrics', async () => {
    const metrics = {
      ...{ published: 0, volume: 0, subscriptions: 1 },
      rate: text,
      deliveryRate: text,
      throughput: text,
    }
    const figures = {
      ...{ delivered: 0, discarded: 0, volume: 0 },
      timeouts: text,
      lag: text,
      rate: text,
      throughput: text,
    }
    await check([
      ['POST', '/topics/query', { query: { name: topic } }, 200, [topic]],
      ['POST', `/topics/query?groupName=${stack.group}`, { query: { name: topic } }, 200, [topic]],
      ['POST', '/topics/query', { query: { name: { near: 1 } } }, 400, holding({ code: 'FORMAT_ERROR' })],
      ['POST', '/query/topics/metrics', { query: { name: topic } }, 200, [{ name: topic, ...metrics }]],
      ['POST', '/query/topics/metrics', [], 400, holding({ code: 'FORMAT_ERROR' })],
      [
        'POST',
        '/query/subscriptions/metrics',
        { query: { name } },
        200,
        [{ topicName: topic, name, ...figures }],
      ],
      ['POST', '/query/subscriptions/metrics', 'no', 400, holding({ code: 'FORMAT_ERROR' })],
      [
        'GET',
        `/topics/${topic}/subscriptions/${name}/metrics/persistent`,
        null,
        200,
        { delivered: 0, discarded: 0, volume: 0 },
      ],
      [
        'GET',
        `/topics/${topic}/subscriptions/none/metrics`,
        null,
        400,
        holding({ code: 'SUBSCRIPTION_NOT_EXISTS' }),
      ],
    ])
  })

  it('owners and what is theirs', async () => {
    const owned = `owner/Plaintext/${encodeURIComponent('Contract Team')}`
    const unknown = refused('OWNER_SOURCE_NOT_FOUND', "Owner source named 'None' not found")
    await check([
      ['GET', '/owners/sources', null, 200, [{ name: 'Plaintext', autocomplete: false, deprecated: false }]],
      ['GET', '/owners/sources/Plaintext/somebody', null, 200, { id: 'somebody', name: 'somebody' }],
      [
        ...(['GET', '/owners/sources/Plaintext?search=s', null, 400] as const),
        refused(
          'OWNER_SOURCE_DOESNT_SUPPORT_AUTOCOMPLETE',
          "Owner source 'Plaintext' doesn't support autocomplete",
        ),
      ],
      ['GET', `/topics/${owned}`, null, 200, [holding({ name: topic })]],
      [
        'GET',
        `/subscriptions/${owned}`,
        null,
        200,
        [holding({ name, endpoint: 'http://u:*****@127.0.0.1:9/' })],
      ],
      ['GET', '/topics/owner/Plaintext/nobody', null, 200, []],
      ...[
        '/owners/sources/None',
        '/owners/sources/None/x',
        '/topics/owner/None/x',
        '/subscriptions/owner/None/x',
      ].map((path): Row => ['GET', path, null, 404, unknown]),
    ])
  })

  it('the settings and links of the console', async () => {
    const members = {
      topic: holding({ contentTypes: expect.any(Array) as unknown }),
      costs: holding({ enabled: false }),
    }
    const absent = (what: string): unknown =>
      refused('IMPLEMENTATION_ABSENT', `${what} implementation is absent`)
    await check([
      ['GET', '/console', null, 200, holding(members)],
      ['GET', `/dashboards/topics/${topic}`, null, 200, { url: `http://grafana.example/t?topic=${topic}` }],
      ['GET', `/dashboards/topics/${topic}/subscriptions/${name}`, null, 404, absent('Dashboard url')],
      ['GET', `/topics/${topic}/offline-clients-source`, null, 404, absent('Offline clients')],
      [
        'GET',
        `/tracking-urls/topics/${topic}`,
        null,
        200,
        [{ name: 'Kibana', url: `http://kibana.example/${topic}` }],
      ],
      ['GET', `/tracking-urls/topics/${topic}/subscriptions/${name}`, null, 200, []],
      ['GET', '/roles', null, 200, ['admin', 'any']],
      ['GET', '/roles/caller', null, 200, { name: null, isAsked: false, roles: ['admin'], teams: [] }],
      ['GET', `/roles/topics/${topic}`, null, 200, ['admin', 'any', 'topicOwner']],
      ['POST', '/mode?mode=sideways', null, 404, refused('OTHER', 'HTTP 404 Not Found')],
    ])
  })

  it('consistency and synchronization of storages', async () => {
    const unknown = holding({ message: 'Source of truth datacenter not found: mars' })
    const things = [`groups/${stack.group}`, `topics/${topic}`, `topics/${topic}/subscriptions/${name}`]
    await check([
      ['GET', '/consistency/groups', null, 200, [stack.group]],
      ['GET', `/consistency/inconsistencies/groups?groupNames=${stack.group}&groupNames=x`, null, 200, []],
      ...things.flatMap((thing): Row[] => [
        ['POST', `/consistency/sync/${thing}?primaryDatacenter=dc`, null, 200, ''],
        ['POST', `/consistency/sync/${thing}?primaryDatacenter=mars`, null, 400, unknown],
      ]),
    ])
  })

  it('filters, with a reason where nobody could tell', async () => {
    const message = (json: string): string => Buffer.from(json).toString('base64')
    const filters = [{ type: 'jsonpath', path: '$.a', matcher: '1' }]
    await check([
      ['POST', `/filters/${topic}`, { message: message('{"a":1}'), filters }, 200, { status: 'MATCHED' }],
      ['POST', `/filters/${topic}`, { message: message('{"a":2}'), filters }, 200, { status: 'NOT_MATCHED' }],
      [
        ...(['POST', `/filters/${topic}`, { message: message('no'), filters }, 200] as const),
        { status: 'NOT_MATCHED', errorMessage: expect.stringContaining('not JSON') as string },
      ],
      ['POST', `/filters/${topic}`, { message: '%', filters }, 400, holding({ code: 'FORMAT_ERROR' })],
    ])
  })

  it('the descriptions of the API and of the topics', async () => {
    const page = `/asyncapi.json?group=${stack.group}`
    const channels = holding({ [topic]: holding({ address: `/topics/${topic}` }) })
    await check([
      ['GET', '/openapi.json', null, 200, holding({ openapi: '3.1.0', paths: expect.any(Object) as object })],
      ['GET', page, null, 200, holding({ asyncapi: '3.0.0', channels })],
      ['GET', `${page}&after=${stack.group}.zzz`, null, 200, holding({ asyncapi: '3.0.0', channels: {} })],
      ['GET', '/asyncapi.json?group=nobodys', null, 404, holding({ code: 'GROUP_NOT_EXISTS' })],
      ['GET', '/docs', null, 200, expect.stringContaining('<html')],
      ['POST', '/openapi.json', {}, 405, refused('OTHER', 'HTTP 405 Method Not Allowed')],
    ])
  })
})
