/**
 * The connections of one caller (such as a subscription) to one origin.
 * Takes requests. Gives each a place on a connection for its time; the connection used last is used first.
 * Bound: `connectionsMax` connections; more requests wait in a queue, and their time runs.
 * Promises: nobody else's requests wait in this queue, so a slow endpoint holds up its own caller only.
 */
import type { OutgoingRequest, Sending } from './attempt.js'
import type { Connection, ConnectionOwner } from './connection.js'
import type { DeadlineWheel } from './deadline-wheel.js'
import { Exchange } from './exchange.js'

/** What all targets of a client share. */
export interface TargetParts {
  readonly wheel: DeadlineWheel
  now(): number
  /** Whether one more connection may be opened in the process; what is allowed is counted. */
  takeConnection(target: HttpTarget): boolean
  connectionGone(): void
  /** A connection has nothing to do: another target may need its place. */
  connectionIdle(): void
}

/** What is special about one target. */
export interface TargetOptions {
  readonly connectionsMax: number
  /** Why nothing may be sent there, or null. */
  readonly problem: string | null
  connect(owner: ConnectionOwner): Connection
  onClosed(target: HttpTarget): void
}

/** How often a request that the endpoint did not begin with goes by another connection. */
const refusalsMax = 2

export class HttpTarget implements ConnectionOwner {
  private readonly all = new Set<Connection>()
  /** Those with room, the one used last at the end. */
  private readonly offered: Connection[] = []
  private readonly queue = new Set<Exchange>()
  private isClosed = false
  private isRetired = false

  constructor(
    private readonly parts: TargetParts,
    private readonly options: TargetOptions,
  ) {}

  /** Sends a request; its result comes later. */
  send(request: OutgoingRequest): Sending {
    const exchange = new Exchange(request, this.parts.wheel, this.parts.now)
    const { problem } = this.options
    const refusal = this.isClosed ? closed() : problem === null ? null : forbidden(problem)
    if (refusal !== null) queueMicrotask(() => exchange.fail(refusal))
    else if (!this.carry(exchange)) this.wait(exchange)
    return exchange
  }

  get connectionCount(): number {
    return this.all.size
  }

  get idleCount(): number {
    return [...this.all].filter(each => each.openCount() === 0).length
  }

  get waitingCount(): number {
    return this.queue.size
  }

  /** Closes idle connections that were last used before `beforeMs`, at most `countMax`. */
  closeIdle(beforeMs: number, countMax: number): number {
    let count = 0
    for (const connection of this.all) {
      if (count >= countMax) break
      if (connection.openCount() > 0 || connection.usedMs >= beforeMs) continue
      this.lost(connection)
      count++
    }
    return count
  }

  /** Lets waiting requests go, as far as connections have room or may be opened now. */
  serveWaiting(): void {
    for (const exchange of this.queue) {
      this.queue.delete(exchange)
      if (this.carry(exchange)) continue
      this.queue.add(exchange)
      return
    }
  }

  /** Lets what is under way end on the connections that there are; what comes next dials anew. */
  renew(): void {
    for (const connection of [...this.all]) connection.drain()
  }

  /** Lets what is under way end, then closes. Nothing may be sent any more. */
  retire(): void {
    this.isRetired = true
    this.closeIdle(Infinity, Infinity)
    if (this.all.size === 0 && this.queue.size === 0) this.close()
  }

  /** Ends everything at once: requests under way fail as a fault of ours. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    for (const exchange of [...this.queue]) exchange.fail(closed())
    for (const connection of [...this.all]) {
      connection.fail(closed())
      this.lost(connection)
    }
    this.options.onClosed(this)
  }

  roomChanged(connection: Connection): void {
    if (this.isClosed || !this.all.has(connection)) return
    connection.usedMs = this.parts.now()
    this.offer(connection)
    if (this.queue.size > 0) return this.serveWaiting()
    if (connection.openCount() > 0) return
    if (this.isRetired) this.retire()
    else this.parts.connectionIdle()
  }

  lost(connection: Connection): void {
    if (!this.all.delete(connection)) return
    if (connection.isOffered) this.offered.splice(this.offered.lastIndexOf(connection), 1)
    connection.isOffered = false
    connection.destroy()
    this.parts.connectionGone()
    if (this.isClosed) return
    if (this.queue.size > 0) this.serveWaiting()
    else if (this.isRetired && this.all.size === 0) this.close()
  }

  refused(exchange: Exchange): void {
    if (++exchange.refusals > refusalsMax || this.isClosed) {
      exchange.broke(new Error('The endpoint refused the request before it began with it'))
    } else if (!this.carry(exchange)) this.wait(exchange)
  }

  private carry(exchange: Exchange): boolean {
    const connection = this.takeOffered() ?? this.open()
    if (connection === null) return false
    connection.carry(exchange)
    this.offer(connection)
    return true
  }

  /** Takes out the one used last; those that lost their room without a word go on the way. */
  private takeOffered(): Connection | null {
    for (;;) {
      const connection = this.offered.pop()
      if (connection === undefined) return null
      connection.isOffered = false
      if (connection.hasRoom()) return connection
    }
  }

  private offer(connection: Connection): void {
    if (connection.isOffered || !connection.hasRoom() || !this.all.has(connection)) return
    connection.isOffered = true
    this.offered.push(connection)
  }

  private wait(exchange: Exchange): void {
    this.queue.add(exchange)
    const leave = (): void => {
      this.queue.delete(exchange)
      if (this.isRetired && this.all.size === 0 && this.queue.size === 0) this.close()
    }
    exchange.begin({ free: leave, failed: leave, drop: leave })
  }

  private open(): Connection | null {
    if (this.all.size >= this.options.connectionsMax || !this.parts.takeConnection(this)) return null
    const connection = this.options.connect(this)
    connection.usedMs = this.parts.now()
    this.all.add(connection)
    return connection
  }
}

function closed(): Error {
  return Object.assign(new Error('The client is stopping'), { code: 'UND_ERR_CLOSED' })
}

function forbidden(problem: string): Error {
  return Object.assign(new Error(`This endpoint may not be called: ${problem}`), {
    code: 'FORBIDDEN_ADDRESS',
  })
}
