/**
 * Changes of definitions that are safe: many at the same moment, of a version, tried without being made,
 * and as
 * code from a file.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createIrisApi, type IrisApi } from '@iris/local-stack/iris-api'
import { freePort } from '@iris/local-stack/ports'
import { portKeyOf, settingsEnvironment, startService, type ServiceProcess } from '@iris/local-stack/service'
import { openSession, type OpenSession } from '@iris/common/zookeeper/testing/open-session'
import { eventually } from '../support/eventually.js'
import { runIris, type IrisRun } from '../support/iris-command.js'
import { startTestStack, type TestStack } from '../support/stack.js'
import { startTripwire, transaction, type ZooRequest } from '../support/tripwire.js'

const kafka = inject('kafka')
const zookeeper = inject('zookeeper')
const settings = {
  'management.topic.allowRemoval': 'true',
  'management.topic.partitions': '2',
  'management.consumer-group.clean-up.initialDelay': '200ms',
  'management.consumer-group.clean-up.interval': '500ms',
  'delivery.allowedNetworks': '127.0.0.0/8,::1/128',
}
let stack: TestStack
let empty: TestStack
let second: ServiceProcess
let session: OpenSession
let directory: string

beforeAll(async () => {
  const options = { kafka, zookeeper, frontends: 0, consumers: 0 }
  ;[stack, empty, session, directory] = await Promise.all([
    startTestStack({ ...options, settings: { 'management-service': settings } }),
    startTestStack({ ...options, settings: { 'management-service': settings } }),
    openSession(zookeeper),
    mkdtemp(join(tmpdir(), 'iris-code-')),
  ])
  second = await startManagement()
})
afterAll(async () => {
  await Promise.all([stack.stop(), empty.stop(), second.stop(), session.stop()])
  await rm(directory, { recursive: true, force: true })
})

/** One more management of the installation. */
function startManagement(through = zookeeper): Promise<ServiceProcess> {
  return freePort().then(port =>
    startService({
      name: 'management-service',
      environment: {
        KAFKA_BROKERS: kafka,
        ZOOKEEPER: through,
        ...settingsEnvironment({
          ...settings,
          [portKeyOf('management-service')]: String(port),
          'zookeeper.root': stack.root,
          'zookeeper.sessionTimeout': '4000',
          'kafka.namespace': stack.namespace,
        }),
      },
    }),
  )
}

const deadlineMs = 30_000
const endpoint = 'http://127.0.0.1:9/in'

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly tag: string
}

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await fetch(stack.management.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(deadlineMs),
  })
  const text = await answer.text()
  const json = (text === '' ? {} : JSON.parse(text)) as Answer['body']
  return { status: answer.status, body: json, tag: answer.headers.get('etag') ?? '' }
}

describe('two managements', () => {
  it('lose no update in 40 races', async () => {
    const topic = await stack.createTopic()
    const name = await stack.createSubscription(topic, endpoint)
    const apis: IrisApi[] = [stack.api, createIrisApi({ frontend: '', management: second.url })]
    const path = `/topics/${topic}/subscriptions/${name}`
    for (let race = 0; race < 40; race++) {
      const answers = await Promise.all(
        apis.map((api, side) =>
          api.manage('PUT', path, { endpointAddressResolverMetadata: { [`side${side}`]: race } }),
        ),
      )
      expect(answers.map(({ status, text }) => `${status}${text}`)).toEqual(['200', '200'])
      if (race % 20 !== 19) continue
      const { body } = await send('GET', path)
      expect(body['endpointAddressResolverMetadata']).toEqual({ side0: race, side1: race })
    }
  })

  it('let one win where both set the same member of the version that both read', async () => {
    const topic = await stack.createTopic()
    const path = `/topics/${topic}`
    const { tag } = await send('GET', path)
    const headers = { 'If-Match': tag, Accept: 'application/json, application/problem+json' }
    const first = await send('PUT', path, { retentionTime: { duration: 2 } }, headers)
    const later = await send('PUT', path, { retentionTime: { duration: 3 } }, headers)
    const removal = await send('DELETE', path, undefined, headers)

    expect(tag).toMatch(/^"0\.[\w-]+"$/)
    expect(first.status).toBe(200)
    expect(later).toMatchObject({
      status: 409,
      body: {
        code: 'CONFLICT',
        detail: `Topic ${topic} was changed since it was read: retentionTime is {"duration":2,"retentionUnit":"DAYS"} now`,
        difference: [{ member: 'retentionTime', present: { duration: 2, retentionUnit: 'DAYS' } }],
      },
    })
    expect(removal.status).toBe(409)
    const present = await send('GET', path)
    expect((await send('DELETE', path, undefined, { 'If-Match': present.tag })).status).toBe(200)
  })
})

/** All nodes of the installation with their data and versions, but for the probes of its health. */
async function treeOf(path = stack.root): Promise<string[]> {
  if (path === `${stack.root}/storage-health`) return []
  const [node, names] = await Promise.all([session.read(path), session.children(path)])
  const below = await Promise.all([...(names ?? [])].sort().map(name => treeOf(`${path}/${name}`)))
  return [`${path} ${node?.stat.version} ${node?.data.toString() ?? ''}`, ...below.flat()]
}

/** Its topics with their settings, and its groups with their offsets. */
async function kafkaOf(): Promise<{ topics: string[]; groups: string[]; more: unknown }> {
  const admin = new Kafka({ brokers: [kafka], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const isOurs = (name: string): boolean => name.startsWith(`${stack.namespace}_`)
    const topics = (await admin.listTopics()).filter(isOurs).sort()
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter(isOurs)
    const configs = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map(name => ({ type: ConfigResourceTypes.TOPIC, name })),
    })
    const offsets = await Promise.all(groups.sort().map(groupId => admin.fetchOffsets({ groupId, topics })))
    const ends = await Promise.all(topics.map(topic => admin.fetchTopicOffsets(topic)))
    const set = configs.resources.map(each => each.configEntries.map(({ configValue }) => configValue))
    return { topics, groups, more: { set, offsets, ends } }
  } finally {
    await admin.disconnect()
  }
}

describe('a dry run', () => {
  const owner = { source: 'Plaintext', id: 'x' }
  let topic: string
  let provider: string
  const topicForm = (): object => ({
    ...{ name: `${stack.group}.planned`, description: '', owner },
    ...{ contentType: 'JSON', retentionTime: { duration: 1 } },
  })
  const subscriptionForm = (): object => ({
    ...{ topicName: topic, name: 'planned', description: '', owner },
    endpoint: 'http://svc:s3cret@127.0.0.1:9/',
  })

  beforeAll(async () => {
    topic = await stack.createTopic()
    await stack.createSubscription(topic, endpoint, { name: 'kept' })
    await stack.createSubscription(topic, endpoint, { name: 'gone', autoDeleteWithTopicEnabled: true })
    provider = `idp-${stack.group}`
    const form = { tokenRequestInitialDelay: 1, tokenRequestMaxDelay: 1, requestTimeout: 100 }
    const secrets = { tokenEndpoint: 'http://127.0.0.1:9/', clientId: 'a', clientSecret: 's3cret' }
    await send('POST', '/oauth/providers', { name: provider, ...form, ...secrets })
  })

  it('of every change leaves ZooKeeper and Kafka as they are', async () => {
    const one = `/topics/${topic}/subscriptions/kept`
    const changes: readonly (readonly [string, string, unknown?])[] = [
      ['POST', '/groups', { groupName: 'planned' }],
      ['PUT', `/groups/${stack.group}`, {}],
      ['POST', '/topics', topicForm()],
      ['PUT', `/topics/${topic}`, { retentionTime: { duration: 3 } }],
      ['POST', `/topics/${topic}/subscriptions`, subscriptionForm()],
      ['PUT', one, { description: 'other' }],
      ['PUT', `${one}/state`, 'SUSPENDED'],
      ['DELETE', `/topics/${topic}/subscriptions/gone`],
      ['DELETE', `${one}/parked-keys`],
      ['POST', `${one}/replay`, { from: 'earliest' }],
      ['PUT', `${one}/retransmission`, { retransmissionDate: '2026-01-01T00:00:00Z' }],
      ['PUT', `/topics/${topic}/json-schema/versions/1`, { type: 'object' }],
      ['PUT', `/topics/${topic}/json-schema`, { compatibility: 'NONE' }],
      ['PUT', `/oauth/providers/${provider}`, { clientSecret: 'n3w' }],
      ['DELETE', `/oauth/providers/${provider}`],
      ['POST', '/mode?mode=readOnly'],
      ['PUT', '/workload-constraints/topic', { topicName: topic, constraints: { consumersNumber: 1 } }],
      ['DELETE', `/workload-constraints/subscription/${topic}/kept`],
      ['POST', '/offline-retransmission/tasks', { type: 'view', sourceViewPath: '/v', targetTopic: topic }],
      ['POST', `/consistency/sync/topics/${topic}?primaryDatacenter=dc`],
      ['DELETE', `/consistency/inconsistencies/topics?topicName=${stack.namespace}_left.over`],
    ]
    const before = [await treeOf(), await kafkaOf()]
    const answers = []
    for (const [method, path, body] of changes) {
      const { status } = await send(method, `${path}${path.includes('?') ? '&' : '?'}dryRun=true`, body)
      answers.push(`${method} ${path}: ${status}`)
    }

    expect([await treeOf(), await kafkaOf()]).toEqual(before)
    expect(answers.filter(each => !each.endsWith(': 200'))).toEqual([])
  })

  it('says what would change, in Kafka too, and no secret', async () => {
    const made = await send('POST', `/topics/${topic}/subscriptions?dryRun=true`, subscriptionForm())
    const changed = await send('PUT', `/topics/${topic}?dryRun=true`, { retentionTime: { duration: 3 } })
    const limit = { topicName: topic, constraints: { consumersNumber: 2 } }
    const limited = await send('PUT', '/workload-constraints/topic?dryRun=true', limit)
    const sealed = await send('PUT', `/oauth/providers/${provider}?dryRun=true`, { clientSecret: 'n3w' })

    expect(made.body).toMatchObject({
      ...{ dryRun: true, status: 201 },
      changes: [{ change: 'create', kind: 'subscription', name: `${topic}$planned` }],
      kafka: {
        commit: [
          {
            offsets: [
              { partition: 0, offset: 0 },
              { partition: 1, offset: 0 },
            ],
          },
        ],
      },
    })
    expect(JSON.stringify(made.body)).toContain('http://svc:*****@127.0.0.1:9/')
    expect(JSON.stringify(made.body)).not.toContain('s3cret')
    expect(changed.body).toMatchObject({
      changes: [{ change: 'update', members: [{ member: 'retentionTime.duration', before: 1, after: 3 }] }],
      kafka: {
        alter: [{ configs: [{ config: 'retention.ms', before: '86400000', after: String(3 * 86_400_000) }] }],
      },
    })
    expect([limited.body['status'], limited.body['changes']]).toEqual([
      201,
      [
        {
          ...{ change: 'create', kind: 'workloadConstraint', name: topic },
          members: [{ member: 'consumersNumber', after: 2 }],
        },
      ],
    ])
    expect(sealed.body['changes']).toEqual([
      {
        ...{ change: 'update', kind: 'oauthProvider', name: provider },
        members: [{ member: 'clientSecret', before: '******', after: '******' }],
      },
    ])
  })

  it('is refused for what the change would be refused for, and for another word than true or false', async () => {
    const unknown = await send('POST', '/topics?dryRun=true', { ...topicForm(), name: 'nope.x' })
    const tooMuch = await send('PUT', `/topics/${topic}?dryRun=true`, { maxMessageSize: 1 })
    const mistyped = await send('DELETE', `/topics/${topic}/subscriptions/gone?dryRun=yes`)

    expect([unknown, tooMuch, mistyped].map(({ status, body }) => [status, body['code']])).toEqual([
      [404, 'GROUP_NOT_EXISTS'],
      [400, 'VALIDATION_ERROR'],
      [400, 'VALIDATION_ERROR'],
    ])
    expect((await send('GET', `/topics/${topic}/subscriptions/gone`)).status).toBe(200)
  })
})

describe('management that is killed', () => {
  /** A management of the same installation, killed when it sends the chosen request. */
  async function killAt(
    isChosen: (request: ZooRequest) => boolean,
    change: (api: IrisApi) => Promise<unknown>,
  ): Promise<void> {
    const wire = await startTripwire(zookeeper, isChosen)
    const doomed = await startManagement(wire.address)
    const answer = change(createIrisApi({ frontend: '', management: doomed.url })).catch(() => 'none')
    await wire.tripped
    await doomed.kill()
    await answer
    await wire.close()
  }

  it('within a creation or removal leaves nothing half-made', async () => {
    const { group } = stack
    const [kept, removed] = [await stack.createTopic(), await stack.createTopic()]
    await stack.createSubscription(removed, endpoint, { name: 'auto', autoDeleteWithTopicEnabled: true })
    const owner = { source: 'Plaintext', id: 'x' }
    const topicForm = { name: `${group}.half`, description: '', owner, contentType: 'JSON' }
    const form = { topicName: kept, name: 'half', description: '', owner, endpoint }

    await Promise.all([
      killAt(
        ({ type, text }) => type === transaction && text.includes(`/groups/${group}/topics/half`),
        api => api.createTopic({ ...topicForm, retentionTime: { duration: 1 } }),
      ),
      killAt(
        ({ type, text }) => type === transaction && text.includes('/subscriptions/half'),
        api => api.createSubscription(form),
      ),
      // The definition is gone by then, and Kafka was not asked yet.
      killAt(
        ({ text }) => text.includes(`/iris/json-schemas/${removed}`),
        api => api.deleteTopic(removed),
      ),
    ])

    await eventually(async () => {
      const notes = (await treeOf()).filter(each => /management\/(removals|unfinished)\/./.test(each))
      expect(notes).toEqual([])
    }, 60_000)
    const { topics, groups } = await kafkaOf()
    const of = (name: string): string => `${stack.namespace}_${name}`
    expect(topics.filter(name => [`${group}.half`, removed].some(each => name.startsWith(of(each))))).toEqual(
      [],
    )
    expect(groups.filter(name => name.endsWith('_half') || name.endsWith('_auto'))).toEqual([])
    expect(topics).toContain(of(kept))
    const statuses = await Promise.all(
      [`/topics/${group}.half`, `/topics/${removed}`].map(path => send('GET', path)),
    )
    expect(statuses.map(({ status }) => status)).toEqual([404, 404])
  })
})

/** The command, against this management. */
function iris(
  url: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<IrisRun> {
  return runIris([...words, '--management', url], { environment })
}

describe('definitions as code', () => {
  const exported = async (url: string): Promise<string> => (await iris(url, ['export'])).out

  it('exported from one installation make the same in another, once', async () => {
    const topic = await stack.createTopic({ ack: 'ALL', quotas: { messagesPerSecond: 5 } })
    await stack.createSubscription(topic, 'http://svc:s3cret@127.0.0.1:9/in', { name: 'billing' })
    const file = join(directory, 'iris.yaml')
    expect((await iris(stack.management.url, ['export', '--file', file])).out).toBe('')
    const text = await readFile(file, 'utf8')
    expect(text).toBe(await exported(stack.management.url))
    const variables = [...text.matchAll(/env: (\w+)/g)].map(([, name = '']) => [name, 's3cret'] as const)
    const environment = Object.fromEntries(variables)

    const applied = await iris(empty.management.url, ['apply', '--file', file], environment)
    const again = await iris(empty.management.url, ['apply', '--file', file, '--json'], environment)
    const other = await exported(empty.management.url)
    const diff = await iris(empty.management.url, ['diff', '--file', file], environment)

    expect(text).not.toContain('s3cret')
    expect([applied.said, applied.code]).toEqual([expect.stringContaining(`create topic ${topic},`), 0])
    expect(JSON.parse(again.out)).toEqual({ done: [], error: null, notDone: [] })
    const [, ...ownGroup] = other.split(new RegExp(`(?=^  - name: ${empty.group}$)`, 'm'))
    expect(other.replace(ownGroup[0]?.split(/(?=^ {2}- name: )/m)[0] ?? '', '')).toBe(text)
    expect([diff.code, diff.out]).toEqual([0, ''])
  })

  it('are refused with their line before anything is changed, by the command and by management', async () => {
    const file = join(directory, 'broken.yaml')
    const lines = [
      'groups:',
      `  - name: ${empty.group}`,
      '    topics:',
      '      - name: broken',
      '        description: ""',
      '        owner: { source: Plaintext, id: x }',
      '        contentType: JSON',
      '        retentionTime: { duration: 1 }',
    ]
    await writeFile(file, [...lines, '        maxMesageSize: 2000'].join('\n'))
    const mistyped = await iris(empty.management.url, ['apply', '--file', file])
    await writeFile(file, [...lines, '        maxMessageSize: 1'].join('\n'))
    const tooSmall = await iris(empty.management.url, ['apply', '--file', file])
    const away = await iris('http://127.0.0.1:9', ['plan', '--file', file])

    expect([mistyped.code, tooSmall.code, away.code]).toEqual([64, 64, 1])
    expect(mistyped.said).toContain(
      'broken.yaml:9:9 groups[0].topics[0].maxMesageSize: there is no such member',
    )
    expect(tooSmall.said).toContain('broken.yaml:9:9 groups[0].topics[0].maxMessageSize: ')
    expect((await empty.api.manage('GET', `/topics/${empty.group}.broken`)).status).toBe(404)
  })
})
