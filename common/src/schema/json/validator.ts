// pure
/**
 * A JSON Schema, compiled once for many messages.
 * Takes the schema's text. Gives a judge of parsed messages: null, or what is wrong with JSON pointers.
 * Promises: at most `errorsMax` errors; a message costs at most `stepsMax` schemas looked at and `lettersMax`
 * letters times instructions of patterns, however the schema refers to itself; beyond it the message is one
 * that cannot be judged, which is an error. `format` is not looked at, as the specification allows.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { isJsonObject, type JsonObject } from '../../domain/json-shapes.js'
import { compileEcmaPattern } from '../../filter/ecma-regex.js'
import { readJsonSchema } from './schema.js'
import { innerSchemas } from './walk.js'

/** What is wrong at one place of a message. */
export interface SchemaError {
  /** A JSON pointer into the message; empty for the whole. */
  readonly pointer: string
  readonly problem: string
}

export interface JsonValidator {
  /** Null when the message is valid. */
  errors(message: unknown): readonly SchemaError[] | null
}

/** The most errors that are told. */
export const errorsMax = 10
const stepsMax = 300_000
const lettersMax = 5_000_000
/** A keyword of our own, put into every schema inside: it counts. */
const stepKeyword = 'iris:step'

class TooMuch extends Error {}

/** What the message being judged has cost; a judgement never waits, so one count serves all. */
const spent = { steps: 0, letters: 0 }

/** Compiles a schema, or says what is wrong with it. */
export function compileJsonSchema(text: string): JsonValidator | { readonly problem: string } {
  const checked = readJsonSchema(text)
  if ('problem' in checked) return checked
  try {
    const validate = compilerOf(checked.dialect).compile(counted(checked.schema))
    return { errors: message => errorsOf(validate, message) }
  } catch (error) {
    return { problem: `the schema is not valid: ${(error as Error).message}` }
  }
}

function errorsOf(validate: ValidateFunction, message: unknown): readonly SchemaError[] | null {
  spent.steps = spent.letters = 0
  try {
    if (validate(message)) return null
    return (validate.errors ?? []).slice(0, errorsMax).map(shown)
  } catch (error) {
    if (error instanceof TooMuch) return [{ pointer: '', problem: error.message }]
    throw error
  } finally {
    validate.errors = null
  }
}

function shown({ instancePath, message, params, keyword }: ErrorObject): SchemaError {
  const name: unknown = (params as Readonly<Record<string, unknown>>)['additionalProperty']
  const detail =
    keyword === 'additionalProperties' && typeof name === 'string' ? ` (${name.slice(0, 100)})` : ''
  return { pointer: instancePath, problem: `${message ?? keyword}${detail}` }
}

function compilerOf(dialect: '2020-12' | 'draft-07'): Ajv | Ajv2020 {
  const options = {
    allErrors: true,
    strict: false,
    validateFormats: false,
    ownProperties: true,
    addUsedSchema: false,
    code: { regExp: linearRegex },
  } as const
  const compiler = dialect === '2020-12' ? new Ajv2020(options) : new Ajv(options)
  compiler.addKeyword({ keyword: stepKeyword, validate: countStep, errors: false })
  compiler.removeKeyword('uniqueItems')
  // The library's own compares each item with each other.
  compiler.addKeyword({
    ...{ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', errors: false },
    validate: (isWanted: boolean, items: readonly unknown[]) => !isWanted || areUnique(items),
    error: { message: 'must NOT have duplicate items' },
  })
  return compiler
}

function countStep(): boolean {
  if (++spent.steps > stepsMax) throw new TooMuch(`the message takes more than ${stepsMax} steps to judge`)
  return true
}

/** As the library calls it: like `new RegExp`. Patterns were checked before. */
function linearRegex(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = compileEcmaPattern(pattern)
  if ('problem' in compiled) throw new Error(compiled.problem)
  return {
    // The library knows patterns by their text.
    toString: () => pattern,
    test(text) {
      spent.letters += (text.length + 1) * compiled.size
      if (spent.letters > lettersMax) throw new TooMuch(`the message takes too long to match its patterns`)
      return compiled.isIn(text)
    },
  }
}
linearRegex.code = 'linearRegex'

function areUnique(items: readonly unknown[]): boolean {
  return new Set(items.map(canonical)).size === items.length
}

/** Equal values have one text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}

/** A copy in which every schema counts. */
function counted(schema: JsonObject): JsonObject {
  const copy = structuredClone(schema)
  const waiting: JsonObject[] = [copy]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { schema: inner } of innerSchemas(next, '')) if (isJsonObject(inner)) waiting.push(inner)
    Object.assign(next, { [stepKeyword]: true })
  }
  return copy
}
