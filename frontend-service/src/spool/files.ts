/**
 * The disk as the spool sees it: one directory of files.
 * Gives the port, and the real one over Node's file handles.
 * Promises: nothing blocks the event loop; a write is whole or throws, whatever stays behind then is the
 * caller's to cut off. `sync` is fdatasync: it returns when the bytes and the length are on the medium.
 */
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** One open file. */
export interface SpoolFile {
  size(): Promise<number>
  /** Writes all of it from `position` on, or throws. */
  write(buffers: readonly Buffer[], position: number): Promise<void>
  /** As many bytes as there are, at most `length`. */
  read(position: number, length: number): Promise<Buffer>
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** One directory. */
export interface SpoolFiles {
  names(): Promise<readonly string[]>
  /** Makes an empty file; throws when there is one of that name. */
  create(name: string): Promise<SpoolFile>
  /** Opens a file that is there. */
  open(name: string): Promise<SpoolFile>
  rename(from: string, to: string): Promise<void>
  remove(name: string): Promise<void>
  /** Returns when the names made, changed and removed before are on the medium. */
  syncDirectory(): Promise<void>
}

/** Owner and group only: it holds what publishers sent. */
const fileMode = 0o640
const directoryMode = 0o750
const buffersMax = 512

/** Makes a directory with its parents where it is missing, and its name durable. */
export async function makeDirectory(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: directoryMode })
  if (made === undefined) return
  for (let parent = dirname(path); parent.length >= dirname(made).length; parent = dirname(parent)) {
    await syncPath(parent)
    if (parent === dirname(parent)) break
  }
}

/** The files of a directory that exists. */
export function diskFiles(directory: string): SpoolFiles {
  const { O_CREAT, O_EXCL, O_RDWR } = constants
  const at = (name: string): string => join(directory, name)
  return {
    names: () => readdir(directory),
    create: async name => openFile(await open(at(name), O_RDWR | O_CREAT | O_EXCL, fileMode)),
    open: async name => openFile(await open(at(name), O_RDWR)),
    rename: (from, to) => rename(at(from), at(to)),
    remove: name => rm(at(name), { force: true }),
    syncDirectory: () => syncPath(directory),
  }
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY)
  try {
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

function openFile(handle: FileHandle): SpoolFile {
  return {
    size: async () => (await handle.stat()).size,
    async write(buffers, position) {
      let at = position
      for (let from = 0; from < buffers.length; from += buffersMax) {
        at = await writeAll(handle, buffers.slice(from, from + buffersMax), at)
      }
    },
    async read(position, length) {
      const buffer = Buffer.allocUnsafeSlow(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.subarray(0, filled)
    },
    sync: () => handle.datasync(),
    truncate: length => handle.truncate(length),
    close: () => handle.close(),
  }
}

/** The system may write less than asked, on a full disk for one: the rest is tried, and its error thrown. */
async function writeAll(handle: FileHandle, buffers: readonly Buffer[], position: number): Promise<number> {
  let rest = [...buffers]
  let at = position
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at)
    if (bytesWritten === 0) throw new Error(`the system took none of ${rest.length} buffers`)
    at += bytesWritten
    rest = without(rest, bytesWritten)
  }
  return at
}

function without(buffers: Buffer[], bytes: number): Buffer[] {
  let left = bytes
  for (let index = 0; index < buffers.length; index++) {
    const buffer = buffers[index] as Buffer
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(index + 1)]
    left -= buffer.length
  }
  return []
}
