// pure
/**
 * Avro's own JSON encoding as an Avro record: what publishers send as `avro/json`.
 * Takes a schema and a body. Gives the record's bytes, or the sentence of Avro's Java library about what does
 * not fit. Rules: every field must be there, defaults do not count; a union's value is `null` or
 * `{"type": value}`; bytes are texts with a character for each byte; the order of members is free.
 */
import { createJsonDocument, kind, type JsonDocument } from '../../filter/json-document.js'
import { rawText, textOf } from '../../filter/java-text.js'
import { isLatin1, type AvroEncoder, type EncodedAvro } from './lenient.js'
import { createAvroOutput, type AvroOutput } from './output.js'
import { doubleOf, floatOf, intOf, longOf } from './scalars.js'
import type { AvroNode, AvroRecord, AvroSchema, AvroUnion } from './schema.js'

/** The body does not fit; only ever thrown and caught here. */
class Mismatch extends Error {}

interface Conversion {
  readonly document: JsonDocument
  readonly output: AvroOutput
}

/** The end of an object where a value should be. */
const missing = -1

/** Makes an encoder; one serves all topics of a process. */
export function createStrictEncoder(): AvroEncoder {
  const document = createJsonDocument()
  const at: Conversion = { document, output: createAvroOutput() }
  return {
    encode(schema, body) {
      const problem = document.read(body)
      if (problem !== null) return { problem: `Failed to convert to AVRO: ${problem}.` }
      at.output.rewind(0)
      try {
        const places = writeRecord(at, schema.root, 0, schema)
        return { bytes: at.output.finish(), ...places }
      } catch (error) {
        if (error instanceof Mismatch) return { problem: `Failed to convert to AVRO: ${error.message}.` }
        throw error
      } finally {
        document.forget()
      }
    },
  }
}

function writeRecord(
  at: Conversion,
  record: AvroRecord,
  value: number,
  schema: AvroSchema | null = null,
): Omit<EncodedAvro, 'bytes'> {
  if (at.document.kinds[value] !== kind.object) throw expected(at, 'record-start', value)
  const members = membersOf(at, record, value)
  let [metadataStart, metadataEnd] = [-1, -1]
  let lastRead = 0
  record.fields.forEach(({ name, node }, place) => {
    const member = members.values[place] ?? missing
    // Java's reader reads on until it finds the field: what is left then decides about its words.
    if (member < 0 && lastRead < members.last) throw new Mismatch(`Expected field name not found: ${name}`)
    lastRead = Math.max(lastRead, member)
    const start = at.output.place()
    write(at, node, member)
    if (place === schema?.metadataPlace) [metadataStart, metadataEnd] = [start, at.output.place()]
  })
  if (members.hasUnknown) throw new Mismatch('Expected record-end. Got FIELD_NAME')
  return { metadataStart, metadataEnd }
}

interface Members {
  /** The value of each field; -1 where it has none. */
  readonly values: Int32Array
  /** The value of the last member. */
  readonly last: number
  readonly hasUnknown: boolean
}

function membersOf({ document }: Conversion, { fields, places }: AvroRecord, object: number): Members {
  const values = new Int32Array(fields.length).fill(missing)
  const { nexts } = document
  const end = nexts[object] ?? 0
  let [last, hasUnknown] = [0, false]
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) {
    last = name + 1
    const place = places.get(textOf(document, name))
    if (place === undefined) hasUnknown = true
    else values[place] = last
  }
  return { values, last, hasUnknown }
}

function write(at: Conversion, node: AvroNode, value: number): void {
  const { document, output } = at
  const kindOfValue = value < 0 ? missing : document.kinds[value]
  switch (node.kind) {
    case 'null':
      if (kindOfValue !== kind.nothing) throw expected(at, 'null', value)
      return
    case 'boolean':
      if (kindOfValue !== kind.flag) throw expected(at, 'boolean', value)
      return output.byte(rawText(document, value) === 'true' ? 1 : 0)
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      if (kindOfValue !== kind.number) throw expected(at, node.kind, value)
      return writeNumber(at, node.kind, rawText(document, value))
    case 'string':
      return output.text(textFor(at, 'string', value))
    case 'bytes':
      return output.sized(bytesFor(at, 'bytes', value))
    case 'fixed':
      return writeFixed(at, node.size, value)
    case 'enum': {
      // Java's reader calls an enum that is no text by the name of another type.
      const symbol = textFor(at, 'fixed', value)
      const index = node.symbols.indexOf(symbol)
      if (index < 0) throw new Mismatch(`Unknown symbol in enum ${symbol}`)
      return output.long(index)
    }
    case 'union':
      return writeUnion(at, node, value)
    case 'array':
      if (kindOfValue !== kind.array) throw expected(at, 'array-start', value)
      return writeItems(at, node.items, value)
    case 'map':
      if (kindOfValue !== kind.object) throw expected(at, 'map-start', value)
      return writeMembers(at, node.values, value)
    case 'record':
      writeRecord(at, node, value)
  }
}

function writeNumber({ output }: Conversion, type: 'int' | 'long' | 'float' | 'double', raw: string): void {
  const value =
    type === 'int'
      ? intOf(raw)
      : type === 'long'
        ? longOf(raw)
        : type === 'float'
          ? floatOf(raw)
          : doubleOf(raw)
  if (value === null) throw new Mismatch(`Numeric value (${raw.slice(0, 40)}) out of range of ${type}`)
  if (type === 'float' || type === 'double') output[type](Number(value))
  else output.long(value)
}

function writeFixed(at: Conversion, size: number, value: number): void {
  const bytes = bytesFor(at, 'fixed', value)
  if (bytes.length !== size) throw new Mismatch(`Expected fixed length ${size}, but got ${bytes.length}`)
  at.output.raw(bytes)
}

function writeUnion(at: Conversion, { branches, names }: AvroUnion, value: number): void {
  const { document, output } = at
  const kindOfValue = value < 0 ? missing : document.kinds[value]
  const isNull = kindOfValue === kind.nothing
  // The tagged form has one member; what else stands in it is what Java's reader stumbles over next.
  if (!isNull && kindOfValue !== kind.object) throw expected(at, 'start-union', value)
  const end = isNull ? 0 : (document.nexts[value] ?? 0)
  if (!isNull && end === value + 1) throw new Mismatch('Expected start-union. Got END_OBJECT')
  const tag = isNull ? 'null' : textOf(document, value + 1)
  const index = names.indexOf(tag)
  if (index < 0) throw new Mismatch(`Unknown union branch ${tag}`)
  output.long(index)
  if (isNull) return
  write(at, branches[index] as AvroNode, value + 2)
  if (document.nexts[value + 2] !== end) throw new Mismatch('Expected end-union. Got FIELD_NAME')
}

function writeItems(at: Conversion, items: AvroNode, array: number): void {
  const { nexts } = at.document
  const end = nexts[array] ?? 0
  let count = 0
  for (let item = array + 1; item < end; item = nexts[item] ?? end) count++
  if (count > 0) at.output.long(count)
  for (let item = array + 1; item < end; item = nexts[item] ?? end) write(at, items, item)
  at.output.long(0)
}

function writeMembers(at: Conversion, values: AvroNode, object: number): void {
  const { document, output } = at
  const { nexts } = document
  const end = nexts[object] ?? 0
  let count = 0
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) count++
  if (count > 0) output.long(count)
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) {
    output.text(textOf(document, name))
    write(at, values, name + 1)
  }
  output.long(0)
}

function textFor(at: Conversion, type: string, value: number): string {
  const kindOfValue = value < 0 ? missing : at.document.kinds[value]
  if (kindOfValue === kind.text || kindOfValue === kind.escapedText) return textOf(at.document, value)
  throw expected(at, type, value)
}

function bytesFor(at: Conversion, type: string, value: number): Buffer {
  const text = textFor(at, type, value)
  if (!isLatin1(text)) throw new Mismatch(`Expected ${type}. Got a character beyond U+00FF`)
  return Buffer.from(text, 'latin1')
}

function expected({ document }: Conversion, type: string, value: number): Mismatch {
  return new Mismatch(`Expected ${type}. Got ${value < 0 ? 'END_OBJECT' : tokenOf(document, value)}`)
}

/** What Java's JSON reader calls a value. */
function tokenOf(document: JsonDocument, value: number): string {
  switch (document.kinds[value]) {
    case kind.object:
      return 'START_OBJECT'
    case kind.array:
      return 'START_ARRAY'
    case kind.number:
      return /^-?\d+$/.test(rawText(document, value)) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT'
    case kind.flag:
      return rawText(document, value) === 'true' ? 'VALUE_TRUE' : 'VALUE_FALSE'
    case kind.nothing:
      return 'VALUE_NULL'
    default:
      return 'VALUE_STRING'
  }
}
