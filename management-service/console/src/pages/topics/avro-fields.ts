// pure
/**
 * The fields of an AVRO record in words.
 * Takes a schema as its registry has it. Gives a row a field, those of records inside it below their own
 * (`address.city`). Bounds: `fieldsMax` rows; a record inside itself is named and not opened again.
 */

/** A field. */
export interface AvroField {
  /** Such as `address.city`; `[]` are the elements of a list, `{}` the values of a map. */
  readonly path: string
  /** Such as `string`, `list of Item`, `int or null`. */
  readonly type: string
  /** As JSON; null where a message must have it. */
  readonly fallback: string | null
  readonly doc: string
}

const fieldsMax = 500

type Json = Readonly<Record<string, unknown>>

/** The fields; none where it is no record. */
export function fieldsOf(schema: unknown): readonly AvroField[] {
  const fields: AvroField[] = []
  addFields(fields, '', schema, [])
  return fields
}

function addFields(into: AvroField[], prefix: string, type: unknown, around: readonly string[]): void {
  if (Array.isArray(type)) {
    for (const each of type) addFields(into, prefix, each, around)
    return
  }
  if (!isJson(type)) return
  if (type['type'] === 'array') return addFields(into, `${prefix}[]`, type['items'], around)
  if (type['type'] === 'map') return addFields(into, `${prefix}{}`, type['values'], around)
  const name = String(type['name'])
  if (type['type'] !== 'record' || around.includes(name)) return
  for (const field of Array.isArray(type['fields']) ? type['fields'].filter(isJson) : []) {
    if (into.length >= fieldsMax) return
    const path = prefix === '' ? String(field['name']) : `${prefix}.${String(field['name'])}`
    into.push({
      ...{ path, type: typeWords(field['type']) },
      fallback: 'default' in field ? JSON.stringify(field['default']) : null,
      doc: typeof field['doc'] === 'string' ? field['doc'] : '',
    })
    addFields(into, path, field['type'], [...around, name])
  }
}

/** A type in words. */
function typeWords(type: unknown): string {
  if (Array.isArray(type)) return type.map(typeWords).sort(nullLast).join(' or ')
  if (!isJson(type)) return String(type)
  const kind = type['type']
  if (typeof type['logicalType'] === 'string') return `${type['logicalType']} (${typeWords(kind)})`
  if (kind === 'array') return `list of ${typeWords(type['items'])}`
  if (kind === 'map') return `map of ${typeWords(type['values'])}`
  if (kind === 'enum' && Array.isArray(type['symbols'])) return `one of ${type['symbols'].join(', ')}`
  if (kind === 'fixed') return `${String(type['size'])} bytes`
  return typeof type['name'] === 'string' ? type['name'] : typeWords(kind)
}

function nullLast(one: string, other: string): number {
  return Number(one === 'null') - Number(other === 'null')
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
