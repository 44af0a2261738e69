// pure
/**
 * Plain JSON as an Avro record: what publishers send as `application/json`.
 * Takes a schema and a body. Gives the record's bytes, or Hermes' sentence about what does not fit.
 * Rules: unknown members are left out, missing ones take their default, unions are written plainly and take
 * the first branch that fits. Unlike Hermes, a number that its type cannot hold is refused by its field's
 * name. Bound: `stepsMax` values looked at, however unions nest.
 */
import { createJsonDocument, kind, type JsonDocument } from '../../filter/json-document.js'
import { rawText, textOf } from '../../filter/java-text.js'
import { createAvroOutput, type AvroOutput } from './output.js'
import { doubleOf, floatOf, intOf, longOf } from './scalars.js'
import type { AvroNode, AvroRecord, AvroSchema, AvroUnion } from './schema.js'

/** A record as bytes; the places of its metadata field are -1 where it has none. */
export interface EncodedAvro {
  readonly bytes: Buffer
  readonly metadataStart: number
  readonly metadataEnd: number
}

export interface AvroEncoder {
  encode(schema: AvroSchema, body: Buffer): EncodedAvro | { readonly problem: string }
}

const stepsMax = 1_000_000
const notAnObject = 'Failed to parse json to map format.'
const failed = 'Failed to convert JSON to Avro'

/** Where a conversion stands. */
interface Conversion {
  readonly document: JsonDocument
  readonly output: AvroOutput
  /** Names of the fields that lead to the present value. */
  readonly path: string[]
  problem: string
  /** Another branch of a union may still fit: nobody will ask why this one does not. */
  isSilent: boolean
  steps: number
}

/** Makes an encoder; one serves all topics of a process. */
export function createLenientEncoder(): AvroEncoder {
  const document = createJsonDocument()
  const at: Conversion = {
    document,
    output: createAvroOutput(),
    path: [],
    problem: '',
    isSilent: false,
    steps: 0,
  }
  return {
    encode(schema, body) {
      if (document.read(body) !== null || document.kinds[0] !== kind.object) {
        document.forget()
        return { problem: notAnObject }
      }
      at.output.rewind(0)
      at.steps = at.path.length = 0
      at.isSilent = false
      at.problem = ''
      const places = writeRoot(at, schema)
      document.forget()
      return places === null
        ? { problem: `${failed}: ${at.problem}` }
        : { bytes: at.output.finish(), ...places }
    },
  }
}

/** The root is written by itself: its metadata field may be missing, for it is replaced anyway. */
function writeRoot(at: Conversion, schema: AvroSchema): Omit<EncodedAvro, 'bytes'> | null {
  const { fields } = schema.root
  const members = membersOf(at, schema.root, 0)
  let [metadataStart, metadataEnd] = [-1, -1]
  for (let place = 0; place < fields.length; place++) {
    const start = at.output.place()
    const isMetadata = place === schema.metadataPlace
    const isLeftOut = isMetadata && (members[place] ?? -1) < 0
    if (!isLeftOut && !writeField(at, schema.root, place, members[place] ?? -1)) return null
    if (isMetadata) [metadataStart, metadataEnd] = [start, at.output.place()]
  }
  return { metadataStart, metadataEnd }
}

function writeRecord(at: Conversion, record: AvroRecord, value: number): boolean {
  const members = membersOf(at, record, value)
  for (let place = 0; place < record.fields.length; place++)
    if (!writeField(at, record, place, members[place] ?? -1)) return false
  return true
}

/** Which value each field has; -1 where it has none. Of members with one name the last counts. */
function membersOf({ document }: Conversion, { fields, places }: AvroRecord, object: number): Int32Array {
  const members = new Int32Array(fields.length).fill(-1)
  const { nexts } = document
  const end = nexts[object] ?? 0
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) {
    const place = places.get(textOf(document, name))
    if (place !== undefined) members[place] = name + 1
  }
  return members
}

function writeField(at: Conversion, record: AvroRecord, place: number, value: number): boolean {
  const field = record.fields[place]
  if (field === undefined) return true
  at.path.push(field.name)
  const isWritten = value >= 0 ? write(at, field.node, value) : writeDefault(at, field.fallback)
  at.path.pop()
  return isWritten
}

function writeDefault(at: Conversion, fallback: Buffer | null): boolean {
  if (fallback === null) return refuse(at, path => `Field ${path} is missing and has no default`)
  at.output.raw(fallback)
  return true
}

function write(at: Conversion, node: AvroNode, value: number): boolean {
  if (++at.steps > stepsMax) {
    at.problem ||= `Field ${at.path.join('.')} takes too many tries of its unions`
    return false
  }
  const { document, output } = at
  const kindOfValue = document.kinds[value]
  switch (node.kind) {
    case 'null':
      return kindOfValue === kind.nothing || wrongType(at, 'null')
    case 'boolean':
      if (kindOfValue !== kind.flag) return wrongType(at, 'java.lang.Boolean')
      output.byte(rawText(document, value) === 'true' ? 1 : 0)
      return true
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return writeNumber(at, node.kind, value)
    case 'string':
    case 'bytes':
      if (!isText(kindOfValue)) return wrongType(at, 'java.lang.String')
      output.text(textOf(document, value))
      return true
    case 'fixed':
      return writeFixed(at, node.size, value)
    case 'enum':
      return writeSymbol(at, node.symbols, value)
    case 'union':
      return writeUnion(at, node, value)
    case 'array':
      if (kindOfValue !== kind.array) return wrongType(at, 'java.util.Collection')
      return writeItems(at, node.items, value)
    case 'map':
      if (kindOfValue !== kind.object) return wrongType(at, 'java.util.Map')
      return writeMembers(at, node.values, value)
    case 'record':
      if (kindOfValue !== kind.object) return wrongType(at, 'java.util.Map')
      return writeRecord(at, node, value)
  }
}

function writeNumber(at: Conversion, type: 'int' | 'long' | 'float' | 'double', value: number): boolean {
  if (at.document.kinds[value] !== kind.number) return wrongType(at, 'java.lang.Number')
  const raw = rawText(at.document, value)
  if (type === 'float' || type === 'double') {
    const number = type === 'float' ? floatOf(raw) : doubleOf(raw)
    if (number === null) return wrongNumber(at, type, raw)
    at.output[type](number)
    return true
  }
  const whole = type === 'int' ? intOf(raw) : longOf(raw)
  if (whole === null) return wrongNumber(at, type, raw)
  at.output.long(whole)
  return true
}

/** Hermes knows no way to write one; here a text with a character for each byte does, as in Avro's JSON. */
function writeFixed(at: Conversion, size: number, value: number): boolean {
  if (!isText(at.document.kinds[value])) return wrongType(at, 'java.lang.String')
  const text = textOf(at.document, value)
  if (text.length !== size || !isLatin1(text))
    return refuse(at, path => `Field ${path} is expected to be a text of ${size} bytes`)
  at.output.raw(Buffer.from(text, 'latin1'))
  return true
}

function writeSymbol(at: Conversion, symbols: readonly string[], value: number): boolean {
  if (!isText(at.document.kinds[value])) return wrongType(at, 'java.lang.String')
  const index = symbols.indexOf(textOf(at.document, value))
  if (index < 0)
    return refuse(at, path => {
      return `Field ${path} is expected to be of enum type and be one of ${symbols.join(', ')}`
    })
  at.output.long(index)
  return true
}

function writeUnion(at: Conversion, { branches }: AvroUnion, value: number): boolean {
  const start = at.output.place()
  const wasSilent = at.isSilent
  at.isSilent = true
  for (let index = 0; index < branches.length; index++) {
    at.output.long(index)
    const isWritten = write(at, branches[index] as AvroNode, value)
    if (isWritten || at.steps > stepsMax) {
      at.isSilent = wasSilent
      return isWritten
    }
    at.output.rewind(start)
  }
  at.isSilent = wasSilent
  return refuse(at, path => {
    const types = branches.map(branch => branch.kind.toUpperCase()).join(', ')
    const name = at.path.at(-1) ?? ''
    return (
      `Could not evaluate union, field ${name} is expected to be one of these: ${types}. ` +
      `If this is a complex type, check if offending field: ${path} adheres to schema.`
    )
  })
}

function writeItems(at: Conversion, items: AvroNode, array: number): boolean {
  const { nexts } = at.document
  const end = nexts[array] ?? 0
  let count = 0
  for (let item = array + 1; item < end; item = nexts[item] ?? end) count++
  if (count > 0) at.output.long(count)
  for (let item = array + 1; item < end; item = nexts[item] ?? end) if (!write(at, items, item)) return false
  at.output.long(0)
  return true
}

function writeMembers(at: Conversion, values: AvroNode, object: number): boolean {
  const { document, output } = at
  const { nexts } = document
  const end = nexts[object] ?? 0
  let count = 0
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) count++
  if (count > 0) output.long(count)
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) {
    output.text(textOf(document, name))
    if (!write(at, values, name + 1)) return false
  }
  output.long(0)
  return true
}

function isText(kindOfValue: number | undefined): boolean {
  return kindOfValue === kind.text || kindOfValue === kind.escapedText
}

/** Whether every character is one byte. */
export function isLatin1(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0xff) return false
  return true
}

function wrongType(at: Conversion, type: string): boolean {
  return refuse(at, path => `Field ${path} is expected to be type: ${type}`)
}

function wrongNumber(at: Conversion, type: string, raw: string): boolean {
  const shown = raw.length > 40 ? `${raw.slice(0, 40)}…` : raw
  return refuse(at, path => `Field ${path} is expected to be a number that fits ${type}, not ${shown}`)
}

/** Says why, unless nobody will ask. */
function refuse(at: Conversion, problem: (path: string) => string): boolean {
  if (!at.isSilent) at.problem = problem(at.path.join('.'))
  return false
}
