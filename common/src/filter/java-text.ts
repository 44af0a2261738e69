// pure
/**
 * The text of a JSON value as Hermes' filters see it, which is what Java's `toString` makes of it.
 * Takes a value of a document. Gives: texts as they are, whole numbers by their digits, others as Java prints
 * doubles, objects as `{a=1, b=2}`, arrays as compact JSON. Cost: the length of the value.
 */
import { kind, type JsonDocument } from './json-document.js'

/** Characters that json-smart, the JSON library below Hermes' filters, escapes inside arrays. */
const escaped = /["\\/\u0000-\u001f\u007f-\u009f\u2000-\u20ff]/g
const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** The text that a matcher is held against. */
export function javaTextOf(document: JsonDocument, value: number): string {
  switch (document.kinds[value]) {
    case kind.object: {
      const members: string[] = []
      eachMember(document, value, (name, inner) => {
        members.push(`${textOf(document, name)}=${javaTextOf(document, inner)}`)
      })
      return `{${members.join(', ')}}`
    }
    case kind.array:
      return jsonTextOf(document, value)
    case kind.number:
      return numberText(rawText(document, value))
    case kind.flag:
    case kind.nothing:
      return rawText(document, value)
    default:
      return textOf(document, value)
  }
}

/** The text of a value of an Avro record, which is what Avro's Java library prints. */
export function avroTextOf(document: JsonDocument, value: number): string {
  const { kinds, nexts } = document
  if (kinds[value] === kind.object) {
    const members: string[] = []
    eachMember(document, value, (name, inner) => {
      members.push(`${quoted(textOf(document, name))}: ${avroInnerText(document, inner)}`)
    })
    return `{${members.join(', ')}}`
  }
  if (kinds[value] !== kind.array) return javaTextOf(document, value)
  const items: string[] = []
  const end = nexts[value] ?? 0
  for (let item = value + 1; item < end; item = nexts[item] ?? end) items.push(avroInnerText(document, item))
  return `[${items.join(', ')}]`
}

/** Inside of others texts stand in quotes. */
function avroInnerText(document: JsonDocument, value: number): string {
  const kindOfValue = document.kinds[value]
  const isText = kindOfValue === kind.text || kindOfValue === kind.escapedText
  return isText ? quoted(textOf(document, value)) : avroTextOf(document, value)
}

/** What a JSON text says. */
export function textOf(document: JsonDocument, value: number): string {
  if (document.kinds[value] === kind.escapedText) return JSON.parse(rawText(document, value)) as string
  return document.bytes.toString('utf8', (document.starts[value] ?? 0) + 1, (document.ends[value] ?? 0) - 1)
}

/** The bytes of a value as they stand there. */
export function rawText(document: JsonDocument, value: number): string {
  return document.bytes.toString('utf8', document.starts[value], document.ends[value])
}

/** A JSON number as Java prints it. */
export function numberText(raw: string): string {
  if (/^-?\d+$/.test(raw)) return raw === '-0' ? '0' : raw
  return doubleText(Number(raw))
}

/** `Double.toString`, in the shortest form that Java 19 and newer print. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return withFraction(String(value))
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${withFraction(digits)}E${Number(exponent)}`
}

function withFraction(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`
}

function jsonTextOf(document: JsonDocument, value: number): string {
  const { kinds, nexts } = document
  switch (kinds[value]) {
    case kind.object: {
      const members: string[] = []
      eachMember(document, value, (name, inner) => {
        members.push(`${quoted(textOf(document, name))}:${jsonTextOf(document, inner)}`)
      })
      return `{${members.join(',')}}`
    }
    case kind.array: {
      const items: string[] = []
      const end = nexts[value] ?? 0
      for (let item = value + 1; item < end; item = nexts[item] ?? end) items.push(jsonTextOf(document, item))
      return `[${items.join(',')}]`
    }
    case kind.text:
    case kind.escapedText:
      return quoted(textOf(document, value))
    default:
      return javaTextOf(document, value)
  }
}

function quoted(text: string): string {
  const inner = text.replace(escaped, letter => {
    const code = letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return shortEscapes[letter] ?? `\\u${code}`
  })
  return `"${inner}"`
}

/**
 * The members of an object. A name that stands there twice is shown twice: finding it out would take a table,
 * and names can be chosen so that all of them fall into one place of it.
 */
function eachMember(
  document: JsonDocument,
  object: number,
  visit: (name: number, value: number) => void,
): void {
  const { nexts } = document
  const end = nexts[object] ?? 0
  for (let name = object + 1; name < end; name = nexts[name + 1] ?? end) visit(name, name + 1)
}
