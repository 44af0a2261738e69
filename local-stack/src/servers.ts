/**
 * Kafka and ZooKeeper of the local stack: ours, or those that the user named.
 * Takes the options. Gives their addresses and the way to stop what was started.
 * Refuses servers of the user that do not answer, with the variable to correct.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '@iris/common/lifecycle/log'
import { processFileName } from './java-server.js'
import { startKafka } from './kafka.js'
import { LocalStackError } from './local-stack-error.js'
import type { ManagedProcess } from './managed-process.js'
import { kafkaBrokers, isZooKeeperServing, type ServerAddress } from './probes.js'
import { endStaleProcess } from './process-file.js'
import type { StackOptions } from './stack-options.js'
import { startZooKeeper } from './zookeeper.js'

const kafkaPortDefault = 9092
const zookeeperPortDefault = 2181

/** A server process of ours and its name for people. */
export interface NamedProcess {
  readonly name: string
  readonly process: ManagedProcess
}

/** Both servers, running. */
export interface Servers {
  readonly kafkaBrokers: string
  readonly zookeeper: string
  /** Those that we started. */
  readonly processes: readonly NamedProcess[]
  stop(): Promise<void>
}

/** Starts what the user did not name; stops it again when one of both fails. */
export async function startServers(log: Log, options: StackOptions): Promise<Servers> {
  const processes: NamedProcess[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map(each => each.process.stop()))
  }
  await Promise.all([reachableKafka(options.kafkaBrokers), reachableZooKeeper(options.zookeeper)])
  if (options.isFresh) await forget(log, options.dataDir)
  const [kafka, zookeeper] = await Promise.allSettled([
    kafkaAddress(log, options, processes),
    zookeeperAddress(log, options, processes),
  ])
  if (kafka.status === 'fulfilled' && zookeeper.status === 'fulfilled')
    return { kafkaBrokers: kafka.value, zookeeper: zookeeper.value, processes, stop }
  await stop()
  throw [kafka, zookeeper].find(each => each.status === 'rejected')?.reason
}

async function kafkaAddress(log: Log, options: StackOptions, processes: NamedProcess[]): Promise<string> {
  if (options.kafkaBrokers !== null) return options.kafkaBrokers
  const { kafka: port, kafkaController: controllerPort } = options.ports
  const kafka = await startKafka({ dataDir: kafkaDir(options.dataDir), port, controllerPort, log })
  processes.push({ name: 'Kafka', process: kafka })
  return kafka.bootstrap
}

async function zookeeperAddress(log: Log, options: StackOptions, processes: NamedProcess[]): Promise<string> {
  if (options.zookeeper !== null) return options.zookeeper
  const { zookeeper: port } = options.ports
  const zookeeper = await startZooKeeper({ dataDir: zookeeperDir(options.dataDir), port, log })
  processes.push({ name: 'ZooKeeper', process: zookeeper })
  return zookeeper.connection
}

async function reachableKafka(brokers: string | null): Promise<void> {
  if (brokers === null) return
  const answers = await Promise.all(addressesIn(brokers, kafkaPortDefault).map(kafkaBrokers))
  if (answers.every(ids => ids.length === 0)) throw unreachable('Kafka broker', 'KAFKA_BROKERS', brokers)
}

async function reachableZooKeeper(servers: string | null): Promise<void> {
  if (servers === null) return
  const withoutRoot = servers.split('/')[0] ?? ''
  const answers = await Promise.all(addressesIn(withoutRoot, zookeeperPortDefault).map(isZooKeeperServing))
  if (!answers.includes(true)) throw unreachable('ZooKeeper', 'ZOOKEEPER', servers)
}

function unreachable(what: string, variable: string, value: string): LocalStackError {
  const fix = `start it, correct ${variable}, or unset ${variable} to let npm start run its own`
  return new LocalStackError(`No ${what} answers at ${variable}=${value}: ${fix}.`)
}

function addressesIn(text: string, portDefault: number): readonly ServerAddress[] {
  return text.split(',').map(part => {
    const [, host = '', port] = /^\s*(.*?)(?::(\d+))?\s*$/.exec(part) ?? []
    return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? portDefault : Number(port) }
  })
}

/** Only what we made ourselves inside the directory, and only when no living process serves it. */
async function forget(log: Log, dataDir: string): Promise<void> {
  for (const directory of [kafkaDir(dataDir), zookeeperDir(dataDir)]) {
    await endStaleProcess(log, `A server in ${directory}`, join(directory, processFileName))
    await rm(directory, { recursive: true, force: true })
  }
}

function kafkaDir(dataDir: string): string {
  return join(dataDir, 'kafka')
}

function zookeeperDir(dataDir: string): string {
  return join(dataDir, 'zookeeper')
}
