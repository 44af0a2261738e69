/**
 * The servers of a programme: real Kafka, one broker or several, and real ZooKeeper.
 * Takes a directory. Gives them, and one proxy before all brokers, through which frontends reach them.
 * Promises: what was started is stopped, and a small disk is taken away again.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startKafka, type KafkaServer } from '@iris/local-stack/kafka'
import { freePort } from '@iris/local-stack/ports'
import { startZooKeeper, type ZooKeeperServer } from '@iris/local-stack/zookeeper'
import { joinProxies, startProxy, type Proxy } from './proxy.js'
import { mountSmallDisk, type SmallDisk } from './small-disk.js'

export interface ServersOptions {
  /** One, or three with three replicas of everything, of which two must be in sync. */
  readonly brokersCount: number
  /** Kafka's data lies on a disk of its own that can be filled. */
  readonly hasSmallDisk: boolean
}

export interface Servers {
  readonly brokers: readonly KafkaServer[]
  /** Every broker, for `KAFKA_BROKERS`. */
  readonly bootstrap: string
  /** The same through the proxy. */
  readonly proxied: string
  readonly zookeeper: ZooKeeperServer
  /** Between the frontends and Kafka. */
  readonly proxy: Proxy
  readonly disk: SmallDisk | null
}

/** The ports of one broker; who comes through the proxy knows it by the proxy's. */
export interface Ports {
  readonly port: number
  readonly controller: number
  readonly behind: number
  readonly proxy: number
}

/** How often a broker looks for producers that it may forget; its own way is every ten minutes. */
const forgetEveryMs = 100

/** Starts Kafka with a second listener that is advertised at the proxy's port, and ZooKeeper. */
export async function startServers(dir: string, options: ServersOptions): Promise<Servers> {
  const dataDir = join(dir, 'kafka')
  mkdirSync(dataDir)
  const disk = options.hasSmallDisk ? await mountSmallDisk(dataDir) : null
  const all = await brokerPorts(options.brokersCount)
  const [brokers, zookeeper, proxies] = await Promise.all([
    startBrokers(dataDir, all),
    startZooKeeper({ dataDir: join(dir, 'zookeeper') }),
    Promise.all(
      all.map(({ proxy: port, behind }) => startProxy({ port, upstreamPort: behind, protocol: 'kafka' })),
    ),
  ])
  return {
    brokers,
    bootstrap: brokers.map(each => each.bootstrap).join(','),
    proxied: proxies.map(each => `127.0.0.1:${each.port}`).join(','),
    zookeeper,
    proxy: joinProxies(proxies),
    disk,
  }
}

/** Stops what {@link startServers} started. Data is thrown away, so nobody waits for a clean end. */
export async function stopServers({ brokers, zookeeper, proxy, disk }: Servers): Promise<void> {
  await proxy.close()
  await Promise.all([...brokers.map(each => each.kill()), zookeeper.kill()])
  await disk?.unmount()
}

/** Free ports for so many brokers. */
export function brokerPorts(count: number): Promise<readonly Ports[]> {
  return Promise.all(Array.from({ length: count }, portsOf))
}

/** Starts one cluster, a broker for each of these ports, with as many replicas of everything. */
export function startBrokers(dir: string, all: readonly Ports[]): Promise<readonly KafkaServer[]> {
  return Promise.all(all.map((_, index) => startBroker(dir, all, index)))
}

async function portsOf(): Promise<Ports> {
  const [port, controller, behind, proxy] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ])
  return { port, controller, behind, proxy }
}

function startBroker(dir: string, all: readonly Ports[], index: number): Promise<KafkaServer> {
  const { port, controller, behind, proxy } = all[index] as Ports
  const at = (name: string, listenPort: number): string => `${name}://127.0.0.1:${listenPort}`
  const replicas = { count: String(all.length), min: all.length > 1 ? '2' : '1' }
  const config = {
    'node.id': String(index + 1),
    'controller.quorum.voters': all.map((each, node) => `${node + 1}@127.0.0.1:${each.controller}`).join(','),
    listeners: [at('PLAINTEXT', port), at('PROXIED', behind), at('CONTROLLER', controller)].join(','),
    'advertised.listeners': [at('PLAINTEXT', port), at('PROXIED', proxy)].join(','),
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'default.replication.factor': replicas.count,
    'offsets.topic.replication.factor': replicas.count,
    'min.insync.replicas': replicas.min,
    'producer.id.expiration.check.interval.ms': String(forgetEveryMs),
  }
  return startKafka({ dataDir: join(dir, `broker-${index + 1}`), port, controllerPort: controller, config })
}
