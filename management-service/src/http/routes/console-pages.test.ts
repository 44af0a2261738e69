import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '@iris/common/config/load'
import { managementKeys } from '../../config.js'
import { consoleSettings } from '../../console/console-settings.js'
import type { LinkTemplates } from '../../console/links.js'
import { startPageOf } from '../../console/start-page.js'
import { callRoute, type RouteAnswer } from '../testing/call-route.js'
import { consoleRoutes } from './console-pages.js'

const none: LinkTemplates = {
  ...{ topicDashboard: '', subscriptionDashboard: '', offlineClients: '' },
  ...{ topicTracking: [], subscriptionTracking: [] },
}

function setUp(templates: LinkTemplates = none, environment: Record<string, string> = {}) {
  const config = loadConfig(managementKeys, { argv: [], environment })
  const routes = consoleRoutes(consoleSettings(config), templates, startPageOf(config, '/nowhere'))
  return { routes, get: (url: string): Promise<RouteAnswer> => callRoute(routes, 'GET', url) }
}

describe("E14: the console's settings", () => {
  it('have every member that the console reads, with the defaults of Hermes', async () => {
    expect((await setUp().get('/console')).body).toEqual({
      console: {
        ...{ title: 'hermes console', contactLink: '', environmentName: 'LOCAL' },
        ...{ criticalEnvironment: false, knownEnvironments: [] },
      },
      dashboard: { metrics: 'http://localhost:8082', docs: 'http://hermes-pubsub.rtfd.org' },
      metrics: { fetchingDashboardUrlEnabled: false },
      auth: {
        oauth: {
          ...{ enabled: false, url: 'localhost:8092', authorizationEndpoint: '/auth/oauth/authorize' },
          ...{ tokenEndpoint: '/auth/oauth/token', clientId: 'hermes', scope: 'hermes' },
        },
      },
      owner: { sources: [{ name: 'Plaintext', placeholder: 'Name of the owner' }] },
      topic: {
        ...{ messagePreviewEnabled: true, offlineClientsEnabled: false, readOnlyModeEnabled: false },
        defaults: {
          ...{ ack: 'LEADER', contentType: 'JSON' },
          retentionTime: { duration: 1, retentionUnit: 'DAYS' },
          offlineStorage: { enabled: false, retentionTime: { duration: 1, retentionUnit: 'DAYS' } },
        },
        contentTypes: [
          { value: 'AVRO', label: 'AVRO' },
          { value: 'JSON', label: 'JSON' },
        ],
        retentionUnits: [{ value: 'DAYS', label: 'DAYS' }],
        offlineRetransmission: {
          ...{ enabled: false, description: 'Offline retransmission', fromViewDocsUrl: '' },
          ...{ globalTaskQueueUrl: '', monitoringDocsUrl: '' },
        },
      },
      subscription: {
        ...{ endpointAddressResolverMetadata: {}, requestTimeoutWarningThreshold: 1_001 },
        defaults: {
          subscriptionPolicy: { messageTtl: 3_600, requestTimeout: 1_000 },
          deliveryType: 'SERIAL',
        },
        deliveryTypes: [
          { value: 'SERIAL', label: 'SERIAL' },
          { value: 'BATCH', label: 'BATCH' },
        ],
      },
      consistency: { maxGroupBatchSize: 10 },
      group: { nonAdminCreationEnabled: false },
      costs: {
        ...{ enabled: false, globalDetailsUrl: '', topicIframeUrl: '', topicDetailsUrl: '' },
        ...{ subscriptionIframeUrl: '', subscriptionDetailsUrl: '' },
      },
    })
  })

  it('follow the configuration, lists and objects too', async () => {
    const { get } = setUp(none, {
      IRIS_CONSOLE_CONSOLE_TITLE: 'Iris',
      IRIS_CONSOLE_CONSOLE_KNOWN_ENVIRONMENTS: '[{"name":"prod","url":"https://iris.example"}]',
      IRIS_MANAGEMENT_TOPIC_ALLOWED_CONTENT_TYPES: 'JSON',
    })

    expect((await get('/console')).body).toMatchObject({
      console: { title: 'Iris', knownEnvironments: [{ name: 'prod', url: 'https://iris.example' }] },
      topic: { contentTypes: [{ value: 'JSON', label: 'JSON' }] },
    })
    expect(() => setUp(none, { IRIS_CONSOLE_OWNER_SOURCES: 'Plaintext' })).toThrow('owner.sources')
  })
})

describe('E15, E16, T12: addresses of things that others show', () => {
  const templates: LinkTemplates = {
    topicDashboard: 'http://grafana/t?topic={topic}',
    subscriptionDashboard: 'http://grafana/s?g={group}&t={name}&s={subscription}&x={other}',
    offlineClients: 'http://offline/{topic}',
    topicTracking: [{ name: 'Kibana', url: 'http://kibana/{topic}' }],
    subscriptionTracking: [{ name: 'Kibana', url: 'http://kibana/{topic}/{subscription}' }],
  }

  it('are filled in', async () => {
    const { get } = setUp(templates)

    expect((await get('/dashboards/topics/a.b.t')).body).toEqual({ url: 'http://grafana/t?topic=a.b.t' })
    expect((await get('/dashboards/topics/a.b.t/subscriptions/s')).body).toEqual({
      url: 'http://grafana/s?g=a.b&t=t&s=s&x={other}',
    })
    expect((await get('/tracking-urls/topics/g.t')).body).toEqual([
      { name: 'Kibana', url: 'http://kibana/g.t' },
    ])
    expect((await get('/tracking-urls/topics/g.t/subscriptions/s')).body).toEqual([
      { name: 'Kibana', url: 'http://kibana/g.t/s' },
    ])
    expect((await get('/topics/g.t/offline-clients-source')).body).toEqual({ source: 'http://offline/g.t' })
  })

  it('are absent where nothing is configured', async () => {
    const { get } = setUp()
    const absent = (what: string): object => ({
      status: 404,
      body: { message: `${what} implementation is absent`, code: 'IMPLEMENTATION_ABSENT' },
    })

    expect(await get('/dashboards/topics/g.t')).toMatchObject(absent('Dashboard url'))
    expect(await get('/dashboards/topics/g.t/subscriptions/s')).toMatchObject(absent('Dashboard url'))
    expect(await get('/topics/g.t/offline-clients-source')).toMatchObject(absent('Offline clients'))
    expect(await get('/tracking-urls/topics/g.t')).toMatchObject({ status: 200, body: [] })
    expect(await get('/tracking-urls/topics/g.t/subscriptions/s')).toMatchObject({ status: 200, body: [] })
  })
})

describe('E18: the page at the root', () => {
  it('is HTML that says what this is', async () => {
    const { get } = setUp()

    for (const path of ['/', '/ui'])
      expect(await get(path)).toMatchObject({
        ...{ status: 200, type: 'text/html;charset=utf-8' },
        body: expect.stringContaining('Iris management') as string,
      })
  })

  it('is that of the console where a folder with one is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), `iris-test-${process.pid}-`))
    const environment = { IRIS_CONSOLE_DIRECTORY: folder }

    expect(() => setUp(none, environment)).toThrow('IRIS_CONSOLE_DIRECTORY names no built console: ENOENT')
    writeFileSync(join(folder, 'index.html'), '<title>Hermes Console</title>')
    const { get } = setUp(none, environment)

    for (const path of ['/', '/ui'])
      expect(await get(path)).toMatchObject({ status: 200, body: '<title>Hermes Console</title>' })
  })

  it('of ours leads to the inbox where the stack has one, and says so where it has none', () => {
    const folder = mkdtempSync(join(tmpdir(), `iris-test-${process.pid}-`))
    const page = readFileSync(new URL('../../../console/index.html', import.meta.url), 'utf8')
    writeFileSync(join(folder, 'index.html'), page)
    const inboxOf = (inboxUrl: string): string | undefined =>
      /name="iris-inbox" content="(\w+)"/.exec(
        startPageOf({ consoleDirectory: '', inboxUrl }, folder).html,
      )?.[1]

    expect(inboxOf('http://127.0.0.1:8070')).toBe('yes')
    expect(inboxOf('')).toBe('no')
  })
})
