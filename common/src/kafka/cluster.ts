/**
 * The Kafka cluster as it stands: brokers, leaders, coordinators, and the connections to them.
 * Takes bootstrap addresses. Gives layouts of topics from a cache, and connections by broker and purpose.
 * Promises: `layout` never waits; refreshes are shared; a lost broker is dialled again with back-off.
 * Bounds: topics once refreshed and not gone, `coordinatorsMax` groups.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import { sleep, type Cancel, type Scheduler } from '../time/scheduler.js'
import { UnsupportedBroker, type ApiCall, type BrokerConnection } from './protocol/connection.js'
import { createConnectionPool, nameOf, type Address } from './protocol/connection-pool.js'
import { createCoordinators } from './protocol/coordinators.js'
import { createLayoutCache, type PartitionLayout } from './protocol/layout-cache.js'
import { findCoordinatorCall, metadataCall } from './protocol/metadata.js'
import { createRefresher } from './protocol/refresher.js'

export type { PartitionLayout } from './protocol/layout-cache.js'

/** A cluster as its clients see it. */
export interface Cluster {
  /** Resolves when a broker answered; rejects with a sentence naming them after `connectTimeoutMs`. */
  start(): Promise<void>
  stop(): Promise<void>
  /** The partitions in order of their number, or undefined while unknown. */
  layout(topic: string): readonly PartitionLayout[] | undefined
  /** Asks Kafka about the topics. A topic that does not exist leaves the cache. */
  refresh(topics: readonly string[]): Promise<void>
  /** Since Kafka last told where topics lie; infinite before the first time. */
  metadataAgeMs(): number
  /** Calls `listener` with each topic whose layout changed or went. */
  onLayout(listener: (topic: string) => void): Cancel
  /** The open connection to a broker for a purpose; calls of other purposes never wait behind its calls. */
  connection(broker: number, purpose: string): Promise<BrokerConnection>
  /** An open connection to any broker, an open one first. */
  anyConnection(purpose: string): Promise<BrokerConnection>
  coordinator(groupId: string): Promise<number>
  forgetCoordinator(groupId: string): void
  /** The broker that takes changes. Any broker does since KRaft; the answer is the one Kafka names. */
  controller(): Promise<number>
}

export interface ClusterOptions {
  /** `host:port` of some brokers. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
  /** Every known topic is asked about again this often. */
  readonly metadataMaxAgeMs: number
}

export interface ClusterParts {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

/** A paused broker must not hold up the question that another one can answer. */
const askTimeoutMaxMs = 5_000
const dialTimeoutMaxMs = 5_000
const askAgainMs = 100
const purposeOfOwnCalls = 'layout'

/** Makes a cluster that has not asked anything yet. */
export function createCluster(parts: ClusterParts, options: ClusterOptions): Cluster {
  const { log, clock, scheduler } = parts
  const bootstrap = options.brokers.map(parseAddress)
  const names = options.brokers.join(', ')
  const pool = createConnectionPool(parts, {
    clientId: options.clientId,
    dialTimeoutMs: Math.min(dialTimeoutMaxMs, options.connectTimeoutMs),
  })
  const askTimeoutMs = Math.min(askTimeoutMaxMs, options.requestTimeoutMs)
  const cache = createLayoutCache()
  let isStopped = false
  let toldAtMs = -Infinity
  let cancelAging: Cancel = () => undefined

  const anyConnection = async (purpose: string): Promise<BrokerConnection> => {
    const distance = (address: Address): number => pool.distance(address, purpose)
    const candidates = distinct([...cache.addresses(), ...bootstrap])
    candidates.sort((left, right) => distance(left) - distance(right))
    let cause: unknown
    for (const address of candidates) {
      try {
        return await pool.connection(address, purpose)
      } catch (error) {
        if (isStopped || error instanceof UnsupportedBroker) throw error
        cause = error
      }
    }
    throw new Error(`no Kafka broker can be reached (${names}): ${(cause as Error).message}`, { cause })
  }
  const ask = async <T>(call: ApiCall<T>, limitMs: number): Promise<T> => {
    const deadlineMs = clock.monotonic() + limitMs
    for (;;) {
      try {
        return await (await anyConnection(purposeOfOwnCalls)).request(call)
      } catch (error) {
        const isOver = clock.monotonic() + askAgainMs >= deadlineMs
        if (isOver || isStopped || error instanceof UnsupportedBroker) throw error
        await sleep(scheduler, askAgainMs)
      }
    }
  }
  const refreshWithin = async (topics: readonly string[], limitMs: number): Promise<void> => {
    const metadata = await ask(metadataCall(topics, askTimeoutMs), limitMs)
    if (isStopped) return
    toldAtMs = clock.monotonic()
    cache.apply(metadata)
    pool.keepOnly([...cache.addresses(), ...bootstrap])
  }
  const refresher = createRefresher(topics => refreshWithin(topics, options.requestTimeoutMs))
  const coordinators = createCoordinators(parts, {
    limitMs: options.requestTimeoutMs,
    find: groupId => ask(findCoordinatorCall(groupId, askTimeoutMs), options.requestTimeoutMs),
    onFound: broker => cache.learn(broker),
  })
  const refreshAll = (): void => {
    refresher.refresh(cache.topics()).catch((error: unknown) => {
      if (!isStopped) log.warn('kafka.refreshFailed', { brokers: names, error })
    })
  }

  return {
    async start() {
      try {
        await refreshWithin([], options.connectTimeoutMs)
      } catch (cause) {
        if (cause instanceof UnsupportedBroker) throw cause
        const reason = (cause as Error).message
        throw new Error(`Kafka did not answer in ${options.connectTimeoutMs} ms: ${reason}`, { cause })
      }
      // Who was started in vain is started again.
      cancelAging()
      cancelAging = scheduler.every(options.metadataMaxAgeMs, refreshAll)
    },
    async stop() {
      isStopped = true
      cancelAging()
      await pool.stop()
    },
    layout: topic => cache.layout(topic),
    refresh: topics => refresher.refresh(topics),
    metadataAgeMs: () => clock.monotonic() - toldAtMs,
    onLayout: listener => cache.onLayout(listener),
    async connection(broker, purpose) {
      if (cache.address(broker) === undefined) await refresher.refresh([])
      const address = cache.address(broker)
      if (address === undefined) throw new Error(`Kafka broker ${broker} is not in the cluster (${names})`)
      return pool.connection(address, purpose)
    },
    anyConnection,
    coordinator: groupId => coordinators.of(groupId),
    forgetCoordinator: groupId => coordinators.forget(groupId),
    async controller() {
      if (cache.controller() < 0) await refresher.refresh([])
      if (cache.controller() < 0) throw new Error(`the Kafka cluster (${names}) has no controller now`)
      return cache.controller()
    },
  }
}

/** Reads `host:port` or `[v6]:port`. Throws a sentence on anything else. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || !(port > 0 && port < 65_536)) {
    throw new Error(`"${text}" is not the address of a Kafka broker; write host:port`)
  }
  return { host, port }
}

function distinct(addresses: readonly Address[]): Address[] {
  return [...new Map(addresses.map(address => [nameOf(address), address])).values()]
}
