/**
 * Frontends alone, with topics written straight into ZooKeeper and Kafka.
 * Takes servers and settings. Gives the processes, and topics as another writer of the same tree would make
 * them. Promises: an own root and namespace; nothing is left running.
 */
import { randomBytes } from 'node:crypto'
import type { TopicName } from '@iris/common/domain/names'
import { topicToNode } from '@iris/common/domain/node-json'
import { parseTopic } from '@iris/common/domain/topic'
import { createKafkaAdmin, type KafkaAdmin } from '@iris/common/kafka/admin'
import { createCluster, type Cluster } from '@iris/common/kafka/cluster'
import { kafkaTopicName } from '@iris/common/kafka/names'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { zooPaths } from '@iris/common/zookeeper/paths'
import { createZooSession, type ZooSession } from '@iris/common/zookeeper/session'
import { freePort } from '@iris/local-stack/ports'
import { settingsEnvironment, startService, type ServiceProcess } from '@iris/local-stack/service'

export interface PublishWorldOptions {
  readonly kafka: string
  readonly zookeeper: string
  /** Settings by their full key. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface PublishWorld {
  /** The first frontend. */
  readonly frontend: ServiceProcess
  /** One more, on the same tree. */
  addFrontend(settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>
  /** Makes a topic in Kafka, then in ZooKeeper; gives its name. */
  createTopic(overrides?: Readonly<Record<string, unknown>>): Promise<string>
  removeTopic(topic: string): Promise<void>
  kafkaTopic(topic: string): string
  publish(
    topic: string,
    body: string | Buffer,
    headers?: Readonly<Record<string, string>>,
  ): Promise<PublishAnswer>
  readonly session: ZooSession
  readonly admin: KafkaAdmin
  readonly root: string
  stop(): Promise<void>
}

export interface PublishAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly code: string | undefined
  readonly id: string | null
}

const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const group = 'acme'
const timeoutMs = 10_000

/** Starts one frontend. */
export async function startPublishWorld(options: PublishWorldOptions): Promise<PublishWorld> {
  const id = randomBytes(5).toString('hex')
  const [root, namespace] = [`/publish-${id}`, `p${id}`]
  const { session, cluster } = await connect(options)
  const admin = createKafkaAdmin({ ...base, cluster }, { requestTimeoutMs: timeoutMs })
  const paths = zooPaths(root)
  await session.ensure(paths.topics(group))
  await session.write(paths.group(group), Buffer.from(JSON.stringify({ groupName: group })))
  const running: ServiceProcess[] = []
  const start = async (settings: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> => {
    const own = {
      'frontend.server.port': String(await freePort()),
      'zookeeper.root': root,
      'kafka.namespace': namespace,
      // A loaded machine must not turn a slow answer of Kafka into a failed test of something else.
      'frontend.handlers.idleTimeout': '10s',
      'frontend.handlers.longIdleTimeout': '10s',
    }
    const environment = {
      KAFKA_BROKERS: options.kafka,
      ZOOKEEPER: options.zookeeper,
      ...settingsEnvironment({ ...own, ...options.settings, ...settings }),
    }
    const service = await startService({ name: 'frontend-service', environment })
    running.push(service)
    return service
  }
  const frontend = await start()
  const kafkaTopic = (topic: string): string =>
    kafkaTopicName({ namespace, separator: '_' }, topic as TopicName)
  return {
    frontend,
    addFrontend: start,
    createTopic: overrides => makeTopic({ session, admin, root, kafkaTopic }, overrides),
    removeTopic: topic => session.remove(paths.topic(topic)),
    kafkaTopic,
    publish: (topic, body, headers) => publishTo(frontend.url, topic, body, headers),
    session,
    admin,
    root,
    async stop() {
      await Promise.all(running.map(service => service.stop()))
      await Promise.all([session.stop(), cluster.stop()])
    },
  }
}

/** Longer than any budget of a test: what takes longer hangs. */
const answerMs = 60_000

/** Publishes through any frontend. */
export async function publishTo(
  url: string,
  topic: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<PublishAnswer> {
  const response = await fetch(`${url}/topics/${topic}`, {
    ...{ method: 'POST', body: Buffer.from(body), headers },
    signal: AbortSignal.timeout(answerMs),
  })
  const text = await response.text()
  const parsed = text.startsWith('{') ? (JSON.parse(text) as { code?: string }) : {}
  const messageId = response.headers.get('hermes-message-id')
  return { status: response.status, headers: response.headers, text, code: parsed.code, id: messageId }
}

async function connect(options: PublishWorldOptions): Promise<{ session: ZooSession; cluster: Cluster }> {
  const session = createZooSession(base, {
    servers: options.zookeeper,
    sessionTimeoutMs: timeoutMs,
    connectTimeoutMs: timeoutMs,
    requestTimeoutMs: timeoutMs,
  })
  const cluster = createCluster(base, {
    brokers: [options.kafka],
    clientId: 'publish-tests',
    connectTimeoutMs: timeoutMs,
    requestTimeoutMs: timeoutMs,
    metadataMaxAgeMs: 60_000,
  })
  await Promise.all([session.start(), cluster.start()])
  return { session, cluster }
}

interface Places {
  readonly session: ZooSession
  readonly admin: KafkaAdmin
  readonly root: string
  readonly kafkaTopic: (topic: string) => string
}

let topicCount = 0

async function makeTopic(places: Places, overrides: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { partitions = 2, inKafka = true, configs = {}, ...fields } = overrides
  const topic = parseTopic({
    name: `${group}.topic${++topicCount}`,
    description: '',
    owner: { source: 'Plaintext', id: 'tests' },
    contentType: 'JSON',
    retentionTime: { duration: 1 },
    ...fields,
  })
  const settings = {
    partitions: Number(partitions),
    replicationFactor: 1,
    configs: configs as Record<string, string>,
  }
  if (inKafka === true) await places.admin.createTopic(places.kafkaTopic(topic.name), settings)
  await places.session.create(zooPaths(places.root).topic(topic.name), topicToNode(topic))
  return topic.name
}
