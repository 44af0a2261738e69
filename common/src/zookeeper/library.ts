/**
 * The part of node-zookeeper-client 1.1.3 that this folder uses, its inside included, with types of our own.
 * Gives the library and its record classes. It brings no types; these were read from its sources.
 * `connection.test.ts` fails when that inside changes.
 */
import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

export interface Exception extends Error {
  readonly code: number
  getCode(): number
}

/** 64-bit numbers are buffers of 8 bytes, big endian. */
export interface Stat {
  readonly czxid: Buffer
  readonly mzxid: Buffer
  readonly pzxid: Buffer
  readonly ctime: Buffer
  readonly mtime: Buffer
  readonly version: number
  readonly cversion: number
  readonly ephemeralOwner: Buffer
  readonly numChildren: number
}

export interface WatcherEvent {
  readonly type: number
  readonly path: string
}

export interface WatcherSink {
  registerDataWatcher(): void
  registerChildWatcher(): void
  registerExistenceWatcher(): void
  isEmpty(): boolean
  emit(event: WatcherEvent): void
}

export interface ConnectionManager extends EventEmitter {
  watcherManager: WatcherSink
  zxid: Buffer
  readonly socket: Socket | undefined
  connect(): void
  onSocketData(chunk: Buffer): void
  queue(request: object, callback: (error: Exception | null) => void): void
  getSessionId(): Buffer
  getSessionPassword(): Buffer
  getSessionTimeout(): number
}

export interface TransactionResult {
  readonly type: number
  readonly err?: number
}

export interface Transaction {
  readonly ops: { version?: number }[]
  create(path: string, data: Buffer, mode: number): Transaction
  check(path: string, version: number): Transaction
  setData(path: string, data: Buffer, version: number): Transaction
  remove(path: string, version: number): Transaction
  commit(callback: (error: Exception | null, results?: readonly TransactionResult[]) => void): void
}

export type Watcher = ((event: WatcherEvent) => void) | undefined

export interface Client {
  readonly connectionManager: ConnectionManager
  connect(): void
  close(): void
  create(
    path: string,
    data: Buffer,
    mode: number,
    callback: (error: Exception | null, path: string) => void,
  ): void
  remove(path: string, version: number, callback: (error: Exception | null) => void): void
  setData(
    path: string,
    data: Buffer,
    version: number,
    callback: (error: Exception | null, stat: Stat) => void,
  ): void
  getData(
    path: string,
    watcher: Watcher,
    callback: (error: Exception | null, data: Buffer | undefined, stat: Stat) => void,
  ): void
  exists(path: string, watcher: Watcher, callback: (error: Exception | null, stat: Stat | null) => void): void
  getChildren(
    path: string,
    watcher: Watcher,
    callback: (error: Exception | null, children: string[] | undefined, stat: Stat) => void,
  ): void
  transaction(): Transaction
}

export interface ClientOptions {
  readonly sessionTimeout: number
  readonly spinDelay: number
  readonly retries: number
  readonly sessionId?: Buffer
  readonly sessionPassword?: Buffer
}

/** The library. */
export interface Library {
  createClient(servers: string, options: ClientOptions): Client
  readonly Exception: { create(code: number): Exception }
}

/** Its records on the wire. */
export interface Jute {
  readonly OP_CODES: Readonly<Record<string, number>>
  readonly Request: new (header: object, payload: object) => object
  readonly protocol: {
    readonly RequestHeader: new (xid: number, type: number) => object
    readonly SetWatches: new (
      relativeZxid: Buffer,
      dataWatches: readonly string[],
      existWatches: readonly string[],
      childWatches: readonly string[],
    ) => object
  }
}

const load = createRequire(import.meta.url)

export const library = load('node-zookeeper-client') as Library
export const jute = load('node-zookeeper-client/lib/jute/index.js') as Jute
