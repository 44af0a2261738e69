/**
 * One process a directory: the lock is a listening Unix socket in it, so the system gives it back when its
 * holder ends, however it ends.
 * Takes a directory. Gives the lock, or throws `DirectoryInUse`. Promises: never two holders; what a killed
 * process left behind is taken over. Bound: the length of a socket's address.
 */
import { randomBytes } from 'node:crypto'
import { link, readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'

/** Another process holds the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'

  constructor(readonly directory: string) {
    super(`${directory} is in use by another process: each frontend needs a directory of its own`)
  }
}

export interface DirectoryLock {
  release(): Promise<void>
}

const prefix = 'lock-'
/** The system's bound for the address of a Unix socket. */
const addressBytesMax = 107
/** Room for the greatest name in the directory. */
const nameBytes = 20

/**
 * Takes the lock. Rejects with {@link DirectoryInUse}, or with a sentence when the path is too long.
 *
 * Locks are numbered. Whoever wants it has seen every lock there is and found it dead, which is for good; it
 * takes the next number, which only one can, and looks again: a living lock beside its own came first. Only a
 * holder clears dead ones away, so no number is free again before that.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  if (Buffer.byteLength(directory) + nameBytes > addressBytesMax) {
    const bytesMax = addressBytesMax - nameBytes
    throw new Error(`${directory}: the path is too long, its lock allows ${bytesMax} bytes`)
  }
  const listening = join(directory, `.${prefix}${randomBytes(4).toString('hex')}`)
  const server = await listen(listening)
  try {
    const own = await takeNumber(directory, listening)
    const release = async (): Promise<void> => {
      await rm(join(directory, own), { force: true })
      await close(server)
    }
    const others = (await lockNames(directory)).filter(name => name !== own)
    if (await isAnyAlive(directory, others)) {
      await release()
      throw new DirectoryInUse(directory)
    }
    for (const name of others) await rm(join(directory, name), { force: true })
    return { release }
  } catch (error) {
    await close(server)
    throw error
  }
}

/** Gives the name under which the socket is the latest lock. */
async function takeNumber(directory: string, listening: string): Promise<string> {
  for (;;) {
    const names = await lockNames(directory)
    if (await isAnyAlive(directory, names)) throw new DirectoryInUse(directory)
    const name = `${prefix}${1 + Math.max(0, ...names.map(numberOf))}`
    if (await isLinked(listening, join(directory, name))) {
      await rm(listening, { force: true })
      return name
    }
  }
}

async function lockNames(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter(name => /^lock-\d{1,9}$/.test(name))
}

function numberOf(name: string): number {
  return Number(name.slice(prefix.length))
}

async function isAnyAlive(directory: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) if (await answers(join(directory, name))) return true
  return false
}

/** False when there is such a lock already. */
async function isLinked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false
    throw error
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', reject)
    // Not shared with the other workers of a cluster: each has a lock of its own.
    server.listen({ path, exclusive: true }, () => resolve(server.unref()))
  })
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}

/** Whether a process listens there. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // Only these two mean that nobody is there; any other error leaves the directory to its holder.
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}
