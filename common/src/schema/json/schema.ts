// pure
/**
 * A JSON Schema as a team writes it, checked before anything is compiled of it.
 * Takes its text. Gives the schema, or the first thing that cannot be taken, with its JSON pointer.
 * Refuses other dialects than 2020-12 and draft-07, references to other documents, patterns that RE2 cannot
 * take. Bounds: bytes, depth, schemas inside, size of the patterns.
 */
import { jsonProblem } from '../../domain/json-check.js'
import { isJsonObject, type JsonObject } from '../../domain/json-shapes.js'
import { compileEcmaPattern } from '../../filter/ecma-regex.js'
import { innerSchemas } from './walk.js'

/** Bytes of a schema's text. */
export const jsonSchemaBytesMax = 262_144
/** Schemas inside a schema, itself included: what is compiled at once must not stop a process. */
export const innerSchemasMax = 2_000
/** Instructions of all patterns together. */
export const patternsSizeMax = 8_192
/** How deep schemas may stand inside each other. */
const depthMax = 50

/** The dialects that are understood; without `$schema` it is the first. */
export type Dialect = '2020-12' | 'draft-07'

export interface CheckedSchema {
  readonly schema: JsonObject
  readonly dialect: Dialect
}

const dialects: ReadonlyMap<string, Dialect> = new Map([
  ['https://json-schema.org/draft/2020-12/schema', '2020-12'],
  ['http://json-schema.org/draft-07/schema', 'draft-07'],
])
const references = ['$ref', '$dynamicRef', '$recursiveRef']

/** Checks a text. */
export function readJsonSchema(text: string): CheckedSchema | { readonly problem: string } {
  const bytes = Buffer.from(text)
  if (bytes.length > jsonSchemaBytesMax)
    return { problem: `the schema is larger than ${jsonSchemaBytesMax} bytes` }
  const broken = jsonProblem(bytes)
  if (broken !== null) return { problem: `the schema is not JSON: ${broken}` }
  const schema: unknown = JSON.parse(text)
  if (!isJsonObject(schema)) return { problem: 'the schema must be a JSON object' }
  const dialect = dialectOf(schema)
  if (dialect === null)
    return { problem: `/$schema must be one of ${[...dialects.keys()].join(', ')}, or missing` }
  const problem = problemWithin(schema)
  return problem === null ? { schema, dialect } : { problem }
}

function dialectOf({ $schema }: JsonObject): Dialect | null {
  if ($schema === undefined) return '2020-12'
  return typeof $schema === 'string' ? (dialects.get($schema.replace(/#$/, '')) ?? null) : null
}

function problemWithin(root: JsonObject): string | null {
  const waiting: { schema: JsonObject; pointer: string; depth: number }[] = [
    { schema: root, pointer: '', depth: 0 },
  ]
  let [count, patternsSize] = [0, 0]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { schema, pointer, depth } = next
    if (++count > innerSchemasMax) return `the schema holds more than ${innerSchemasMax} schemas`
    if (depth > depthMax) return `${pointer} stands deeper than ${depthMax} schemas`
    if (schema['$async'] !== undefined) return `${pointer}/$async is not JSON Schema`
    for (const keyword of references) {
      const target = schema[keyword]
      if (target !== undefined && !(typeof target === 'string' && target.startsWith('#')))
        return `${pointer}/${keyword} must lead to a place in this schema: it must begin with #`
    }
    for (const { pattern, at } of patternsOf(schema, pointer)) {
      const compiled = compileEcmaPattern(pattern)
      if ('problem' in compiled) return `${at}: ${compiled.problem}`
      patternsSize += compiled.size
      if (patternsSize > patternsSizeMax) return `${at} makes the patterns of the schema too large together`
    }
    for (const inner of innerSchemas(schema, pointer))
      if (isJsonObject(inner.schema))
        waiting.push({ schema: inner.schema, pointer: inner.pointer, depth: depth + 1 })
  }
  return null
}

function patternsOf(schema: JsonObject, pointer: string): readonly { pattern: string; at: string }[] {
  const { pattern, patternProperties } = schema
  const own = typeof pattern === 'string' ? [{ pattern, at: `${pointer}/pattern` }] : []
  const names = isJsonObject(patternProperties) ? Object.keys(patternProperties) : []
  return [...own, ...names.map(name => ({ pattern: name, at: `${pointer}/patternProperties` }))]
}
