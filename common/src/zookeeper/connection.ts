/**
 * One connection to one ZooKeeper server, from dial to end.
 * Takes a server and, to go on with it, a session. Gives answers, watch events and the one word that it is
 * over. Promises: never reconnects, keeps no watch list, fails all that is unanswered when it ends.
 * The library's own reconnect sends all watches in one packet and mixes old bytes into new ones, so a client
 * lives once.
 */
import type { Clock } from '../time/clock.js'
import type { ZooCall } from './calls.js'
import { createFrameSplitter } from './frames.js'
import {
  library,
  type Client,
  type ConnectionManager,
  type WatcherEvent,
  type WatcherSink,
} from './library.js'
import { ConnectionLostError, zooError } from './zoo-errors.js'

/** What a server needs to give a session back. */
export interface SessionCredentials {
  readonly id: Buffer
  readonly password: Buffer
}

/** What happened at a watched path. */
export interface WatchEvent {
  readonly kind: 'created' | 'deleted' | 'changed' | 'children'
  readonly path: string
}

/** What the connection tells. `closed` comes exactly once and last. */
export interface ConnectionListener {
  opened(credentials: SessionCredentials, sessionTimeoutMs: number): void
  closed(reason: 'lost' | 'expired', error: Error): void
  notified(event: WatchEvent): void
  /** The server answered what was sent at that monotonic time. */
  heard(sentAtMs: number): void
}

export interface ConnectionTarget {
  /** `host:port` with the chroot. */
  readonly server: string
  readonly sessionTimeoutMs: number
  /** Null asks for a new session. */
  readonly credentials: SessionCredentials | null
  /** The newest transaction seen in this session: a server that is behind it refuses us. */
  readonly zxid: Buffer | null
}

export interface ZooConnection {
  /** Rejects with the server's refusal, or with `ConnectionLostError` when the connection is over. */
  send<T>(call: ZooCall<T>): Promise<T>
  /** The newest transaction seen. */
  zxid(): Buffer
  /** Asks the server to end the session, and so this connection. */
  endSession(): void
  /** Ends the connection at once; the session stays on the server. */
  destroy(error: Error): void
}

export type OpenConnection = (target: ConnectionTarget, listener: ConnectionListener) => ZooConnection

/** States of the library's connection manager. */
const connected = 2
const disconnected = 0
const closed = -2
const expired = -3
const closedByServer = 'The ZooKeeper server closed the connection'
const eventKinds: Readonly<Record<number, WatchEvent['kind']>> = {
  1: 'created',
  2: 'deleted',
  3: 'changed',
  4: 'children',
}

// The library throws on codes it does not know, inside a socket callback, which would end the process.
library.Exception.create = code =>
  Object.assign(new Error(`ZooKeeper error ${code}`), { code, getCode: () => code })

/** Connections of the library, measured with this clock. */
export function libraryConnections(clock: Clock): OpenConnection {
  return (target, listener) => new LibraryConnection(clock, target, listener)
}

class LibraryConnection implements ZooConnection {
  private readonly client: Client
  private readonly manager: ConnectionManager
  private readonly outstanding = new Set<(error: Error) => void>()
  private isOver = false
  private isGathering = false
  private lastError: Error | null = null

  constructor(
    private readonly clock: Clock,
    target: ConnectionTarget,
    private readonly listener: ConnectionListener,
  ) {
    this.client = library.createClient(target.server, {
      sessionTimeout: target.sessionTimeoutMs,
      spinDelay: 0,
      retries: 0,
      ...(target.credentials === null
        ? {}
        : { sessionId: target.credentials.id, sessionPassword: target.credentials.password }),
    })
    this.manager = this.client.connectionManager
    if (target.zxid !== null) this.manager.zxid = target.zxid
    this.manager.watcherManager = watcherSink(event => this.notified(event))
    this.manager.on('state', (state: number) => this.changed(state))
    this.takeFrames()
    this.client.connect()
    this.manager.connect = () => undefined
    // The library dials in the next tick; its socket is there after it.
    process.nextTick(() => this.manager.socket?.on('error', error => (this.lastError = error)))
  }

  send<T>(call: ZooCall<T>): Promise<T> {
    if (this.isOver) return Promise.reject(lost(call.name))
    return new Promise<T>((resolve, reject) => {
      const sentAtMs = this.clock.monotonic()
      const isFirst = (): boolean => this.outstanding.delete(reject)
      this.outstanding.add(reject)
      this.gatherWrites()
      try {
        call.start(this.client, {
          given: value => {
            if (!isFirst()) return
            this.listener.heard(sentAtMs)
            resolve(value)
          },
          refused: (code, path = call.path) => {
            if (!isFirst()) return
            const error = zooError(code, path)
            // Who asks again on this error must find this connection over, or would ask for ever.
            if (error instanceof ConnectionLostError) this.destroy(new Error(closedByServer))
            else this.listener.heard(sentAtMs)
            reject(error)
          },
        })
      } catch (error) {
        // The library checks paths and sizes before it sends.
        if (isFirst()) reject(new Error(`ZooKeeper cannot ${call.name}`, { cause: error }))
      }
    })
  }

  zxid(): Buffer {
    return this.manager.zxid
  }

  endSession(): void {
    if (!this.isOver) this.client.close()
  }

  destroy(error: Error): void {
    this.finish('lost', error)
    process.nextTick(() => this.manager.socket?.destroy(error))
  }

  /**
   * One write to the system for all requests of a tick: half of the cost of a large load was a write a
   * request.
   */
  private gatherWrites(): void {
    const { socket } = this.manager
    if (this.isGathering || socket === undefined) return
    this.isGathering = true
    socket.cork()
    process.nextTick(() => {
      this.isGathering = false
      socket.uncork()
    })
  }

  /** Gives the library whole frames only, and keeps what it throws on bad ones from ending the process. */
  private takeFrames(): void {
    const take = this.manager.onSocketData.bind(this.manager)
    const splitter = createFrameSplitter()
    this.manager.onSocketData = chunk => {
      try {
        for (const frame of splitter.push(chunk)) take(frame)
      } catch (error) {
        this.destroy(new Error('The ZooKeeper server sent what the client cannot read', { cause: error }))
      }
    }
  }

  private changed(state: number): void {
    if (this.isOver) return
    if (state === connected) {
      const credentials = { id: this.manager.getSessionId(), password: this.manager.getSessionPassword() }
      this.listener.opened(credentials, this.manager.getSessionTimeout())
    } else if (state === expired) {
      this.finish('expired', new Error('The ZooKeeper server says that the session is over'))
      this.manager.socket?.destroy()
    } else if (state === disconnected || state === closed) {
      this.finish('lost', new Error(closedByServer))
    }
  }

  /** A microtask of its own, so that an error of ours is not taken for a bad frame. */
  private notified(event: WatcherEvent): void {
    const kind = eventKinds[event.type]
    if (kind === undefined) return
    queueMicrotask(() => this.listener.notified({ kind, path: event.path }))
  }

  private finish(reason: 'lost' | 'expired', found: Error): void {
    if (this.isOver) return
    this.isOver = true
    const error = this.lastError ?? found
    for (const fail of [...this.outstanding]) {
      this.outstanding.delete(fail)
      fail(lost('answer', error))
    }
    this.listener.closed(reason, error)
  }
}

function lost(what: string, cause?: Error): ConnectionLostError {
  return new ConnectionLostError(`The connection to ZooKeeper ended: ${what}`, { cause })
}

function watcherSink(emit: (event: WatcherEvent) => void): WatcherSink {
  const nothing = (): void => undefined
  return {
    registerDataWatcher: nothing,
    registerChildWatcher: nothing,
    registerExistenceWatcher: nothing,
    isEmpty: () => true,
    emit,
  }
}
