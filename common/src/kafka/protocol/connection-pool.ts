/**
 * The connections to the brokers, one for each address and purpose.
 * Takes an address and a purpose. Gives the open connection, dialling again when the last one is gone.
 * Promises: many callers share one dial; failed dials back off; a stopped pool opens nothing.
 * Bound: addresses × purposes; connections to addresses that left the cluster are closed.
 */
import { backoffMs, type Backoff } from '../../time/backoff.js'
import { sleep } from '../../time/scheduler.js'
import { ConnectionLost, openConnection, type BrokerConnection, type ConnectionParts } from './connection.js'

const redial: Backoff = { firstMs: 50, factor: 2, capMs: 1_000 }

/** Where a broker listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

export interface ConnectionPool {
  connection(address: Address, purpose: string): Promise<BrokerConnection>
  /** How far the pair is from an open connection: 0 open, else 1 and the failed dials in a row. */
  distance(address: Address, purpose: string): number
  /** Closes connections to addresses not in the list. */
  keepOnly(addresses: readonly Address[]): void
  stop(): Promise<void>
}

interface Place {
  readonly address: Address
  connection: BrokerConnection | null
  dialling: Promise<BrokerConnection> | null
  failures: number
}

export interface PoolOptions {
  readonly clientId: string
  readonly dialTimeoutMs: number
}

/** Makes an empty pool. */
export function createConnectionPool(parts: ConnectionParts, options: PoolOptions): ConnectionPool {
  const places = new Map<string, Place>()
  let isStopped = false

  const placeOf = (address: Address, purpose: string): Place => {
    const name = placeName(address, purpose)
    let place = places.get(name)
    if (place === undefined) {
      place = { address, connection: null, dialling: null, failures: 0 }
      places.set(name, place)
    }
    return place
  }
  const dial = async (place: Place): Promise<BrokerConnection> => {
    try {
      if (place.failures > 0) await sleep(parts.scheduler, backoffMs(redial, place.failures))
      if (isStopped) throw stopped()
      const connection = await openConnection(parts, { ...place.address, ...options })
      place.failures = 0
      if (!isStopped) return (place.connection = connection)
      await connection.close()
      throw stopped()
    } catch (error) {
      place.failures += 1
      throw error
    } finally {
      place.dialling = null
    }
  }

  return {
    connection(address, purpose) {
      if (isStopped) return Promise.reject(stopped())
      const place = placeOf(address, purpose)
      if (place.connection?.isOpen === true) return Promise.resolve(place.connection)
      place.connection = null
      return (place.dialling ??= dial(place))
    },
    distance(address, purpose) {
      const place = places.get(placeName(address, purpose))
      return place?.connection?.isOpen === true ? 0 : 1 + (place?.failures ?? 0)
    },
    keepOnly(addresses) {
      const kept = new Set(addresses.map(nameOf))
      for (const [name, place] of places) {
        if (kept.has(nameOf(place.address)) || place.dialling !== null) continue
        places.delete(name)
        void place.connection?.close()
      }
    },
    async stop() {
      isStopped = true
      for (const place of places.values()) await place.connection?.close()
      places.clear()
    },
  }
}

/** `host:port`, for maps and sentences. */
export function nameOf(address: Address): string {
  return `${address.host}:${address.port}`
}

function placeName(address: Address, purpose: string): string {
  return `${nameOf(address)} ${purpose}`
}

function stopped(): ConnectionLost {
  return new ConnectionLost('the Kafka client is stopped')
}
