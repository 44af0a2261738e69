// pure
/**
 * What stands in the bytes of an Avro record.
 * Takes a schema and bytes. Gives where the record ends and where its metadata stands, the metadata itself,
 * or the record as JSON. Promises: throws nothing but `AvroProblem`; costs no more than the bytes' length and
 * `valuesMax` values.
 */
import { doubleText } from '../../filter/java-text.js'
import { AvroInput } from './input.js'
import type { AvroNode, AvroRecord, AvroSchema } from './schema.js'

/** Where things stand in the bytes of a record. */
export interface AvroPlaces {
  /** The byte after the record. */
  readonly end: number
  /** First byte of the metadata field, and the one after it; both -1 without such a field. */
  readonly metadataStart: number
  readonly metadataEnd: number
}

/** Walks through a record; throws {@link AvroProblem} where it is none. */
export function avroPlaces(schema: AvroSchema, bytes: Buffer): AvroPlaces {
  const input = new AvroInput(bytes)
  let [metadataStart, metadataEnd] = [-1, -1]
  input.enter()
  schema.root.fields.forEach(({ node }, place) => {
    const start = input.at
    skip(node, input)
    if (place === schema.metadataPlace) [metadataStart, metadataEnd] = [start, input.at]
  })
  return { end: input.at, metadataStart, metadataEnd }
}

/** The metadata of a record; empty where it has none. */
export function avroMetadata(schema: AvroSchema, bytes: Buffer, places: AvroPlaces): Record<string, string> {
  // Without a prototype: a header may be called `__proto__`.
  const found = Object.create(null) as Record<string, string>
  const field = schema.root.fields[schema.metadataPlace]
  if (field === undefined || schema.metadataPrefix === null) return found
  const input = new AvroInput(bytes.subarray(places.metadataStart, places.metadataEnd))
  const node = resolved(field.node, input)
  if (node.kind !== 'map') return found
  eachItem(input, () => {
    const name = input.text()
    found[name] = input.text()
  })
  return found
}

/**
 * The record as JSON, unions in plain form; bytes are texts of one character a byte, as in Avro's own JSON.
 * Numbers that JSON has no form for (NaN, Infinity) become texts.
 */
export function avroJson(schema: AvroSchema, bytes: Buffer): string {
  return recordJson(schema.root, new AvroInput(bytes))
}

/** The record as JSON without its metadata, and where things stand in it, in one walk. */
export function avroReading(
  schema: AvroSchema,
  bytes: Buffer,
): { readonly json: string; readonly places: AvroPlaces } {
  const input = new AvroInput(bytes)
  const members: string[] = []
  let [metadataStart, metadataEnd] = [-1, -1]
  input.enter()
  schema.root.fields.forEach(({ name, node }, place) => {
    const start = input.at
    if (place !== schema.metadataPlace) return void members.push(`"${name}":${jsonOf(node, input)}`)
    skip(node, input)
    metadataStart = start
    metadataEnd = input.at
  })
  return { json: `{${members.join(',')}}`, places: { end: input.at, metadataStart, metadataEnd } }
}

function skip(node: AvroNode, input: AvroInput): void {
  input.step()
  switch (node.kind) {
    case 'null':
      return
    case 'boolean':
      return void input.byte()
    case 'int':
      return void input.int()
    case 'long':
      return void input.long()
    case 'float':
      return void input.take(4)
    case 'double':
      return void input.take(8)
    case 'bytes':
    case 'string':
      return void input.take(input.length())
    case 'fixed':
      return void input.take(node.size)
    case 'enum':
      return void input.index(node.symbols.length)
    case 'union':
      return skip(resolved(node, input), input)
    case 'array':
      return eachItem(input, () => skip(node.items, input))
    case 'map':
      return eachItem(input, () => {
        input.take(input.length())
        skip(node.values, input)
      })
    case 'record':
      input.enter()
      for (const field of node.fields) skip(field.node, input)
      input.leave()
  }
}

function jsonOf(node: AvroNode, input: AvroInput): string {
  input.step()
  switch (node.kind) {
    case 'null':
      return 'null'
    case 'boolean':
      return input.byte() === 1 ? 'true' : 'false'
    case 'int':
      return String(input.int())
    case 'long':
      return String(input.long())
    case 'float':
      return floatJson(input.take(4).readFloatLE(0))
    case 'double':
      return doubleJson(input.take(8).readDoubleLE(0))
    case 'bytes':
      return JSON.stringify(input.take(input.length()).toString('latin1'))
    case 'fixed':
      return JSON.stringify(input.take(node.size).toString('latin1'))
    case 'string':
      return JSON.stringify(input.text())
    case 'enum':
      return JSON.stringify(node.symbols[input.index(node.symbols.length)])
    case 'union':
      return jsonOf(resolved(node, input), input)
    case 'array': {
      const items: string[] = []
      eachItem(input, () => void items.push(jsonOf(node.items, input)))
      return `[${items.join(',')}]`
    }
    case 'map': {
      const members: string[] = []
      eachItem(input, () => {
        const name = JSON.stringify(input.text())
        members.push(`${name}:${jsonOf(node.values, input)}`)
      })
      return `{${members.join(',')}}`
    }
    case 'record':
      return recordJson(node, input)
  }
}

function recordJson({ fields }: AvroRecord, input: AvroInput): string {
  input.enter()
  const members = fields.map(({ name, node }) => `"${name}":${jsonOf(node, input)}`)
  input.leave()
  return `{${members.join(',')}}`
}

/** The branch that a union has here; any other type as it is. */
function resolved(node: AvroNode, input: AvroInput): AvroNode {
  if (node.kind !== 'union') return node
  return node.branches[input.index(node.branches.length)] as AvroNode
}

/** The items of an array or a map: blocks, until one without items. */
function eachItem(input: AvroInput, read: () => void): void {
  input.enter()
  for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
    // A map's items may be of no value at all, but they have a name; an array's may be of no byte.
    for (let left = count; left > 0; left--) read()
  }
  input.leave()
}

function doubleJson(value: number): string {
  return Number.isFinite(value) ? doubleText(value) : `"${value}"`
}

/** The shortest decimal that is this float: nine digits always are. */
function floatJson(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return doubleText(shorter)
  }
  return doubleText(Number(value.toPrecision(9)))
}
