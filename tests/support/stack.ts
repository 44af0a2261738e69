/**
 * The three services of a test, in a world of their own on shared servers.
 * Takes how many of each and their settings. Gives the processes and the REST calls against them.
 * Promises: an own ZooKeeper root and Kafka namespace, so tests run side by side; nothing is left running.
 */
import { randomBytes } from 'node:crypto'
import {
  createIrisApi,
  localOwner,
  succeeded,
  type ApiAnswer,
  type IrisApi,
} from '@iris/local-stack/iris-api'
import { freePort } from '@iris/local-stack/ports'
import {
  portKeyOf,
  settingsEnvironment,
  startService,
  type ServiceName,
  type ServiceProcess,
} from '@iris/local-stack/service'

/** Settings by their full key. */
export type Settings = Readonly<Record<string, string>>

export interface TestStackOptions {
  readonly kafka: string
  readonly zookeeper: string
  /** How many frontends; 1 when left out. */
  readonly frontends?: number
  /** How many consumers; 1 when left out. */
  readonly consumers?: number
  /** Bounds of their JavaScript heaps in megabytes, for tests of memory. */
  readonly heapMegabytesMax?: Partial<Readonly<Record<ServiceName, number>>>
  /** A root and a namespace that are in use already; new ones when left out. */
  readonly place?: { readonly root: string; readonly namespace: string }
  /** The `Authorization` of calls to management, where that asks who calls. */
  readonly authorization?: string
  /** Over those that a test needs anyway. */
  readonly settings?: Partial<Readonly<Record<ServiceName, Settings>>>
}

/** Members of a form over the usual ones. */
export type FormOverrides = Readonly<Record<string, unknown>> & { readonly name?: string }

/** The services and what to do with them. */
export interface TestStack {
  readonly api: IrisApi
  readonly frontends: readonly ServiceProcess[]
  readonly management: ServiceProcess
  readonly consumers: readonly ServiceProcess[]
  /** The root in ZooKeeper, such as `/test-1f2e`. */
  readonly root: string
  /** The prefix of Kafka topics and consumer groups, without the separator `_`. */
  readonly namespace: string
  /** A group that exists. */
  readonly group: string
  /** Makes a topic in the group and gives its full name. */
  createTopic(overrides?: FormOverrides): Promise<string>
  /** Makes a subscription and gives its name; a request may take 10 s unless it says otherwise. */
  createSubscription(topic: string, endpoint: string, overrides?: FormOverrides): Promise<string>
  /** Publishes through the first frontend, or through another. */
  publish(topic: string, body: string | Buffer, options?: PublishOptions): Promise<ApiAnswer>
  /** Starts one more consumers process. */
  addConsumers(): Promise<ServiceProcess>
  /** Starts one more frontend, with settings over the usual ones. */
  addFrontend(settings?: Settings): Promise<ServiceProcess>
  stop(): Promise<void>
}

export interface PublishOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly frontend?: number
}

/**
 * What every test needs: loopback endpoints, deletions, no more partitions than it can look at, and no limit
 * that a loaded machine reaches where the test is about something else.
 */
const baseSettings: Readonly<Record<ServiceName, Settings>> = {
  'frontend-service': {
    'frontend.handlers.idleTimeout': '10s',
    'frontend.handlers.longIdleTimeout': '10s',
  },
  'management-service': {
    'management.topic.allowRemoval': 'true',
    'management.topic.partitions': '4',
    'delivery.allowedNetworks': '127.0.0.0/8,::1/128',
  },
  'consumers-service': { 'delivery.allowedNetworks': '127.0.0.0/8,::1/128' },
}
const sessionTimeoutMs = 4_000
/** Hermes' second would make a late answer of the test's own receiver a repeat. */
const patientPolicy = { requestTimeout: 10_000 }

/** Starts the services; all of them beside each other. */
export async function startTestStack(options: TestStackOptions): Promise<TestStack> {
  const id = randomBytes(5).toString('hex')
  const { root, namespace } = options.place ?? { root: `/test-${id}`, namespace: `test${id}` }
  const group = `group${id}`
  const shared = {
    'zookeeper.root': root,
    'zookeeper.sessionTimeout': String(sessionTimeoutMs),
    'kafka.namespace': namespace,
  }
  const running: ServiceProcess[] = []
  const start = async (name: ServiceName, own: Settings = {}): Promise<ServiceProcess> => {
    const settings = { ...shared, ...baseSettings[name], ...options.settings?.[name], ...own }
    const heap = options.heapMegabytesMax?.[name]
    const service = await startService({
      name,
      ...(heap === undefined ? {} : { heapMegabytesMax: heap }),
      environment: {
        KAFKA_BROKERS: options.kafka,
        ZOOKEEPER: options.zookeeper,
        ...settingsEnvironment({ [portKeyOf(name)]: String(await freePort()), ...settings }),
      },
    })
    running.push(service)
    return service
  }
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(each => each.stop()))
  }
  const several = (name: ServiceName, count: number): Promise<ServiceProcess[]> =>
    Promise.all(Array.from({ length: count }, () => start(name)))

  const [[management], frontends, consumers] = await Promise.all([
    several('management-service', 1),
    several('frontend-service', options.frontends ?? 1),
    several('consumers-service', options.consumers ?? 1),
  ]).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  if (management === undefined) throw new Error('management was not started')
  const api = createIrisApi({
    ...{ frontend: frontends[0]?.url ?? '', management: management.url },
    ...(options.authorization === undefined ? {} : { authorization: options.authorization }),
  })
  succeeded(`Group ${group}`, await api.createGroup(group))
  return {
    api,
    frontends,
    management,
    consumers,
    root,
    namespace,
    group,
    ...conveniences({ api, group, frontends, management }),
    async addConsumers() {
      const added = await start('consumers-service')
      consumers.push(added)
      return added
    },
    addFrontend: settings => start('frontend-service', settings),
    stop,
  }
}

type Conveniences = Pick<TestStack, 'createTopic' | 'createSubscription' | 'publish'>

function conveniences(parts: Pick<TestStack, 'api' | 'group' | 'frontends' | 'management'>): Conveniences {
  const { api, group, frontends, management } = parts
  let count = 0
  return {
    async createTopic(overrides: FormOverrides = {}) {
      const name = overrides.name ?? `${group}.topic${++count}`
      const form = {
        name,
        description: '',
        owner: localOwner,
        contentType: 'JSON',
        retentionTime: { duration: 1 },
      }
      succeeded(`Topic ${name}`, await api.createTopic({ ...form, ...overrides }))
      return name
    },
    async createSubscription(topic, endpoint, overrides: FormOverrides = {}) {
      const name = overrides.name ?? `subscription${++count}`
      const form = { topicName: topic, name, endpoint, description: '', owner: localOwner }
      const subscriptionPolicy = { ...patientPolicy, ...(overrides['subscriptionPolicy'] as object) }
      succeeded(
        `Subscription ${name}`,
        await api.createSubscription({ ...form, ...overrides, subscriptionPolicy }),
      )
      return name
    },
    publish(topic, body, { headers = {}, frontend = 0 } = {}) {
      const through = createIrisApi({ frontend: frontends[frontend]?.url ?? '', management: management.url })
      return through.publish({ topic, body, headers })
    },
  }
}
