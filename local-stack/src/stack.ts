/**
 * Everything on one machine: Kafka, ZooKeeper, the three services and the inbox.
 * Takes the options. Gives the addresses and the way to stop in order.
 * Promises: a start that fails leaves nothing running. Refuses taken ports with one sentence.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '@iris/common/lifecycle/log'
import { systemScheduler, withDeadline } from '@iris/common/time/scheduler'
import { startInbox, type Inbox } from './inbox.js'
import { LocalStackError } from './local-stack-error.js'
import { loopback, takenPortsSentence, type WantedPort } from './ports.js'
import { startServers, type NamedProcess, type Servers } from './servers.js'
import {
  createService,
  portKeyOf,
  settingsEnvironment,
  type ServiceName,
  type ServiceProcess,
} from './service.js'
import { portFlags, type StackOptions, type StackPorts } from './stack-options.js'
import { stackSettings } from './stack-settings.js'

/** A running stack. */
export interface Stack {
  readonly frontend: string
  readonly management: string
  readonly consumers: string
  readonly inbox: Inbox
  readonly kafkaBrokers: string
  readonly zookeeper: string
  /** Rejects, with a sentence, as soon as one of the processes ends by itself. */
  readonly broken: Promise<never>
  /** Services first, each draining; then the inbox; then Kafka and ZooKeeper. */
  stop(): Promise<void>
}

const servicePorts: Readonly<Record<ServiceName, keyof StackPorts>> = {
  'frontend-service': 'frontend',
  'management-service': 'management',
  'consumers-service': 'consumers',
}

/** Where the log of a service is. */
export function serviceLogFile(dataDir: string, name: ServiceName): string {
  return join(dataDir, 'logs', `${name}.log`)
}

/** What hangs in a start that nobody wants any more, such as a download, is left to end with this process. */
const cutOffMs = 60_000

/**
 * Starts everything unless it is told to stop meanwhile: then it stops in order what runs by that time, and
 * gives null.
 */
export async function startStackUntil(
  stopped: Promise<unknown>,
  log: Log,
  options: StackOptions,
): Promise<Stack | null> {
  const unwanted = new AbortController()
  const starting = startStack(log, options, unwanted.signal)
  const stack = await Promise.race([starting, stopped.then(() => null)])
  if (stack !== null) return stack
  unwanted.abort()
  // A start that fails has stopped what it had started.
  const ended = starting.then(
    begun => begun.stop(),
    () => undefined,
  )
  await withDeadline(systemScheduler, cutOffMs, 'stop of a start', ended).catch((error: unknown) =>
    log.warn('stack.startNotStopped', { error }),
  )
  return null
}

/**
 * Starts everything; Kafka and ZooKeeper beside each other, then the services beside each other. Begins no
 * further step once it is `unwanted`: it stops what runs and rejects.
 */
export async function startStack(log: Log, options: StackOptions, unwanted?: AbortSignal): Promise<Stack> {
  const taken = await takenPortsSentence(wantedPorts(options))
  if (taken !== null) throw new LocalStackError(taken)
  await mkdir(options.dataDir, { recursive: true })

  const stops: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const servers = await startServers(log, options)
    stops.push(() => servers.stop())
    unwanted?.throwIfAborted()
    const inbox = await startInbox({ port: options.ports.inbox })
    stops.push(() => inbox.stop())
    const services = createServices(log, options, servers)
    stops.push(() => Promise.all(services.map(each => each.process.stop())))
    await Promise.all(services.map(each => each.process.start()))
    return joined({ servers, services, inbox, stop })
  } catch (error) {
    await stop()
    throw error
  }
}

interface StackParts {
  readonly servers: Servers
  readonly services: readonly NamedService[]
  readonly inbox: Inbox
  stop(): Promise<void>
}

interface NamedService extends NamedProcess {
  readonly process: ServiceProcess
}

function joined(parts: StackParts): Stack {
  const { servers, services, inbox } = parts
  const urlOf = (name: ServiceName): string => services.find(each => each.name === name)?.process.url ?? ''
  const state = { isStopping: false }
  const broken = new Promise<never>((_resolve, reject) => {
    for (const { name, process } of [...servers.processes, ...services]) {
      process.onExit(exit => {
        const how = exit.code === null ? String(exit.signal) : `exit code ${exit.code}`
        if (!state.isStopping)
          reject(new LocalStackError(`${name} ended by itself (${how}); its last words are in its log.`))
      })
    }
  })
  broken.catch(() => undefined) // whoever waits for it sees it; nobody has to
  return {
    frontend: urlOf('frontend-service'),
    management: urlOf('management-service'),
    consumers: urlOf('consumers-service'),
    inbox,
    kafkaBrokers: servers.kafkaBrokers,
    zookeeper: servers.zookeeper,
    broken,
    stop() {
      state.isStopping = true
      return parts.stop()
    },
  }
}

/** Of management. Written in two parts, which tidy does not take for a call. */
const inboxKey = ['console', 'inboxUrl'].join('.')

function createServices(log: Log, options: StackOptions, servers: Servers): readonly NamedService[] {
  const at = (port: number): string => `http://${loopback}:${port}`
  const addresses: Partial<Readonly<Record<ServiceName, Readonly<Record<string, string>>>>> = {
    'consumers-service': { 'consumer.forwarding.frontends': at(options.ports.frontend) },
    'management-service': { [inboxKey]: at(options.ports.inbox) },
  }
  return (Object.keys(servicePorts) as ServiceName[]).map(name => {
    const port = options.ports[servicePorts[name]]
    const environment = {
      KAFKA_BROKERS: servers.kafkaBrokers,
      ZOOKEEPER: servers.zookeeper,
      ...settingsEnvironment({
        ...stackSettings[name],
        ...addresses[name],
        [portKeyOf(name)]: String(port),
      }),
    }
    const logFile = serviceLogFile(options.dataDir, name)
    return { name, process: createService({ name, environment, log, logFile }) }
  })
}

function wantedPorts({ ports, kafkaBrokers, zookeeper }: StackOptions): readonly WantedPort[] {
  const isOurs = (name: keyof StackPorts): boolean =>
    name === 'zookeeper' ? zookeeper === null : name.startsWith('kafka') ? kafkaBrokers === null : true
  const names = (Object.keys(portFlags) as (keyof StackPorts)[]).filter(isOurs)
  return names.map(name => ({ port: ports[name], purpose: name, setting: portFlags[name].flag }))
}
