/**
 * All that this process watches in ZooKeeper's tree, over connections and sessions.
 * Takes paths and listeners. Gives each listener the present value first and every later one, changes close
 * together as one. Promises: after a reconnect every watch is set again in bounded packets and what changed
 * meanwhile is read; in a new session everything is read again besides, since the tree may be another.
 * Bounds: `readsMax` reads in flight, `watchesMax` watched paths.
 */
import type { Log } from '../lifecycle/log.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'
import { childrenCall, existsCall, readCall, watchCall } from './calls.js'
import type { WatchEvent, ZooConnection } from './connection.js'
import { callListener } from './listeners.js'
import type { NodeStat, ZooNode } from './node.js'
import { UniqueQueue } from './unique-queue.js'
import { watchPackets } from './watch-packets.js'
import { ConnectionLostError } from './zoo-errors.js'

export interface WatchOptions {
  readonly readsMax: number
  readonly watchesMax: number
}

/** 10,000 topics with 20,000 subscriptions need 40,000. */
export const watchDefaults: WatchOptions = { readsMax: 200, watchesMax: 1_000_000 }
/** Between tries to read what the server refuses to show. */
const refusedRetryMs = 1_000

type Kind = 'data' | 'children'
type Value = ZooNode | readonly string[] | null

interface Seen {
  readonly value: Value
  /** Tells one state of a node from another without comparing contents. */
  readonly mark: string
}

interface Watch {
  readonly kind: Kind
  readonly path: string
  readonly listeners: Set<{ call(value: Value): void; isPrimed: boolean }>
  seen: Seen | null
  isReading: boolean
  /** An event came during the read: what it gives may be old already. */
  isStale: boolean
}

export class Watches {
  private readonly all = { data: new Map<string, Watch>(), children: new Map<string, Watch>() }
  /** To be read: new or told changed, and before a second look at all that a new session brings. */
  private readonly urgent = new UniqueQueue<Watch>()
  private readonly secondLook = new UniqueQueue<Watch>()
  private readonly refused = new Set<Watch>()
  private readingCount = 0
  private connection: ZooConnection | null = null
  /**
   * Up to this transaction everything seen is known to be watched. Older is safe, newer would miss changes.
   */
  private watchedUpTo: Buffer | null = null
  private isAllWatched = false
  private cancelRetry: Cancel | null = null

  constructor(
    private readonly deps: { readonly log: Log; readonly scheduler: Scheduler },
    private readonly options: WatchOptions = watchDefaults,
  ) {}

  /** Watches a node's data; null while there is no node. */
  onData(path: string, listener: (node: ZooNode | null) => void): Cancel {
    return this.add('data', path, value => listener(value as ZooNode | null))
  }

  /** Watches the names of a node's children; null while there is no node. */
  onChildren(path: string, listener: (names: readonly string[] | null) => void): Cancel {
    return this.add('children', path, value => listener(value as readonly string[] | null))
  }

  /** Whether every watch is set and every change told so far was read. */
  isSettled(): boolean {
    const isReadingAny = this.readingCount + this.urgent.size + this.secondLook.size + this.refused.size > 0
    return this.isAllWatched && !isReadingAny
  }

  connected(connection: ZooConnection, isSameSession: boolean): void {
    this.connection = connection
    const known: Watch[] = []
    for (const watch of this.each()) {
      if (watch.isReading) watch.isStale = true
      else if (watch.seen === null || this.watchedUpTo === null) this.urgent.add(watch)
      else if (!this.urgent.has(watch)) known.push(watch)
    }
    if (!isSameSession) for (const watch of known) this.secondLook.add(watch)
    void this.setAgain(connection, known, this.watchedUpTo)
    this.pump()
  }

  disconnected(connection: ZooConnection): void {
    if (this.isAllWatched) this.watchedUpTo = connection.zxid()
    this.isAllWatched = false
    this.connection = null
  }

  notified(event: WatchEvent): void {
    const data = event.kind === 'children' ? undefined : this.all.data.get(event.path)
    const children = event.kind === 'changed' ? undefined : this.all.children.get(event.path)
    if (data !== undefined) this.touch(data)
    if (children !== undefined) this.touch(children)
    this.pump()
  }

  stop(): void {
    this.cancelRetry?.()
    this.cancelRetry = null
    this.connection = null
    for (const set of [this.urgent, this.secondLook, this.refused]) set.clear()
    for (const map of [this.all.data, this.all.children]) map.clear()
  }

  private *each(): Iterable<Watch> {
    yield* this.all.data.values()
    yield* this.all.children.values()
  }

  private add(kind: Kind, path: string, call: (value: Value) => void): Cancel {
    const watch = this.all[kind].get(path) ?? this.make(kind, path)
    const listener = { call, isPrimed: false }
    watch.listeners.add(listener)
    if (watch.seen !== null) queueMicrotask(() => this.prime(watch, listener))
    return () => {
      watch.listeners.delete(listener)
      if (watch.listeners.size === 0) this.drop(watch)
    }
  }

  private make(kind: Kind, path: string): Watch {
    const { watchesMax } = this.options
    if (this.all.data.size + this.all.children.size >= watchesMax)
      throw new Error(`ZooKeeper: ${watchesMax} paths are watched already, ${path} is one too many`)
    const watch: Watch = { kind, path, listeners: new Set(), seen: null, isReading: false, isStale: false }
    this.all[kind].set(path, watch)
    this.urgent.add(watch)
    this.pump()
    return watch
  }

  private drop(watch: Watch): void {
    if (this.all[watch.kind].get(watch.path) === watch) this.all[watch.kind].delete(watch.path)
    for (const set of [this.urgent, this.secondLook, this.refused]) set.delete(watch)
  }

  /** A later listener of a path that is watched already. */
  private prime(watch: Watch, listener: { call(value: Value): void; isPrimed: boolean }): void {
    if (watch.seen === null || listener.isPrimed || !watch.listeners.has(listener)) return
    listener.isPrimed = true
    const { value } = watch.seen
    callListener(this.deps.log, watch.path, () => listener.call(value))
  }

  private touch(watch: Watch): void {
    if (watch.isReading) watch.isStale = true
    else this.urgent.add(watch)
  }

  private pump(): void {
    while (this.connection !== null && this.readingCount < this.options.readsMax) {
      const watch = this.urgent.shift() ?? this.secondLook.shift()
      if (watch === undefined) return
      this.secondLook.delete(watch)
      void this.read(this.connection, watch)
    }
  }

  private async read(connection: ZooConnection, watch: Watch): Promise<void> {
    this.readingCount++
    watch.isReading = true
    try {
      const seen = await look(connection, watch)
      if (seen === 'moving') watch.isStale = true
      else this.publish(watch, seen)
    } catch (error) {
      if (error instanceof ConnectionLostError) watch.isStale = true
      else this.refuse(watch, error as Error)
    } finally {
      this.readingCount--
      watch.isReading = false
      if (watch.isStale && watch.listeners.size > 0) this.urgent.add(watch)
      watch.isStale = false
      this.pump()
    }
  }

  private publish(watch: Watch, seen: Seen): void {
    const isNews = watch.seen === null || watch.seen.mark !== seen.mark
    watch.seen = seen
    if (!isNews) return
    for (const listener of [...watch.listeners]) {
      if (!watch.listeners.has(listener)) continue
      listener.isPrimed = true
      callListener(this.deps.log, watch.path, () => listener.call(seen.value))
    }
  }

  /** What may not be read counts as absent until it could be read once; the last value stays otherwise. */
  private refuse(watch: Watch, error: Error): void {
    if (watch.listeners.size === 0) return
    if (this.refused.size === 0) this.deps.log.warn('zookeeper.readRefused', { path: watch.path, error })
    this.refused.add(watch)
    if (watch.seen === null) this.publish(watch, { value: null, mark: 'refused' })
    this.cancelRetry ??= this.deps.scheduler.after(refusedRetryMs, () => {
      this.cancelRetry = null
      for (const each of this.refused) this.touch(each)
      this.refused.clear()
      this.pump()
    })
  }

  /**
   * Packets one after another, all with the same transaction: each lets the server tell what changed since.
   */
  private async setAgain(
    connection: ZooConnection,
    known: readonly Watch[],
    since: Buffer | null,
  ): Promise<void> {
    try {
      if (since !== null)
        for (const packet of watchPackets(pathsOf(known))) await connection.send(watchCall(since, packet))
    } catch (error) {
      if (error instanceof ConnectionLostError) return
      this.deps.log.warn('zookeeper.watchesRefused', { error })
      for (const watch of known) if (watch.listeners.size > 0) this.touch(watch)
      this.pump()
    }
    // What is not watched now is read soon, and stays to be read over a reconnect.
    if (connection === this.connection) this.isAllWatched = true
  }
}

function pathsOf(watches: readonly Watch[]): { data: string[]; exist: string[]; children: string[] } {
  const paths: { data: string[]; exist: string[]; children: string[] } = { data: [], exist: [], children: [] }
  for (const { kind, path, seen } of watches) (seen?.value === null ? paths.exist : paths[kind]).push(path)
  return paths
}

/** The time too, because a tree begun anew counts its transactions from the beginning. */
function markOf({ czxid, mzxid, mtimeMs }: NodeStat): string {
  return `${czxid}.${mzxid}.${mtimeMs}`
}

/** Reads and leaves a watch; a node that comes between both questions is looked at again. */
async function look(connection: ZooConnection, { kind, path }: Watch): Promise<Seen | 'moving'> {
  if (kind === 'data') {
    const node = await connection.send(readCall(path, true))
    if (node !== null) return { value: node, mark: markOf(node.stat) }
  } else {
    const children = await connection.send(childrenCall(path, true))
    if (children !== null) return { value: children.names, mark: children.mark }
  }
  const stat = await connection.send(existsCall(path, true))
  return stat === null ? { value: null, mark: 'absent' } : 'moving'
}
