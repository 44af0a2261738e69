// pure
/**
 * The values that a message gives to the variables of a URI template.
 * Takes the text of a message and dotted names (`user.name` is the member `name` of the member `user`).
 * Gives a value for each name, or null where the text is no JSON, a member is missing or null, or a value is
 * neither a scalar nor a flat list or map. Promises: numbers keep every digit as published.
 */
import type { TemplateValue } from './uri-template.js'

/** Numbers; and strings, to pass over what looks like numbers in them. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const notExact = /\d\.\d|\d[eE]|\d{16}/
const shortInteger = /^-?\d{1,15}$/

/** The values by name, or null. */
export function templateValues(
  text: string,
  names: readonly string[],
): ReadonlyMap<string, TemplateValue> | null {
  const json = parse(text)
  const values = new Map<string, TemplateValue>()
  for (const name of names) {
    const value = valueOf(memberAt(json, name.split('.')))
    if (value === null) return null
    values.set(name, value)
  }
  return values
}

function parse(text: string): unknown {
  const bare = text.startsWith('\ufeff') ? text.slice(1) : text
  try {
    const json: unknown = JSON.parse(bare)
    // Only text that is known to be JSON is searched: its strings end, so the search takes linear time.
    return notExact.test(bare) ? JSON.parse(bare.replace(stringOrNumber, quoteNumber)) : json
  } catch {
    return undefined
  }
}

function quoteNumber(found: string): string {
  return found.startsWith('"') || shortInteger.test(found) ? found : `"${found}"`
}

function memberAt(json: unknown, path: readonly string[]): unknown {
  let value = json
  for (const member of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = Object.hasOwn(value, member) ? (value as Readonly<Record<string, unknown>>)[member] : undefined
  }
  return value
}

function valueOf(json: unknown): TemplateValue | null {
  if (Array.isArray(json)) {
    const texts = json.map(scalarOf)
    return texts.every(text => text !== null) ? texts : null
  }
  if (typeof json !== 'object' || json === null) return scalarOf(json)
  const members = Object.entries(json).map(([name, value]): [string, string | null] => [
    name,
    scalarOf(value),
  ])
  const texts = members.filter((member): member is [string, string] => member[1] !== null)
  return texts.length === members.length ? new Map(texts) : null
}

function scalarOf(json: unknown): string | null {
  if (typeof json === 'string') return json
  return typeof json === 'number' || typeof json === 'boolean' ? String(json) : null
}
