/**
 * The life of one ZooKeeper session over many connections, and of the session that replaces it.
 * Takes a way to open connections. Gives the present connection, events, and how long the server has been
 * silent. Promises: goes on with the same session as long as the server keeps it, however long it was away;
 * pings a quarter of the session after the last answer and gives a connection up after two thirds of silence.
 * Only the server's word ends a session; who must not act on a doubtful one asks `silentMs`.
 */
import type { Log } from '../lifecycle/log.js'
import { invariant } from '../lifecycle/invariant.js'
import { backoffMs } from '../time/backoff.js'
import type { Clock } from '../time/clock.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import { existsCall } from './calls.js'
import type { OpenConnection, SessionCredentials, ZooConnection } from './connection.js'
import { createListeners } from './listeners.js'
import { sessionText } from './node.js'
import { ZooUnavailableError } from './zoo-errors.js'

/**
 * What a session goes through: `new` one there, `away` from the server, `back` with the same session,
 * `expired` on the server's word. After `expired` a `new` one follows.
 */
export type SessionEvent = 'new' | 'away' | 'back' | 'expired'

export interface SessionLifeOptions {
  readonly servers: readonly string[]
  readonly sessionTimeoutMs: number
  readonly connectTimeoutMs: number
}

export interface SessionLifeDependencies {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly open: OpenConnection
}

/** Told before the listeners of events are. */
export interface SessionLifeHooks {
  connected(connection: ZooConnection, isSameSession: boolean): void
  disconnected(connection: ZooConnection): void
  notified: Parameters<OpenConnection>[1]['notified']
}

const reconnect = { firstMs: 100, factor: 2, capMs: 1_000 }
/** A connection that held this long makes the next reconnect begin at the first delay again. */
const calmMs = 5_000
const attemptMsMin = 1_000
const endMs = 2_000
/** Looks at the silence so often a session. */
const checksPerSession = 12
const pingShare = 1 / 4
const awayShare = 2 / 3

export class SessionLife {
  private readonly listeners
  private connection: ZooConnection | null = null
  private isOpen = false
  private isRunning = false
  private credentials: SessionCredentials | null = null
  /** The credentials whose id `name` is. */
  private named: SessionCredentials | null = null
  private name = ''
  private zxid: Buffer | null = null
  private timeoutMs: number
  private heardAtMs = Number.NEGATIVE_INFINITY
  private openedAtMs = 0
  private checkedAtMs = 0
  private isPinging = false
  private tries = 0
  private serverIndex = 0
  private starting: { resolve(): void; reject(error: Error): void; cancel: Cancel } | null = null
  private onEnd: (() => void) | null = null
  private cancelTimer: Cancel = () => undefined
  private lastError: Error | null = null

  constructor(
    private readonly deps: SessionLifeDependencies,
    private readonly options: SessionLifeOptions,
    private readonly hooks: SessionLifeHooks,
  ) {
    this.timeoutMs = options.sessionTimeoutMs
    this.listeners = createListeners<[SessionEvent]>(deps.log, 'zookeeper.session')
  }

  isConnected(): boolean {
    return this.isOpen
  }

  /** The age of the last request that was answered: the server has kept the session at least since then. */
  silentMs(): number {
    return this.deps.clock.monotonic() - this.heardAtMs
  }

  sessionId(): string {
    // Asked for each message that is delivered.
    if (this.named !== this.credentials) {
      this.named = this.credentials
      this.name = this.named === null ? '' : sessionText(this.named.id)
    }
    return this.name
  }

  /** As the server granted it. */
  sessionTimeoutMs(): number {
    return this.timeoutMs
  }

  onSession(listener: (event: SessionEvent) => void): Cancel {
    return this.listeners.add(listener)
  }

  start(): Promise<void> {
    invariant(!this.isRunning, 'ZooKeeper session started twice')
    this.isRunning = true
    this.tries = 0
    return new Promise((resolve, reject) => {
      const { connectTimeoutMs } = this.options
      const cancel = this.deps.scheduler.after(connectTimeoutMs, () =>
        this.halt(`did not answer within ${connectTimeoutMs} ms`),
      )
      this.starting = { resolve, reject, cancel }
      this.connect()
    })
  }

  /** Ends the session on the server, so that its ephemeral nodes go at once; bounded by `endMs`. */
  async stop(): Promise<void> {
    if (!this.isRunning) return
    const { connection } = this
    if (connection !== null && this.isOpen) {
      this.isOpen = false
      this.hooks.disconnected(connection)
      await new Promise<void>(resolve => {
        const cancel = this.deps.scheduler.after(endMs, resolve)
        this.onEnd = () => (cancel(), resolve())
        connection.endSession()
      })
    }
    this.halt('was not asked any more: the session is stopped')
  }

  private halt(why: string): void {
    const { connection, starting } = this
    this.isRunning = false
    this.cancelTimer()
    this.connection = null
    this.starting = null
    this.onEnd = null
    this.credentials = null
    if (this.isOpen && connection !== null) this.hooks.disconnected(connection)
    this.isOpen = false
    connection?.destroy(new Error('The session is stopped'))
    starting?.cancel()
    const cause = this.lastError === null ? '' : ` (${this.lastError.message})`
    const text = `ZooKeeper at ${this.options.servers.join(', ')} ${why}${cause}`
    starting?.reject(new ZooUnavailableError(text, false, { cause: this.lastError }))
  }

  private connect(): void {
    const { clock, scheduler, open } = this.deps
    const server = this.options.servers[this.serverIndex++ % this.options.servers.length] ?? ''
    const askedAtMs = clock.monotonic()
    const { sessionTimeoutMs } = this.options
    // A server restored from older data would refuse us for ever; by then its word on the session decides.
    const zxid = this.silentMs() > this.timeoutMs ? null : this.zxid
    const target = { server, sessionTimeoutMs, credentials: this.credentials, zxid }
    const connection: ZooConnection = open(target, {
      opened: (credentials, timeoutMs) => {
        if (connection === this.connection) this.opened(connection, credentials, timeoutMs, askedAtMs)
      },
      closed: (reason, error) => {
        if (connection === this.connection) this.closed(connection, reason, error)
      },
      heard: sentAtMs => {
        if (connection === this.connection) this.heardAtMs = Math.max(this.heardAtMs, sentAtMs)
      },
      notified: event => this.hooks.notified(event),
    })
    this.connection = connection
    const waitMs = Math.max(attemptMsMin, this.timeoutMs / 3 / this.options.servers.length)
    this.cancelTimer = scheduler.after(waitMs, () =>
      connection.destroy(new Error(`${server} accepted no session within ${Math.round(waitMs)} ms`)),
    )
  }

  private opened(
    connection: ZooConnection,
    credentials: SessionCredentials,
    timeoutMs: number,
    askedAtMs: number,
  ): void {
    const isSame = this.credentials !== null && this.credentials.id.equals(credentials.id)
    this.cancelTimer()
    this.credentials = credentials
    this.timeoutMs = timeoutMs
    this.isOpen = true
    this.isPinging = false
    this.heardAtMs = Math.max(this.heardAtMs, askedAtMs)
    this.openedAtMs = this.checkedAtMs = this.deps.clock.monotonic()
    this.cancelTimer = this.deps.scheduler.every(this.checkMs(), () => this.check(connection))
    this.deps.log.info('zookeeper.connected', { session: this.sessionId(), isSame, timeoutMs })
    this.hooks.connected(connection, isSame)
    this.listeners.emit(isSame ? 'back' : 'new')
    this.starting?.cancel()
    this.starting?.resolve()
    this.starting = null
  }

  private closed(connection: ZooConnection, reason: 'lost' | 'expired', error: Error): void {
    const { clock, scheduler, log } = this.deps
    const wasOpen = this.isOpen
    this.cancelTimer()
    this.connection = null
    this.isOpen = false
    this.lastError = error
    this.onEnd?.()
    if (wasOpen) {
      this.zxid = connection.zxid()
      this.hooks.disconnected(connection)
      if (clock.monotonic() - this.openedAtMs > calmMs) this.tries = 0
    }
    if (!this.isRunning || this.onEnd !== null) return
    if (reason === 'expired') this.expired()
    else if (wasOpen || this.tries === 0) log.warn('zookeeper.away', { silentMs: this.silentMs(), error })
    if (wasOpen) this.listeners.emit('away')
    this.tries++
    const delayMs = reason === 'expired' ? 0 : backoffMs(reconnect, this.tries)
    this.cancelTimer = scheduler.after(delayMs, () => this.connect())
  }

  private expired(): void {
    this.deps.log.warn('zookeeper.expired', { session: this.sessionId(), silentMs: this.silentMs() })
    this.credentials = null
    this.zxid = null
    this.listeners.emit('expired')
  }

  private checkMs(): number {
    return this.timeoutMs / checksPerSession
  }

  /** A check that comes late says more about this process than about the server, so it gives nothing up. */
  private check(connection: ZooConnection): void {
    const now = this.deps.clock.monotonic()
    const isLate = now - this.checkedAtMs > 2 * this.checkMs()
    this.checkedAtMs = now
    const silentMs = this.silentMs()
    if (silentMs >= this.timeoutMs * awayShare && !isLate)
      connection.destroy(new Error(`The ZooKeeper server was silent for ${Math.round(silentMs)} ms`))
    else if (silentMs >= this.timeoutMs * pingShare && !this.isPinging) void this.ping(connection)
  }

  private async ping(connection: ZooConnection): Promise<void> {
    this.isPinging = true
    try {
      await connection.send(existsCall('/'))
    } catch (error) {
      this.deps.log.debug('zookeeper.pingFailed', { error })
    } finally {
      if (connection === this.connection) this.isPinging = false
    }
  }
}
