/**
 * A directory in memory that loses what was not synced when it crashes: for tests.
 * Takes calls of the spool. Gives the files, a list of the calls, and faults to switch on.
 * Promises: after `crash` an unsynced write is there, not there, or there in part; a synced one always is. A
 * name is safe once the directory was synced.
 */
import { wholeBetween } from '@iris/common/time/seeded-random'
import type { Random } from '@iris/common/time/clock'
import type { SpoolFile, SpoolFiles } from '../files.js'

interface Inode {
  content: Buffer
  durable: Buffer
}

export interface MemoryDisk extends SpoolFiles {
  /** What was called, such as `write messages-000000000001.spool` or `syncDirectory`. */
  readonly calls: string[]
  /** Bytes that all files together may have; more is ENOSPC, after a part was written. */
  capacity: number
  /** The next syncs of files fail with EIO. */
  failingSyncs: number
  /** The next truncations fail. */
  failingTruncates: number
  usedBytes(): number
  content(name: string): Buffer
  /** Changes a byte behind everybody's back. */
  spoil(name: string, at: number): void
  /** What a machine finds after a loss of power now. Whoever uses this disk hangs for ever. */
  crash(random: Random): MemoryDisk
}

const chunk = 64

/** Makes an empty disk, or one with these files. */
export function createMemoryDisk(found: ReadonlyMap<string, Buffer> = new Map()): MemoryDisk {
  const inodes = new Map<string, Inode>()
  for (const [name, bytes] of found) inodes.set(name, { content: bytes, durable: bytes })
  let durableNames = new Map(inodes)
  let isDown = false

  /** A call takes effect at once and a while after it was made, or never. */
  const call = async <T>(text: string, effect: () => T): Promise<T> => {
    if (isDown) await new Promise(() => undefined)
    disk.calls.push(text)
    await Promise.resolve()
    if (isDown) await new Promise(() => undefined)
    return effect()
  }
  const inodeOf = (name: string): Inode => {
    const inode = inodes.get(name)
    if (inode === undefined) throw Object.assign(new Error(`no ${name}`), { code: 'ENOENT' })
    return inode
  }
  const failing = (): void => {
    throw Object.assign(new Error('input/output error'), { code: 'EIO' })
  }
  const write = (inode: Inode, bytes: Buffer, position: number): void => {
    const room = disk.capacity - disk.usedBytes() + Math.max(0, inode.content.length - position)
    const fitting = bytes.subarray(0, Math.max(0, room))
    const grown = Buffer.alloc(Math.max(inode.content.length, position + fitting.length))
    inode.content.copy(grown)
    fitting.copy(grown, position)
    inode.content = grown
    if (fitting.length < bytes.length) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  }
  const fileOf = (name: string, inode: Inode): SpoolFile => ({
    size: () => call(`size ${name}`, () => inode.content.length),
    write: (buffers, position) => call(`write ${name}`, () => write(inode, Buffer.concat(buffers), position)),
    read: (position, length) =>
      call(`read ${name}`, () => Buffer.from(inode.content.subarray(position, position + length))),
    sync: () =>
      call(`sync ${name}`, () => {
        if (disk.failingSyncs > 0) {
          disk.failingSyncs--
          failing()
        }
        inode.durable = inode.content
      }),
    truncate: length =>
      call(`truncate ${name}`, () => {
        if (disk.failingTruncates > 0) {
          disk.failingTruncates--
          failing()
        }
        inode.content = inode.content.subarray(0, length)
      }),
    close: () => call(`close ${name}`, () => undefined),
  })

  const disk: MemoryDisk = {
    calls: [],
    capacity: Infinity,
    failingSyncs: 0,
    failingTruncates: 0,
    names: () => call('names', () => [...inodes.keys()]),
    create: name =>
      call(`create ${name}`, () => {
        if (inodes.has(name)) throw Object.assign(new Error(`${name} is there`), { code: 'EEXIST' })
        const inode = { content: Buffer.alloc(0), durable: Buffer.alloc(0) }
        inodes.set(name, inode)
        return fileOf(name, inode)
      }),
    open: name => call(`open ${name}`, () => fileOf(name, inodeOf(name))),
    rename: (from, to) =>
      call(`rename ${from}`, () => {
        inodes.set(to, inodeOf(from))
        inodes.delete(from)
      }),
    remove: name => call(`remove ${name}`, () => void inodes.delete(name)),
    syncDirectory: () => call('syncDirectory', () => void (durableNames = new Map(inodes))),
    usedBytes: () => [...inodes.values()].reduce((sum, { content }) => sum + content.length, 0),
    content: name => inodeOf(name).content,
    spoil(name, at) {
      const inode = inodeOf(name)
      inode.content = Buffer.from(inode.content)
      inode.content[at] = (inode.content[at] ?? 0) ^ 0xff
      inode.durable = inode.content
    },
    crash(random) {
      isDown = true
      const left = new Map<string, Buffer>()
      for (const name of new Set([...inodes.keys(), ...durableNames.keys()])) {
        const [now, before] = [inodes.get(name), durableNames.get(name)]
        const inode = now === before || random() < 0.5 ? now : before
        if (inode !== undefined) left.set(name, remains(inode, random))
      }
      const next = createMemoryDisk(left)
      next.capacity = disk.capacity
      return next
    },
  }
  return disk
}

/** The content a crash leaves: what was synced, and of the rest some chunks of either state or of zeros. */
function remains({ content, durable }: Inode, random: Random): Buffer {
  const shared = sharedLength(content, durable)
  const longest = Math.max(content.length, durable.length)
  const result = Buffer.alloc(wholeBetween(random, Math.min(content.length, durable.length), longest))
  content.copy(result, 0, 0, Math.min(shared, result.length))
  for (let at = shared; at < result.length; at += chunk) {
    const source = random() < 0.6 ? content : random() < 0.5 ? durable : null
    if (source !== null && at < source.length)
      source.copy(result, at, at, Math.min(at + chunk, result.length))
  }
  return result
}

function sharedLength(one: Buffer, other: Buffer): number {
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at++
  return at
}
