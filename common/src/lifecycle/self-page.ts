/**
 * What a process says of itself to the others of its installation: version, clock, settings, disk.
 * Takes its configuration and a directory that it writes to. Gives the page at `selfPath`, and reads one.
 * Promises: no setting is told, only digests of those that have to be the same everywhere.
 */
import { createHash } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { z } from 'zod'
import type { ConfigKeys, ConfigOf } from '../config/declare.js'
import { irisVersion } from './version.js'

/** Where processes show it, among their status pages. */
export const selfPath = '/status/self'

/** Settings that are wrong where two processes of an installation have different values for them. */
export const commonSettings = [
  'kafka.namespace',
  'kafka.namespaceSeparator',
  'kafka.clusterName',
  'schema.repository.serverUrl',
  'schema.repository.subjectSuffixEnabled',
  'schema.repository.subjectNamespaceEnabled',
  'schedule.maxDelay',
  'frontend.idempotency.window',
] as const

export const selfShape = z.object({
  version: z.string(),
  /** Of Node. */
  node: z.string(),
  /** Its wall clock, in milliseconds since the epoch. */
  nowMs: z.number(),
  isReady: z.boolean(),
  /** Digests by name. */
  settings: z.record(z.string(), z.string()),
  /** Of the file system below the directory that it writes messages to; null where it writes none. */
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).nullable(),
})
export type Self = Readonly<z.infer<typeof selfShape>>

export interface SelfParts<K extends ConfigKeys> {
  readonly keys: K
  readonly config: ConfigOf<K>
  readonly now: () => number
  readonly isReady: () => boolean
  /** Empty where it writes no messages. */
  readonly directory: string
}

/** The page, made anew each time. */
export async function selfPage<K extends ConfigKeys>(parts: SelfParts<K>): Promise<string> {
  const { keys, config, now, isReady, directory } = parts
  const values = Object.entries(keys).map(
    ([property, { name }]) => [name, (config as Record<string, unknown>)[property]] as const,
  )
  const self: Self = {
    ...{ version: irisVersion, node: process.version, nowMs: now(), isReady: isReady() },
    settings: Object.fromEntries(
      values
        .filter(([name]) => commonSettings.some(each => each === name))
        .map(([name, value]) => [name, digestOf(value)]),
    ),
    disk: directory === '' ? null : await diskOf(directory),
  }
  return JSON.stringify(self)
}

/** Reads a page; null where it is none. */
export function readSelf(json: unknown): Self | null {
  const read = selfShape.safeParse(json)
  return read.success ? read.data : null
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
}

async function diskOf(directory: string): Promise<Self['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return null // not there yet, or not to be looked at: whoever writes to it will say so
  }
}
