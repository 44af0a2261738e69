/**
 * The connections of one caller (such as a subscription) to one origin.
 * Takes requests. Gives each a connection of its own for its time; the one used last is used first.
 * Bound: `connectionsMax` connections; more requests wait in a queue, and their time runs.
 * Promises: nobody else's requests wait in this queue, so a slow endpoint holds up its own caller only.
 */
import { Client } from 'undici'
import type { OutgoingRequest, Sending } from './attempt.js'
import { Exchange, type Carrier } from './exchange.js'
import type { DeadlineWheel } from './deadline-wheel.js'

/** What all targets of a client share. */
export interface TargetParts {
  readonly wheel: DeadlineWheel
  readonly clientOptions: Client.Options
  now(): number
  /** Whether one more connection may be opened in the process; what is allowed is counted. */
  takeConnection(target: HttpTarget): boolean
  connectionGone(): void
  /** A connection has nothing to do: another target may need its place. */
  connectionIdle(): void
}

/** A connection: an undici client, which dials when it is first used and again when the other side closed. */
interface Connection extends Carrier {
  readonly client: Client
  exchange: Exchange | null
  usedMs: number
}

export class HttpTarget {
  private readonly idle: Connection[] = []
  private readonly all = new Set<Connection>()
  private readonly queue = new Set<Exchange>()
  private isClosed = false
  private isRetired = false

  constructor(
    private readonly parts: TargetParts,
    private readonly origin: string,
    private readonly connectionsMax: number,
    /** Why nothing may be sent there, or null. */
    private readonly problem: string | null,
    private readonly onClosed: (target: HttpTarget) => void,
  ) {}

  /** Sends a request; its result comes later. */
  send(request: OutgoingRequest): Sending {
    const exchange = new Exchange(request, this.parts.wheel, this.parts.now)
    const refusal = this.isClosed ? closed() : this.problem === null ? null : forbidden(this.problem)
    if (refusal !== null) {
      queueMicrotask(() => exchange.fail(refusal))
      return exchange
    }
    const connection = this.idle.pop() ?? this.open()
    if (connection !== null) carry(connection, exchange)
    else this.wait(exchange)
    return exchange
  }

  get connectionCount(): number {
    return this.all.size
  }

  get idleCount(): number {
    return this.idle.length
  }

  get waitingCount(): number {
    return this.queue.size
  }

  /** Closes idle connections that were last used before `beforeMs`, at most `countMax`, the oldest first. */
  closeIdle(beforeMs: number, countMax: number): number {
    let count = 0
    while (count < countMax && (this.idle[0]?.usedMs ?? Infinity) < beforeMs) {
      const connection = this.idle.shift()
      if (connection !== undefined) this.discard(connection)
      count++
    }
    return count
  }

  /** Lets a waiting request go, if a connection may be opened for it now. */
  serveWaiting(): void {
    for (const exchange of this.queue) {
      const connection = this.idle.pop() ?? this.open()
      if (connection === null) return
      this.queue.delete(exchange)
      carry(connection, exchange)
    }
  }

  /** Lets what is under way end, then closes. Nothing may be sent any more. */
  retire(): void {
    this.isRetired = true
    this.closeIdle(Infinity, Infinity)
    if (this.all.size === 0) this.close()
  }

  /** Ends everything at once: requests under way fail as a fault of ours. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    const underWay = [...this.queue, ...[...this.all].flatMap(each => each.exchange ?? [])]
    for (const exchange of underWay) exchange.fail(closed())
    for (const connection of [...this.all]) this.discard(connection)
    this.idle.length = 0
    this.onClosed(this)
  }

  private wait(exchange: Exchange): void {
    this.queue.add(exchange)
    const leave = (): void => void this.queue.delete(exchange)
    exchange.begin({ free: leave, drop: leave })
  }

  private open(): Connection | null {
    if (this.all.size >= this.connectionsMax || !this.parts.takeConnection(this)) return null
    const connection: Connection = {
      client: new Client(this.origin, this.parts.clientOptions),
      exchange: null,
      usedMs: this.parts.now(),
      free: exchange => this.release(connection, exchange),
      drop: exchange => {
        if (connection.exchange === exchange) this.discard(connection)
      },
    }
    this.all.add(connection)
    return connection
  }

  private release(connection: Connection, exchange: Exchange): void {
    if (connection.exchange !== exchange) return
    connection.exchange = null
    connection.usedMs = this.parts.now()
    if (this.isClosed || !this.all.has(connection)) return
    this.idle.push(connection)
    if (this.queue.size > 0) this.serveWaiting()
    else if (this.isRetired) this.retire()
    else this.parts.connectionIdle()
  }

  private discard(connection: Connection): void {
    if (!this.all.delete(connection)) return
    connection.exchange = null
    connection.client.destroy(null, () => undefined)
    this.parts.connectionGone()
    if (this.queue.size > 0) this.serveWaiting()
    else if (this.isRetired && this.all.size === 0) this.close()
  }
}

function carry(connection: Connection, exchange: Exchange): void {
  connection.exchange = exchange
  exchange.begin(connection)
  const { path, method, headers, body } = exchange.request
  connection.client.dispatch({ path, method, headers: headers as string[], body }, exchange)
}

function closed(): Error {
  return Object.assign(new Error('The client is stopping'), { code: 'UND_ERR_CLOSED' })
}

function forbidden(problem: string): Error {
  return Object.assign(new Error(`This endpoint may not be called: ${problem}`), {
    code: 'FORBIDDEN_ADDRESS',
  })
}
