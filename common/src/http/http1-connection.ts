/**
 * A connection that speaks HTTP/1.1: an undici client, which dials when it is first used and again when the
 * other side closed. It carries one request at a time.
 */
import { buildConnector, Client } from 'undici'
import type { Place } from './dial.js'
import type { Connection, ConnectionOwner } from './connection.js'
import type { Carrier, Exchange } from './exchange.js'

export class Http1Connection implements Connection, Carrier {
  usedMs = 0
  isOffered = false
  private readonly client: Client
  private exchange: Exchange | null = null
  private isDraining = false

  constructor(
    private readonly owner: ConnectionOwner,
    origin: string,
    options: Client.Options,
  ) {
    this.client = new Client(origin, options)
  }

  openCount(): number {
    return this.exchange === null ? 0 : 1
  }

  hasRoom(): boolean {
    return this.exchange === null && !this.isDraining
  }

  carry(exchange: Exchange): void {
    this.exchange = exchange
    exchange.begin(this)
    const { path, method, headers, body } = exchange.request
    this.client.dispatch({ path, method, headers: headers as string[], body }, exchange)
  }

  free(exchange: Exchange): void {
    if (this.exchange !== exchange) return
    this.exchange = null
    if (this.isDraining) this.owner.lost(this)
    else this.owner.roomChanged(this)
  }

  /** undici breaks its own invariants when it is given a request while it reports a failure. */
  failed(exchange: Exchange): void {
    queueMicrotask(() => this.free(exchange))
  }

  drop(exchange: Exchange): void {
    if (this.exchange === exchange) this.owner.lost(this)
  }

  drain(): void {
    this.isDraining = true
    if (this.exchange === null) this.owner.lost(this)
  }

  fail(error: Error): void {
    this.exchange?.fail(error)
  }

  destroy(): void {
    this.exchange = null
    this.client.destroy(null, () => undefined)
  }
}

/** The same options, for connections that dial this place instead of the origin's own host. */
export function placed(options: Client.Options, { host, port }: Place): Client.Options {
  if (typeof options.connect === 'function') return options
  const connect = buildConnector(options.connect ?? {})
  return {
    ...options,
    connect: (wanted, callback) => connect({ ...wanted, hostname: host, port: String(port) }, callback),
  }
}
