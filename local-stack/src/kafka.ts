/**
 * A real Kafka broker on loopback: KRaft, broker and controller in one process.
 * Takes a data directory, ports and settings. Gives a broker that has answered.
 * Promises: the same data after `stop` or `kill`. Refuses a directory that another process serves.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { silentLog, type Log } from '@iris/common/lifecycle/log'
import { javaServers, type JavaServers } from './artifacts.js'
import { classArchiveOptions } from './class-archive.js'
import { createJavaServer, logOptions, propertiesFile, writeProperties } from './java-server.js'
import { LocalStackError } from './local-stack-error.js'
import type { ManagedProcess } from './managed-process.js'
import { freePort, loopback } from './ports.js'
import { kafkaBrokers } from './probes.js'
import { run } from './run.js'

/** One id for all: nodes of one cluster must agree, and no two of our clusters ever meet. */
const clusterId = 'aXJpc0xvY2FsU3RhY2swMA'
const formatMs = 60_000
const jvm = ['-Xms256m', '-Xmx768m', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20']
/** Compiling well what runs for minutes costs more than it wins: 14.5 s of CPU in a minute, 8.5 s without. */
const quickCompiler = '-XX:TieredStopAtLevel=1'
const formatJvm = ['-Xmx128m', quickCompiler, '-XX:+UseSerialGC']

export interface KafkaOptions {
  /** Made when missing; holds settings, logs, the pid and, under `data`, what Kafka keeps. */
  readonly dataDir: string
  /** A free one when left out. */
  readonly port?: number
  readonly controllerPort?: number
  /** Settings over ours; for a cluster of several: node.id, controller.quorum.voters, listeners. */
  readonly config?: Readonly<Record<string, string>>
  /** Compiled as well as Java can, which takes it minutes: for those who measure. */
  readonly isOptimized?: boolean
  readonly log?: Log
}

/** A broker under our hand. `start` after `stop` or `kill` serves the same data at the same port. */
export interface KafkaServer extends ManagedProcess {
  /** `host:port`, for KAFKA_BROKERS. */
  readonly bootstrap: string
}

/** Starts a broker and resolves when it lists itself among the brokers that serve. */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const log = options.log ?? silentLog
  const java = await javaServers()
  const archive = await classArchiveOptions({ log, java }, 'kafka', async (trainingDir, jvm) => {
    const server = await launch({ dataDir: join(trainingDir, 'kafka') }, java, jvm)
    await server.stop()
  })
  return launch(options, java, archive)
}

async function launch(
  options: KafkaOptions,
  java: JavaServers,
  archive: readonly string[],
): Promise<KafkaServer> {
  const port = options.port ?? (await freePort())
  const controllerPort = options.controllerPort ?? (await freePort())
  const settings = { ...defaults(options.dataDir, port, controllerPort), ...options.config }
  writeProperties(propertiesFile(options.dataDir), settings)
  await format(options.dataDir, java, archive)

  const nodeId = Number(settings['node.id'])
  const server = createJavaServer(options.log ?? silentLog, java, {
    name: `Kafka on port ${port}`,
    mainClass: 'kafka.Kafka',
    dataDir: options.dataDir,
    jvm: [...jvm, ...(options.isOptimized === true ? [] : [quickCompiler]), ...archive],
    isReady: async () => (await kafkaBrokers({ host: loopback, port })).includes(nodeId),
  })
  await server.start()
  return Object.assign(server, { bootstrap: `${loopback}:${port}` })
}

/** Gives the data directory its cluster id and metadata version, once. */
async function format(dataDir: string, java: JavaServers, archive: readonly string[]): Promise<void> {
  if (existsSync(join(dataDir, 'data', 'meta.properties'))) return
  const shared = archive.filter(option => option.startsWith('-XX:SharedArchiveFile'))
  const tool = ['-cp', java.classPath, 'kafka.tools.StorageTool', 'format', '--ignore-formatted']
  const args = [...formatJvm, ...shared, ...logOptions(dataDir), ...tool, '-t', clusterId]
  const { code, output } = await run(java.java, [...args, '-c', propertiesFile(dataDir)], formatMs)
  if (code !== 0) throw new LocalStackError(`Kafka could not prepare ${dataDir}: ${output.slice(-2000)}`)
}

function defaults(dataDir: string, port: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${loopback}:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${loopback}:${port},CONTROLLER://${loopback}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${loopback}:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dataDir, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '8',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '8',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    ...smallMachine,
  }
}

/** Threads and buffers for two cores; Kafka's defaults are for a machine of its own. */
const smallMachine: Readonly<Record<string, string>> = {
  'num.network.threads': '2',
  'num.io.threads': '4',
  'num.recovery.threads.per.data.dir': '2',
  'background.threads': '2',
  'log.cleaner.dedupe.buffer.size': '16777216',
  'group.coordinator.threads': '1',
  // After a kill the broker may not come back before its old session is over: 9 s by Kafka's default.
  'broker.heartbeat.interval.ms': '1000',
  'broker.session.timeout.ms': '4000',
  'controller.quorum.election.timeout.ms': '200',
  'controller.quorum.election.backoff.max.ms': '100',
}
