/**
 * ZooKeeper as the rest of the project sees it: one session that replaces itself when it dies.
 * Takes servers and time limits. Gives reads, changes, watches and the session's events.
 * Promises: each request ends by its own deadline; watches survive reconnects and new sessions; `silentMs`
 * tells the truth also while the server cannot.
 * Refuses to start when no server answers in time, with one sentence that names them.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import { childrenCall, createCall, readCall, removeCall, writeCall, type CreateMode } from './calls.js'
import { libraryConnections, type OpenConnection } from './connection.js'
import type { NodeStat, ZooNode } from './node.js'
import { parentOf } from './paths.js'
import { Requests } from './requests.js'
import { parseServers } from './servers.js'
import { SessionLife, type SessionEvent } from './session-life.js'
import { operationsMax, transactionCall, type ZooOperation } from './transaction.js'
import { Watches } from './watch.js'
import { NodeExistsError, NoNodeError } from './zoo-errors.js'

export type { CreateMode, NodeStat, SessionEvent, ZooNode, ZooOperation }

/** A session and everything that is asked through it. */
export interface ZooSession {
  /** Resolves when a session is there; rejects after `connectTimeoutMs`, and may then be called again. */
  start(): Promise<void>
  /** Ends the session, so that its ephemeral nodes go at once. */
  stop(): Promise<void>
  isConnected(): boolean
  /** The age of the newest request that the server answered; infinite before the first. */
  silentMs(): number
  /** In hex; empty when there is none. */
  sessionId(): string
  /** As the server granted it. */
  sessionTimeoutMs(): number
  /** Data and stat; null when there is no such node. */
  read(path: string): Promise<ZooNode | null>
  /** Names of the children; null when there is no such node. */
  children(path: string): Promise<readonly string[] | null>
  /** Gives the path made. Rejects with `NodeExistsError`, or `NoNodeError` when the parent is missing. */
  create(path: string, data: Buffer, mode?: CreateMode): Promise<string>
  /** Makes the node and its parents, persistent and empty, where they are missing. */
  ensure(path: string): Promise<void>
  /** Rejects with `NoNodeError` or, when `version` is not the present one, `BadVersionError`. */
  write(path: string, data: Buffer, version?: number): Promise<NodeStat>
  /**
   * Rejects with `NoNodeError`, `BadVersionError`, `NotEmptyError`. With `sessionId` it is done in that
   * session or not at all (`SessionEndedError`), so that it can never remove what another session put there
   * since.
   */
  remove(path: string, version?: number, sessionId?: string): Promise<void>
  /** All or nothing; rejects with the error of the first operation that refused. */
  transaction(operations: readonly ZooOperation[]): Promise<void>
  watchData(path: string, listener: (node: ZooNode | null) => void): Cancel
  watchChildren(path: string, listener: (names: readonly string[] | null) => void): Cancel
  /** Whether every watch is set and everything told so far was read. */
  isSettled(): boolean
  onSession(listener: (event: SessionEvent) => void): Cancel
}

export interface ZooSessionOptions {
  /** `host:port,host:port/chroot` */
  readonly servers: string
  readonly sessionTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly requestTimeoutMs: number
}

export interface ZooSessionDependencies {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

const anyVersion = -1

/**
 * Makes a session that is not started yet. `open` is the client library's connection unless a test gives its
 * own.
 */
export function createZooSession(
  deps: ZooSessionDependencies,
  options: ZooSessionOptions,
  open: OpenConnection = libraryConnections(deps.clock),
): ZooSession {
  const servers = parseServers(options.servers)
  const requests = new Requests(deps.scheduler, { ...options, servers: servers.join(', ') })
  const watches = new Watches(deps)
  const life = new SessionLife(
    { ...deps, open },
    { ...options, servers },
    {
      connected(connection, isSameSession) {
        requests.connected(connection, life.sessionId())
        watches.connected(connection, isSameSession)
      },
      disconnected(connection) {
        requests.disconnected()
        watches.disconnected(connection)
      },
      notified: event => watches.notified(event),
    },
  )
  return {
    start: () => life.start(),
    async stop() {
      await life.stop()
      requests.stop()
      watches.stop()
    },
    isConnected: () => life.isConnected(),
    silentMs: () => life.silentMs(),
    sessionId: () => life.sessionId(),
    sessionTimeoutMs: () => life.sessionTimeoutMs(),
    onSession: listener => life.onSession(listener),
    watchData: (path, listener) => watches.onData(path, listener),
    watchChildren: (path, listener) => watches.onChildren(path, listener),
    isSettled: () => watches.isSettled(),
    ...changes(requests),
  }
}

type Asking = Pick<ZooSession, 'read' | 'children' | 'create' | 'ensure' | 'write' | 'remove' | 'transaction'>

function changes(requests: Requests): Asking {
  const ensure = async (path: string): Promise<void> => {
    try {
      await requests.ask(createCall(path, Buffer.alloc(0), 'persistent'))
    } catch (error) {
      if (error instanceof NodeExistsError) return
      if (!(error instanceof NoNodeError) || path === '/') throw error
      await ensure(parentOf(path))
      await ensure(path)
    }
  }
  return {
    ensure,
    read: path => requests.ask(readCall(path)),
    children: async path => (await requests.ask(childrenCall(path)))?.names ?? null,
    create: (path, data, mode = 'persistent') => requests.ask(createCall(path, data, mode)),
    write: (path, data, version = anyVersion) => requests.ask(writeCall(path, data, version)),
    remove: (path, version = anyVersion, sessionId) =>
      requests.ask(removeCall(path, version), sessionId ?? null),
    async transaction(operations) {
      if (operations.length > operationsMax)
        throw new Error(
          `A ZooKeeper transaction holds at most ${operationsMax} operations, not ${operations.length}`,
        )
      if (operations.length > 0) await requests.ask(transactionCall(operations))
    },
  }
}
