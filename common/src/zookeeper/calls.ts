/**
 * The single questions and changes that a connection can carry.
 * Takes paths and data. Gives calls: what to start on a client, and whether it may be sent again after a
 * broken connection. Promises: a missing node is `null` for a question and an error for a change.
 */
import { jute, type Client, type Stat, type Watcher } from './library.js'
import { nodeStat, type NodeStat, type ZooNode } from './node.js'
import type { WatchedPaths } from './watch-packets.js'

/** Ends a call: with the server's code, or with its answer. */
export interface Answer<T> {
  refused(code: number, path?: string): void
  given(value: T): void
}

/** One request, not yet sent. */
export interface ZooCall<T> {
  /** For messages: `read /hermes/groups`. */
  readonly name: string
  readonly path: string
  /** A question may be asked twice; a change whose answer was lost may have been made. */
  readonly isRepeatable: boolean
  start(client: Client, answer: Answer<T>): void
}

/** How a node is made. */
export type CreateMode = 'persistent' | 'ephemeral' | 'sequential' | 'ephemeralSequential'

/** The children of a node, with what tells one state of them from another. */
export interface ChildrenSeen {
  readonly names: readonly string[]
  readonly mark: string
}

const noNode = -101
const modeFlags: Readonly<Record<CreateMode, number>> = {
  persistent: 0,
  ephemeral: 1,
  sequential: 2,
  ephemeralSequential: 3,
}

/** The library asks for a watch when it gets a function; the events come to `connection.ts` all the same. */
const watched = (isWatched: boolean): Watcher => (isWatched ? () => undefined : undefined)

/** The number ZooKeeper has for the kind of node. */
export function modeFlag(mode: CreateMode): number {
  return modeFlags[mode]
}

/** Data and stat of a node. A watch is left on a node that is there. */
export function readCall(path: string, isWatched = false): ZooCall<ZooNode | null> {
  return question('read', path, (client, answer) =>
    client.getData(path, watched(isWatched), (error, data, stat) => {
      if (error === null || error === undefined)
        answer.given({ data: data ?? Buffer.alloc(0), stat: nodeStat(stat) })
      else if (error.code === noNode) answer.given(null)
      else answer.refused(error.code)
    }),
  )
}

/** Whether a node is there. A watch is left in either case. */
export function existsCall(path: string, isWatched = false): ZooCall<NodeStat | null> {
  return question('look for', path, (client, answer) =>
    client.exists(path, watched(isWatched), (error, stat) => {
      if (error) answer.refused(error.code)
      else answer.given(stat === null ? null : nodeStat(stat))
    }),
  )
}

/** Names of a node's children. A watch is left on a node that is there. */
export function childrenCall(path: string, isWatched = false): ZooCall<ChildrenSeen | null> {
  return question('list', path, (client, answer) =>
    client.getChildren(path, watched(isWatched), (error, names, stat) => {
      if (error === null || error === undefined)
        answer.given({ names: names ?? [], mark: childrenMark(stat) })
      else if (error.code === noNode) answer.given(null)
      else answer.refused(error.code)
    }),
  )
}

/** Sets watches, and lets the server tell at once what changed at their paths after transaction `zxid`. */
export function watchCall(zxid: Buffer, paths: WatchedPaths): ZooCall<void> {
  return question('watch', paths.data[0] ?? paths.exist[0] ?? paths.children[0] ?? '/', (client, answer) => {
    const header = new jute.protocol.RequestHeader(0, jute.OP_CODES['SET_WATCHES'] ?? 0)
    const body = new jute.protocol.SetWatches(zxid, paths.data, paths.exist, paths.children)
    client.connectionManager.queue(new jute.Request(header, body), error => {
      if (error) answer.refused(error.code)
      else answer.given()
    })
  })
}

/** Makes a node; gives its path, which for sequential ones ends in the number. */
export function createCall(path: string, data: Buffer, mode: CreateMode): ZooCall<string> {
  return change('create', path, (client, answer) =>
    client.create(path, data, modeFlags[mode], (error, made) => {
      if (error) answer.refused(error.code)
      else answer.given(made)
    }),
  )
}

/** Writes data when the version is the present one; -1 for any. */
export function writeCall(path: string, data: Buffer, version: number): ZooCall<NodeStat> {
  return change('write', path, (client, answer) =>
    client.setData(path, data, version, (error, stat) => {
      if (error) answer.refused(error.code)
      else answer.given(nodeStat(stat))
    }),
  )
}

/** Removes a node when the version is the present one; -1 for any. */
export function removeCall(path: string, version: number): ZooCall<void> {
  return change('remove', path, (client, answer) =>
    client.remove(path, version, error => {
      if (error) answer.refused(error.code)
      else answer.given()
    }),
  )
}

/** Times are in it because a tree begun anew counts its transactions from the beginning. */
function childrenMark({ czxid, pzxid, ctime, cversion }: Stat): string {
  return `${Buffer.concat([czxid, pzxid, ctime]).toString('base64')}.${cversion}`
}

type Start<T> = ZooCall<T>['start']

function question<T>(verb: string, path: string, start: Start<T>): ZooCall<T> {
  return { name: `${verb} ${path}`, path, isRepeatable: true, start }
}

function change<T>(verb: string, path: string, start: Start<T>): ZooCall<T> {
  return { name: `${verb} ${path}`, path, isRepeatable: false, start }
}
