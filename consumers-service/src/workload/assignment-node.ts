// pure
/**
 * The node in which the leader tells an instance what it runs.
 * Takes slots by subscription. Gives bytes, packed where they would be large, and reads them back.
 * Bound: ZooKeeper takes a megabyte a node; packed, that holds more than 100,000 slots.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Slot } from './balance.js'

/** Subscription id -> slot. */
export type SlotsById = ReadonlyMap<string, Slot>

const plainBytesMax = 32_768
const unpackedBytesMax = 64 * 1024 * 1024
const openingBrace = 0x7b

/** The node's data: JSON that a person can read, or the same deflated. */
export function encodeAssignment(slots: SlotsById): Buffer {
  const entries = [...slots].map(([id, { slot, of }]) => [id, [slot, of]] as const)
  const text = Buffer.from(JSON.stringify({ slots: Object.fromEntries(entries) }))
  return text.length <= plainBytesMax ? text : deflateRawSync(text)
}

/** The slots of a node; undefined for data that nobody of ours wrote. */
export function decodeAssignment(data: Buffer): SlotsById | undefined {
  if (data.length === 0) return new Map()
  try {
    const isPlain = data[0] === openingBrace
    const text = isPlain ? data : inflateRawSync(data, { maxOutputLength: unpackedBytesMax })
    const { slots } = JSON.parse(text.toString('utf8')) as { slots: Record<string, [number, number]> }
    return new Map(Object.entries(slots).map(([id, [slot, of]]) => [id, { slot, of }]))
  } catch {
    // Not ours: the leader writes it anew, an instance goes on with what it has.
    return undefined
  }
}
