// pure
/**
 * Watches to be set again on a new connection, cut into packets.
 * Takes the watched paths by kind. Gives packets whose paths together stay under `bytesMax`.
 * The server drops the connection at 1 MiB; one packet for all is what makes other clients reconnect for
 * ever.
 */

/** Paths by the watch they need: on data, on the coming of a node, on the children of a node. */
export interface WatchedPaths {
  readonly data: readonly string[]
  readonly exist: readonly string[]
  readonly children: readonly string[]
}

type Kind = keyof WatchedPaths

/** Well under ZooKeeper's 1 MiB, and small enough to be written in a few milliseconds. */
export const packetBytesMax = 96 * 1024
const kinds: readonly Kind[] = ['data', 'exist', 'children']
/** The length before each path. */
const lengthBytes = 4

/** Cuts; gives no packet when nothing is watched. */
export function watchPackets(all: WatchedPaths, bytesMax: number = packetBytesMax): readonly WatchedPaths[] {
  const packets: Record<Kind, string[]>[] = []
  let held = bytesMax
  for (const kind of kinds) {
    for (const path of all[kind]) {
      const size = lengthBytes + Buffer.byteLength(path)
      if (held + size > bytesMax) {
        packets.push({ data: [], exist: [], children: [] })
        held = 0
      }
      packets.at(-1)?.[kind].push(path)
      held += size
    }
  }
  return packets
}
