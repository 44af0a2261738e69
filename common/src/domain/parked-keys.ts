// pure
/**
 * The keys of a subscription that are parked: what comes with them goes to the dead letters.
 * Takes keys. Gives the bytes of the node that holds them, and back. Anything else is no key at all.
 * Bound: `parkedKeysMax` keys, whose texts are cut, so that the node stays far below ZooKeeper's megabyte.
 */
import { z } from 'zod'

/** How many keys of a subscription may be parked at once. */
export const parkedKeysMax = 1_000

const keyShape = z.object({
  /** The key as traces name it: the beginning of its SHA-256, in hex. */
  hash: z.string(),
  /** The beginning of the key as text, for whoever reads it. */
  key: z.string(),
  /** When it was parked, milliseconds since the epoch. */
  since: z.number(),
  /** The message it was parked for, and why that is a dead letter. */
  messageId: z.string(),
  partition: z.number(),
  offset: z.number(),
  reason: z.string(),
})
const nodeShape = z.object({ keys: z.array(keyShape) })

export type ParkedKey = Readonly<z.infer<typeof keyShape>>

const keyLengthMax = 200
const reasonLengthMax = 300

/** A key as it is stored. */
export function parkedKey(hash: string, key: Buffer, facts: Omit<ParkedKey, 'hash' | 'key'>): ParkedKey {
  const text = key.toString('utf8').slice(0, keyLengthMax)
  return { hash, key: text, ...facts, reason: facts.reason.slice(0, reasonLengthMax) }
}

/** The node's bytes. */
export function encodeParkedKeys(keys: readonly ParkedKey[]): Buffer {
  return Buffer.from(JSON.stringify({ keys }))
}

/** The keys in a node; none in one that nobody of ours wrote. */
export function decodeParkedKeys(data: Buffer): readonly ParkedKey[] {
  try {
    const node = nodeShape.safeParse(JSON.parse(data.toString('utf8')))
    return node.success ? node.data.keys : []
  } catch {
    return []
  }
}
