// pure
/**
 * The schemas inside a JSON Schema.
 * Takes a schema. Gives each schema directly in it with its JSON pointer. Promises: names of properties and
 * values of `const`, `enum`, `default` and `examples` are never taken for keywords.
 */
import { isJsonObject, type JsonObject } from '../../domain/json-shapes.js'

/** A schema: an object, or everything and nothing. */
export type JsonSchema = JsonObject | boolean

/** A schema inside another. */
export interface InnerSchema {
  readonly schema: JsonSchema
  readonly pointer: string
}

const objectsOfSchemas = [
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
]
const listsOfSchemas = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']
const singleSchemas = [
  ...[
    'additionalProperties',
    'items',
    'additionalItems',
    'contains',
    'propertyNames',
    'not',
    'if',
    'then',
    'else',
  ],
  ...['unevaluatedItems', 'unevaluatedProperties'],
]

/** The schemas directly inside. */
export function innerSchemas(schema: JsonObject, pointer: string): readonly InnerSchema[] {
  const found: InnerSchema[] = []
  const add = (value: unknown, at: string): void => {
    if (isSchema(value)) found.push({ schema: value, pointer: at })
  }
  for (const keyword of objectsOfSchemas) {
    const value = schema[keyword]
    if (isJsonObject(value))
      for (const [name, each] of Object.entries(value)) add(each, `${pointer}/${keyword}/${escaped(name)}`)
  }
  for (const keyword of listsOfSchemas) {
    const value = schema[keyword]
    if (Array.isArray(value)) value.forEach((each, index) => add(each, `${pointer}/${keyword}/${index}`))
  }
  for (const keyword of singleSchemas) add(schema[keyword], `${pointer}/${keyword}`)
  return found
}

/** Whether a value is a schema. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isJsonObject(value)
}

/** A name as a part of a JSON pointer. */
export function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
