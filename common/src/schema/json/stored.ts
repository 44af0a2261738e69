// pure
/**
 * What ZooKeeper keeps of a topic's JSON Schemas beside their texts: mode, compatibility, versions.
 * Takes a node's bytes. Gives them read, and back; null where they cannot be read.
 */
import { z } from 'zod'
import { compatibilities } from './compatibility.js'

/** Whether messages are held against the schema, and what comes of those that do not fit. */
export const schemaModes = ['off', 'warn', 'enforce'] as const
export type SchemaMode = (typeof schemaModes)[number]

export interface StoredVersion {
  readonly version: number
  readonly createdAtMs: number
}

export interface StoredSchemas {
  readonly mode: SchemaMode
  readonly compatibility: (typeof compatibilities)[number]
  /** The highest number that was ever given: none is given twice. */
  readonly lastVersion: number
  /** Lowest first. */
  readonly versions: readonly StoredVersion[]
}

const shape = z.object({
  mode: z.enum(schemaModes),
  compatibility: z.enum(compatibilities),
  lastVersion: z.int().min(0),
  versions: z.array(z.object({ version: z.int().min(1), createdAtMs: z.number() })),
})

/** Of a topic that never had any. */
export const noSchemas: StoredSchemas = {
  mode: 'off',
  compatibility: 'BACKWARD',
  lastVersion: 0,
  versions: [],
}

/** Reads a node. */
export function readStoredSchemas(data: Buffer): StoredSchemas | null {
  try {
    const read = shape.safeParse(JSON.parse(data.toString()))
    return read.success ? read.data : null
  } catch {
    return null // no JSON: the caller says what that means
  }
}

/** The node's bytes. */
export function storedSchemasData(stored: StoredSchemas): Buffer {
  return Buffer.from(JSON.stringify(stored))
}
