/**
 * What is measured: real Kafka and ZooKeeper, one process of each service, a receiver and a load generator.
 * Takes nothing. Gives them running, and the ways to make topics and subscriptions.
 * Promises: everything has stopped and its data is gone when the work is done, also after an error.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import { freePort } from '@iris/local-stack/ports'
import {
  portKeyOf,
  settingsEnvironment,
  startService,
  type ServiceName,
  type ServiceProcess,
} from '@iris/local-stack/service'
import { startZooKeeper } from '@iris/local-stack/zookeeper'
import { startParty, type Party } from '../chaos/party.js'

/** As in the published figures. */
export const partitionsPerTopic = 10
const requestMs = 30_000
/** Of the largest body that is measured, and a little more. */
const bodyBytesMax = 70_000

export interface BenchStack {
  readonly kafka: KafkaServer
  /** The address of ZooKeeper. */
  readonly zookeeper: string
  readonly frontend: ServiceProcess
  /** Starts one more process of a service, with these settings over the usual ones. */
  readonly add: (name: ServiceName, settings: Readonly<Record<string, string>>) => Promise<ServiceProcess>
  readonly consumers: ServiceProcess
  readonly management: ServiceProcess
  readonly load: Party
  readonly receiver: Party
  readonly receiverUrl: string
  /** Sends JSON to management; refuses with its words. */
  readonly tell: (method: 'POST' | 'PUT', path: string, body: unknown) => Promise<void>
}

/** Runs `work` on a stack of its own. */
export async function withBenchStack<T>(work: (stack: BenchStack) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'iris-bench-'))
  const stops: (() => Promise<unknown>)[] = [
    () => Promise.resolve(rmSync(dir, { recursive: true, force: true })),
  ]
  try {
    return await work(await start(dir, stops))
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

async function start(dir: string, stops: (() => Promise<unknown>)[]): Promise<BenchStack> {
  const kafka = await startKafka({ dataDir: join(dir, 'kafka'), isOptimized: true })
  stops.push(() => kafka.kill())
  const zookeeper = await startZooKeeper({ dataDir: join(dir, 'zookeeper') })
  stops.push(() => zookeeper.kill())

  const service = async (
    name: ServiceName,
    own: Readonly<Record<string, string>> = {},
  ): Promise<ServiceProcess> => {
    const port = String(await freePort())
    const settings = { ...settingsOf(name), ...own, [portKeyOf(name)]: port }
    const environment = {
      ...settingsEnvironment(settings),
      KAFKA_BROKERS: kafka.bootstrap,
      ZOOKEEPER: zookeeper.connection,
    }
    const started = await startService({ name, environment, logFile: join(dir, `${name}-${port}.log`) })
    stops.push(() => started.stop())
    return started
  }
  const management = await service('management-service')
  const frontend = await service('frontend-service')
  const consumers = await service('consumers-service')
  const load = startParty(new URL('./load.js', import.meta.url))
  stops.push(() => load.end())
  const receiver = startParty(new URL('./receiver.js', import.meta.url))
  stops.push(() => receiver.end())
  const receiverUrl = await receiver.ask<string>('open')
  const tell: BenchStack['tell'] = (method, path, body) => ask(management.url + path, method, body)
  return {
    ...{ kafka, zookeeper: zookeeper.connection, frontend, consumers, management, add: service },
    ...{ load, receiver, receiverUrl, tell },
  }
}

function settingsOf(name: ServiceName): Record<string, string> {
  const loopback = { 'delivery.allowedNetworks': '127.0.0.0/8' }
  if (name === 'management-service')
    return { ...loopback, 'management.topic.partitions': String(partitionsPerTopic) }
  return name === 'consumers-service' ? loopback : {}
}

async function ask(url: string, method: string, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(requestMs),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status}: ${text}`)
}

const owner = { source: 'Plaintext', id: 'bench' }

/** Makes a group. */
export function makeGroup({ tell }: BenchStack, groupName: string): Promise<void> {
  return tell('POST', '/groups', { groupName })
}

/** Makes a topic. */
export function makeTopic({ tell }: BenchStack, name: string, ack: 'LEADER' | 'ALL'): Promise<void> {
  const retentionTime = { duration: 1, retentionUnit: 'DAYS' }
  const limits = { maxMessageSize: bodyBytesMax, retentionTime }
  return tell('POST', '/topics', { name, description: '', owner, ...limits, contentType: 'JSON', ack })
}

/** Makes a subscription that may run as fast as it can, delivered to the receiver at `path`. */
export function makeSubscription(
  { tell, receiverUrl }: BenchStack,
  topicName: string,
  name: string,
  state: 'ACTIVE' | 'SUSPENDED',
  rate = 1_000_000,
): Promise<void> {
  return tell('POST', `/topics/${topicName}/subscriptions`, {
    topicName,
    name,
    description: '',
    owner,
    endpoint: `${receiverUrl}/${topicName}/${name}`,
    state,
    subscriptionPolicy: { rate, requestTimeout: 5_000 },
  })
}

/** 1 KiB of JSON. */
export function kibibyteBody(): string {
  return jsonBody(1024)
}

/** JSON of so many bytes, at least 42. */
export function jsonBody(bytes: number): string {
  const head = '{"order":4711,"customer":"c-17","note":"'
  return `${head}${'x'.repeat(bytes - head.length - 2)}"}`
}
