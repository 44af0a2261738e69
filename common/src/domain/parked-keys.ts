// pure
/**
 * The keys of a subscription that are parked: what comes with them goes to the dead letters.
 * Takes keys. Gives the bytes of the node that holds them, and back. Anything else is no key at all.
 * Bound: `parkedKeysMax` keys, whose texts are cut, so that the node stays far below ZooKeeper's megabyte.
 */
import { z } from 'zod'

/** How many keys of a subscription may be parked at once. */
export const parkedKeysMax = 1_000

/** One parked key. */
export const parkedKeyShape = z.object({
  hash: z.string().describe('The key as traces name it: the beginning of its SHA-256, in hex'),
  key: z.string().describe('The beginning of the key as text'),
  since: z.number().describe('When it was parked, milliseconds since the epoch'),
  messageId: z.string().describe('The message it was parked for'),
  partition: z.number(),
  offset: z.number(),
  reason: z.string().describe('Why that message is a dead letter'),
})
const nodeShape = z.object({ keys: z.array(parkedKeyShape) })

export type ParkedKey = Readonly<z.infer<typeof parkedKeyShape>>

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
