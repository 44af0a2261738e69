// pure
/**
 * A node of ZooKeeper's tree as we see it.
 * Takes the client library's record of a node. Gives plain numbers and a session id in hex.
 * Refuses transaction numbers beyond 2^53 (an ensemble's leader would have to change two million times).
 */
import { invariant } from '../lifecycle/invariant.js'
import type { Stat } from './library.js'

/** What ZooKeeper keeps about a node. */
export interface NodeStat {
  /** The transaction that made the node: grows over all nodes of the installation. */
  readonly czxid: number
  /** The transaction that last wrote its data. */
  readonly mzxid: number
  /** How often its data was written; starts anew when the node is made anew. */
  readonly version: number
  readonly ctimeMs: number
  readonly mtimeMs: number
  /** The session whose end removes the node; empty for a persistent node. */
  readonly ephemeralOwner: string
  readonly childrenCount: number
}

/** A node with its data; no data is an empty buffer. */
export interface ZooNode {
  readonly data: Buffer
  readonly stat: NodeStat
}

/** The plain form of the library's record. */
export function nodeStat(stat: Stat): NodeStat {
  return {
    czxid: safe(stat.czxid),
    mzxid: safe(stat.mzxid),
    version: stat.version,
    ctimeMs: safe(stat.ctime),
    mtimeMs: safe(stat.mtime),
    ephemeralOwner: sessionText(stat.ephemeralOwner),
    childrenCount: stat.numChildren,
  }
}

/** A session's id as text; all zeros, which is nobody's, as nothing. */
export function sessionText(id: Buffer): string {
  return id.every(byte => byte === 0) ? '' : `0x${id.toString('hex')}`
}

function safe(long: Buffer): number {
  const value = long.readInt32BE(0) * 2 ** 32 + long.readUInt32BE(4)
  invariant(Number.isSafeInteger(value), 'ZooKeeper number beyond 2^53', { hex: long.toString('hex') })
  return value
}
