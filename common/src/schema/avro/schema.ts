// pure
/**
 * An Avro schema, read once for many messages.
 * Takes the schema's JSON text. Gives the tree that readers and writers of messages walk.
 * Promises: names, namespaces and defaults are understood by the Avro library; of it nothing is kept.
 * Refuses, with a sentence, what is no schema, is no record, or is larger than `schemaBytesMax`.
 */
import avro, { type Type } from 'avsc'
import { jsonProblem } from '../../domain/json-check.js'

/** The largest schema that is read, in bytes of its text. */
export const schemaBytesMax = 262_144
/** The field that Hermes keeps its own words in: id, time, propagated headers. */
export const metadataName = '__metadata'

const { types } = avro

export type AvroPrimitive = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

/** A type of the schema. A record may hold itself, through an array, a map or a union. */
export type AvroNode =
  | { readonly kind: AvroPrimitive }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroNode }
  | { readonly kind: 'map'; readonly values: AvroNode }
  | AvroUnion
  | AvroRecord

export interface AvroUnion {
  readonly kind: 'union'
  readonly branches: readonly AvroNode[]
  /** What each branch is called in Avro's own JSON: its kind, or the full name of a named type. */
  readonly names: readonly string[]
}

export interface AvroRecord {
  readonly kind: 'record'
  readonly fields: readonly AvroField[]
  /** Places of the fields by their names. */
  readonly places: ReadonlyMap<string, number>
}

export interface AvroField {
  readonly name: string
  readonly node: AvroNode
  /** The default as it is written; null without one. */
  readonly fallback: Buffer | null
}

/** A compiled schema. */
export interface AvroSchema {
  readonly root: AvroRecord
  /** Place of `__metadata` among the fields of the root; -1 where it has none. */
  readonly metadataPlace: number
  /** What stands before a map of texts in that field; null where the field can hold no such map. */
  readonly metadataPrefix: Buffer | null
}

/** Reads a schema; `{ problem }` is the library's sentence, or ours. */
export function compileAvroSchema(text: string): AvroSchema | { readonly problem: string } {
  const root = readAvroType(text)
  if ('problem' in root) return root
  if (root.kind !== 'record') return { problem: `Not a record: "${root.kind}"` }
  const metadataPlace = root.places.get(metadataName) ?? -1
  const metadata = root.fields[metadataPlace]?.node
  return { root, metadataPlace, metadataPrefix: metadata === undefined ? null : prefixOf(metadata) }
}

/** Reads the text of any type. */
export function readAvroType(text: string): AvroNode | { readonly problem: string } {
  const bytes = Buffer.from(text)
  if (bytes.length > schemaBytesMax) return { problem: `the schema is larger than ${schemaBytesMax} bytes` }
  const problem = jsonProblem(bytes)
  if (problem !== null) return { problem: `the schema is not JSON: ${problem}` }
  try {
    const type = avro.Type.forSchema(JSON.parse(text) as avro.Schema, { wrapUnions: 'always' })
    return nodeOf(type, new Map())
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

function nodeOf(type: Type, known: Map<Type, AvroNode>): AvroNode {
  const found = known.get(type)
  if (found !== undefined) return found
  if (type instanceof types.RecordType) return recordOf(type, known)
  const node = otherNodeOf(type, known)
  known.set(type, node)
  return node
}

function otherNodeOf(type: Type, known: Map<Type, AvroNode>): AvroNode {
  if (type instanceof types.FixedType) return { kind: 'fixed', size: type.size }
  if (type instanceof types.EnumType) return { kind: 'enum', symbols: type.symbols }
  if (type instanceof types.ArrayType) return { kind: 'array', items: nodeOf(type.itemsType, known) }
  if (type instanceof types.MapType) return { kind: 'map', values: nodeOf(type.valuesType as Type, known) }
  if (type instanceof types.WrappedUnionType)
    return {
      kind: 'union',
      branches: type.types.map(each => nodeOf(each, known)),
      names: type.types.map(each => each.branchName ?? each.typeName),
    }
  return { kind: type.typeName as AvroPrimitive }
}

/** Known before its fields are read: they may lead back to it. */
function recordOf(type: InstanceType<typeof types.RecordType>, known: Map<Type, AvroNode>): AvroRecord {
  const fields: AvroField[] = []
  const record = {
    kind: 'record',
    fields,
    places: new Map(type.fields.map(({ name }, place) => [name, place])),
  } as const
  known.set(type, record)
  for (const field of type.fields) {
    const value: unknown = field.defaultValue()
    const fallback = value === undefined ? null : field.type.toBuffer(value)
    fields.push({ name: field.name, node: nodeOf(field.type, known), fallback })
  }
  return record
}

/** The number of the branch that is a map of texts; nothing where the field is such a map itself. */
function prefixOf(node: AvroNode): Buffer | null {
  if (isTextMap(node)) return Buffer.alloc(0)
  if (node.kind !== 'union') return null
  const branch = node.branches.findIndex(isTextMap)
  // A union of more than 64 branches would need a second byte here.
  return branch < 0 || branch > 63 ? null : Buffer.from([branch * 2])
}

function isTextMap(node: AvroNode): boolean {
  return node.kind === 'map' && node.values.kind === 'string'
}
