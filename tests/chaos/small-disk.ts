/**
 * A disk of its own for Kafka's data or for a spool, small enough to be filled in a moment.
 * Takes an empty directory. Gives a way to fill it to the last byte and to free it again; null where this
 * process may not mount, which is said aloud.
 */
import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const commandMs = 10_000
/** Large pieces first, then what is left of the last one. */
const pieces = [8 * 1024 * 1024, 64 * 1024, 4096]

export interface SmallDisk {
  /** Leaves no space. */
  fill(): Promise<void>
  free(): Promise<void>
  unmount(): Promise<void>
}

/** Mounts it at `dir`. `mebibytes`: as large as Kafka needs it for its files unless given. */
export async function mountSmallDisk(dir: string, mebibytes = 768): Promise<SmallDisk | null> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', dir], { timeout: commandMs })
  } catch (error) {
    process.stdout.write(`SKIPPED: no disk can be filled here: ${String(error)}\n`)
    return null
  }
  const ballast = join(dir, 'ballast')
  return {
    fill: () => fill(ballast),
    free: () => rm(ballast, { force: true }),
    async unmount() {
      await run('umount', ['-l', dir], { timeout: commandMs })
    },
  }
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (const bytes of pieces) await writeUntilFull(Buffer.alloc(bytes, 1), piece => file.write(piece))
  } finally {
    await file.close()
  }
}

async function writeUntilFull(piece: Buffer, write: (piece: Buffer) => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await write(piece)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
      throw error
    }
  }
}
