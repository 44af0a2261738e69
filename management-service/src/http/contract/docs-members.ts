// pure
/**
 * The members of a JSON Schema as rows of a table.
 * Takes a schema and those that it refers to. Gives paths with type and description. Bound: `depthMax`
 * levels; what is deeper stays out.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'

/** One member. */
export interface MemberRow {
  /** `owner.source`; `[]` stands for the items of a list. */
  readonly path: string
  readonly type: string
  readonly description: string
}

type Named = Readonly<Record<string, JsonObject>>

const depthMax = 5

/** Lists them, in their order. */
export function membersOf(schema: JsonObject, named: Named): readonly MemberRow[] {
  return rowsOf(schema, named, { prefix: '', depth: 0 })
}

interface Place {
  readonly prefix: string
  readonly depth: number
}

function rowsOf(schema: JsonObject, named: Named, { prefix, depth }: Place): readonly MemberRow[] {
  if (depth >= depthMax) return []
  return variantsOf(schema, named).flatMap(variant => {
    const items = variant['items']
    if (isJsonObject(items)) return rowsOf(items, named, { prefix: `${prefix}[]`, depth: depth + 1 })
    const members = variant['properties']
    if (!isJsonObject(members)) return []
    return Object.entries(members).flatMap(([name, member]) => {
      if (!isJsonObject(member)) return []
      const path = prefix === '' ? name : `${prefix}.${name}`
      const row = { path, type: typeOf(member, named), description: textOf(member) }
      return [row, ...rowsOf(member, named, { prefix: path, depth: depth + 1 })]
    })
  })
}

/** What a schema can be, without null; a reference is what it refers to, with what stands beside it. */
function variantsOf(schema: JsonObject, named: Named): readonly JsonObject[] {
  const { $ref: reference, ...beside } = schema
  if (typeof reference === 'string') {
    const target = named[reference.split('/').at(-1) ?? '']
    return target === undefined ? [] : variantsOf({ ...target, ...beside }, named)
  }
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (!Array.isArray(choices)) return [schema]
  return choices
    .filter(isJsonObject)
    .filter(choice => choice['type'] !== 'null')
    .flatMap(choice => variantsOf(choice, named))
}

function typeOf(schema: JsonObject, named: Named): string {
  const words = variantsOf(schema, named).map(variant => {
    if (Array.isArray(variant['enum'])) return variant['enum'].filter(word => word !== null).join(' | ')
    if ('const' in variant) return JSON.stringify(variant['const'])
    const type = variant['type']
    const types = Array.isArray(type) ? type.filter(word => word !== 'null') : [type ?? 'any']
    return types.join(' | ')
  })
  return [...new Set(words)].join(' | ')
}

function textOf(schema: JsonObject): string {
  const { description, minimum, maximum, default: fallback } = schema
  const words = [
    typeof description === 'string' ? `${description}.` : '',
    typeof minimum === 'number' ? `At least ${minimum}.` : '',
    typeof maximum === 'number' ? `At most ${maximum}.` : '',
    fallback === undefined ? '' : `Default \`${JSON.stringify(fallback)}\`.`,
  ]
  return words.filter(word => word !== '').join(' ')
}
