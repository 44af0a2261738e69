// pure
/**
 * Building blocks of JSON bodies: every member may be missing or null, and plain numbers may come as text.
 * Takes parsed JSON. Gives values or null; unknown members are dropped.
 * Refuses a wrong JSON type with one sentence for each place; limits are not its business.
 */
import { z } from 'zod'
import { HermesError } from '../errors/hermes-error.js'
import { memberAbout } from '../errors/member-about.js'

/** A JSON object whose members nobody checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What a shape describes, for reading. */
export type ValueOf<S extends z.ZodType> = ReadonlyDeep<z.output<S>>

type ReadonlyDeep<T> = T extends readonly (infer U)[]
  ? readonly ReadonlyDeep<U>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T

/** What a body was meant for: it decides the code of a format error. */
export type BodyPurpose = 'create' | 'patch'

/** Reads one member that is neither missing nor null, or says what is wrong with it. */
type Reader<T> = (value: unknown, refuse: (problem: string) => never) => T

const intMin = -(2 ** 31)
const intMax = 2 ** 31 - 1
const int: Described = { type: ['integer', 'null'], format: 'int32' }

/**
 * How a member is described to clients: JSON Schema. What is only tolerated of Hermes' clients is left out.
 */
type Described = Readonly<Record<string, unknown>>

/** A member that is null when missing. */
function member<T>(described: Described, read: Reader<T>) {
  return z
    .unknown()
    .meta(described)
    .optional()
    .transform((value, context): T | null => {
      if (value === undefined || value === null) return null
      return read(value, problem => {
        context.addIssue({ code: 'custom', message: problem })
        return z.NEVER
      })
    })
}

/** Whether `value` is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A whole number; numeric text is converted as Hermes does. */
export const plainInteger = member<number>(int, (value, refuse) => {
  const number = typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : value
  return isInteger(number) ? number : refuse(mismatch('int', value))
})

/** Any number; numeric text is converted as Hermes does. */
export const plainNumber = member<number>({ type: ['number', 'null'] }, (value, refuse) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : refuse(mismatch('double', value))
})

/** A yes or no; the texts `true` and `false` and the numbers 0 and 1 are converted as Hermes does. */
export const plainFlag = member<boolean>({ type: ['boolean', 'null'] }, (value, refuse) => {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 1) return true
  if (value === 'false' || value === 0) return false
  return refuse(mismatch('boolean', value))
})

/** Text; numbers and booleans become text as in Hermes. */
export const plainText = member<string>({ type: ['string', 'null'] }, (value, refuse) => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return refuse(mismatch('String', value))
})

/** One of a closed set of upper-case words. */
export function plainWord<const W extends string>(words: readonly W[]) {
  return member<W>({ enum: [...words, null] }, (value, refuse) => {
    const found = words.find(word => word === value)
    if (found !== undefined) return found
    const accepted = `not one of the values accepted for Enum class: [${words.join(', ')}]`
    return refuse(`${mismatch('enum', value)}: ${accepted}`)
  })
}

/** A list whose members have one shape. */
export function plainList<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform(value => value ?? null)
}

/** An object of known members; others are dropped. */
export function plainObject<S extends z.ZodRawShape>(shape: S) {
  return z
    .object(shape)
    .nullish()
    .transform(value => value ?? null)
}

/** An object of any members that are not null. */
export const freeObject = member<JsonObject>({ type: ['object', 'null'] }, (value, refuse) => {
  if (!isJsonObject(value)) return refuse(mismatch('object', value))
  const empty = Object.entries(value).find(([, inner]) => inner === null)
  return empty === undefined ? value : refuse(`null value in entry: ${empty[0]}=null`)
})

/** The lowest and highest value of a member; null where only 32 bits bound it. */
export interface Bounds {
  readonly min: number
  readonly max?: number | null
}

/**
 * A whole JSON number of 32 bits and nothing else; missing gives the fallback. The bounds are told to clients
 * and checked elsewhere, with a sentence.
 */
export function strictInteger(fallback: number, bounds: Bounds) {
  const described = { type: 'integer', ...describedBounds(bounds) }
  return strictMember(fallback, 'int', described, value => isInteger(value))
}

/** The same, where missing and null mean that there is none. */
export function strictIntegerOrNull(bounds: Bounds) {
  const described = { type: ['integer', 'null'], ...describedBounds(bounds) }
  return member<number>(described, (value, refuse) =>
    isInteger(value) ? value : refuse(mismatch('int', value)),
  )
}

/** Any JSON number; missing gives the fallback. */
export function strictNumber(fallback: number, bounds: Bounds) {
  const described = { type: 'number', ...describedBounds(bounds) }
  return strictMember(fallback, 'double', described, value => typeof value === 'number')
}

/** A JSON `true` or `false` and nothing else; missing gives the fallback. */
export function strictFlag(fallback: boolean) {
  return strictMember(fallback, 'boolean', { type: 'boolean' }, value => typeof value === 'boolean')
}

/** Gives what the schema read, or throws the refusal of a body with a wrong JSON type. */
export function readShape<T>(schema: z.ZodType<T>, json: unknown, purpose: BodyPurpose): T {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  throw formatError(shapeProblem(result.error), purpose, shapePath(result.error))
}

/** The first thing that is wrong with the JSON types of a body, with its place. */
export function shapeProblem(error: z.ZodError): string {
  const issue = error.issues[0]
  const place = shapePath(error)
  return place === '' ? (issue?.message ?? error.message) : `${issue?.message ?? ''} (at ${place})`
}

/** The path of that place; empty for the whole. */
export function shapePath(error: z.ZodError): string {
  return (error.issues[0]?.path ?? []).join('.')
}

/** The refusal of a wrong JSON type: Hermes has one code for new things and another for patches. */
export function formatError(problem: string, purpose: BodyPurpose, path: string): HermesError {
  const code = purpose === 'create' ? 'FORMAT_ERROR' : 'OTHER'
  return new HermesError(code, problem, 400, undefined, memberAbout(path))
}

function describedBounds({ min, max }: Bounds): Described {
  return { minimum: min, ...(typeof max === 'number' ? { maximum: max } : {}) }
}

/** `javaType` is how Hermes' refusals name the type. */
function strictMember<T>(
  fallback: T,
  javaType: string,
  described: Described,
  isRight: (value: unknown) => boolean,
) {
  return z
    .unknown()
    .meta({ ...described, default: fallback })
    .optional()
    .transform((value, context): T => {
      if (value === undefined) return fallback
      if (isRight(value)) return value as T
      context.addIssue({ code: 'custom', message: mismatch(javaType, value) })
      return z.NEVER
    })
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= intMin && value <= intMax
}

function mismatch(type: string, value: unknown): string {
  const kind = Array.isArray(value)
    ? 'Array'
    : isJsonObject(value)
      ? 'Object'
      : `${kindOf(value)} ${shown(value)}`
  return `Cannot deserialize value of type \`${type}\` from ${kind}`
}

function kindOf(value: unknown): string {
  return typeof value === 'string' ? 'String' : typeof value === 'number' ? 'Number' : 'value'
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100)
}
