/**
 * The system under test: real Kafka, real ZooKeeper, two frontends, two consumers, one management.
 * Takes a directory. Gives every process by name, so that faults can end, freeze and bring it back.
 * Promises: the frontends reach Kafka only through the proxy; only processes started here are ever signalled.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@iris/local-stack/ports'
import {
  createService,
  portKeyOf,
  settingsEnvironment,
  type ServiceName,
  type ServiceProcess,
} from '@iris/local-stack/service'
import type { Servers } from './servers.js'

/** Short, so that an outage of three sessions fits into a test. */
export const sessionMs = 2_000
export const partitionsPerTopic = 4
const startTriesMax = 5

/** One of our processes that may be down. */
export interface Member {
  readonly name: string
  readonly service: ServiceProcess
  /** Starts it again after a kill, also while what it needs is coming back. */
  revive(): Promise<void>
}

export interface Stack extends Servers {
  readonly dir: string
  readonly frontends: readonly Member[]
  readonly consumers: readonly Member[]
  readonly management: Member
  /** Stops our services; the servers stay. */
  stop(): Promise<void>
}

/** Starts our services on `servers`; without consumers only publishing is tried. */
export async function startStack(dir: string, servers: Servers, consumersCount = 2): Promise<Stack> {
  const { bootstrap, proxied, zookeeper } = servers
  const replicas = servers.brokers.length
  const logs = join(dir, 'logs')
  mkdirSync(logs, { recursive: true })
  mkdirSync(join(dir, 'spool'), { recursive: true })
  const member = async (name: string, service: ServiceName, brokers: string): Promise<Member> => {
    const port = { [portKeyOf(service)]: String(await freePort()) }
    const settings = { ...settingsOf(service, join(dir, 'spool', name), replicas), ...port }
    const environment = {
      ...settingsEnvironment(settings),
      KAFKA_BROKERS: brokers,
      ZOOKEEPER: zookeeper.connection,
    }
    return createMember(
      name,
      createService({ name: service, environment, logFile: join(logs, `${name}.log`) }),
    )
  }
  const [management, ...others] = await Promise.all([
    member('management', 'management-service', bootstrap),
    member('frontend-1', 'frontend-service', proxied),
    member('frontend-2', 'frontend-service', proxied),
    ...Array.from({ length: consumersCount }, (_, index) =>
      member(`consumers-${index + 1}`, 'consumers-service', bootstrap),
    ),
  ])
  const members = [management, ...others]
  await Promise.all(members.map(each => each.service.start()))
  return {
    dir,
    ...servers,
    management,
    frontends: others.slice(0, 2),
    consumers: others.slice(2),
    async stop() {
      await Promise.all(members.map(each => each.service.stop()))
    },
  }
}

const loopback = { 'delivery.allowedNetworks': '127.0.0.0/8' }

function settingsOf(service: ServiceName, spool: string, replicas: number): Readonly<Record<string, string>> {
  const session = { 'zookeeper.sessionTimeout': String(sessionMs) }
  if (service === 'frontend-service') return { ...session, 'frontend.spool.directory': spool }
  if (service === 'consumers-service')
    return { ...session, ...loopback, 'consumer.deadLetter.replicationFactor': String(replicas) }
  return {
    ...session,
    ...loopback,
    'management.topic.partitions': String(partitionsPerTopic),
    'management.topic.replicationFactor': String(replicas),
  }
}

/** A start writes the log anew, so the log of the life before is set aside first. */
function createMember(name: string, service: ServiceProcess): Member {
  let lives = 1
  return {
    name,
    service,
    async revive() {
      for (let tries = 1; ; tries++) {
        if (existsSync(service.logFile)) renameSync(service.logFile, `${service.logFile}.${lives++}`)
        try {
          await service.start()
          return
        } catch (error) {
          if (tries === startTriesMax) throw error
        }
      }
    },
  }
}
