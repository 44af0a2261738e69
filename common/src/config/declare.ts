/**
 * Configuration keys, each declared once.
 * Takes name, schema, default, unit and prose. Gives a typed key that `load.ts` fills and `describe.ts`
 * prints. Promises: what is not declared here stops the start of a service.
 */
import { z } from 'zod'

/** One key: everything that is known about it. `T` is the type of its value. */
export interface ConfigKey<T> {
  /** Full dotted name, such as `frontend.server.port`. */
  readonly name: string
  readonly schema: z.ZodType<T>
  readonly fallback: T
  /** One sentence for the reference. */
  readonly prose: string
  /** Masked in logs and answers. */
  readonly isSecret: boolean
}

/** The keys of a service: property name in the code -> key. */
export type ConfigKeys = Readonly<Record<string, ConfigKey<unknown>>>

/** The values that belong to such keys. */
export type ConfigOf<K extends ConfigKeys> = {
  readonly [P in keyof K]: K[P] extends ConfigKey<infer T> ? T : never
}

/** Declares a key. */
export function key<T>(name: string, schema: z.ZodType<T>, fallback: T, prose: string): ConfigKey<T> {
  return { name, schema, fallback, prose, isSecret: false }
}

/** Declares a key whose value is never shown. */
export function secretKey<T>(name: string, schema: z.ZodType<T>, fallback: T, prose: string): ConfigKey<T> {
  return { name, schema, fallback, prose, isSecret: true }
}

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds between two bounds; accepts a number or Hermes' spelling (`65ms`, `2s`, `5m`). */
export function ms(min: number, max: number): z.ZodType<number> {
  return z.preprocess(toMs, z.int().min(min).max(max)).describe(`milliseconds, ${min} to ${max}`)
}

/** A whole number between two bounds; text is accepted because the environment holds only text. */
export function count(min: number, max: number): z.ZodType<number> {
  return z.preprocess(toNumber, z.int().min(min).max(max)).describe(`whole number, ${min} to ${max}`)
}

/** A number with a fraction between two bounds. */
export function decimal(min: number, max: number): z.ZodType<number> {
  return z.preprocess(toDecimal, z.number().min(min).max(max)).describe(`number, ${min} to ${max}`)
}

/** Bytes between two bounds. */
export function bytes(min: number, max: number): z.ZodType<number> {
  return z.preprocess(toNumber, z.int().min(min).max(max)).describe(`bytes, ${min} to ${max}`)
}

/** `true` or `false`. */
export function flag(): z.ZodType<boolean> {
  const read = (value: unknown): unknown => (value === 'true' ? true : value === 'false' ? false : value)
  return z.preprocess(read, z.boolean()).describe('true or false')
}

/** Text of at most `lengthMax` characters. */
export function text(lengthMax = 1024): z.ZodType<string> {
  return z.string().max(lengthMax).describe('text')
}

/** A list of texts; in the environment separated by commas. */
export function list(itemsMax = 100): z.ZodType<readonly string[]> {
  const read = (value: unknown): unknown =>
    typeof value === 'string'
      ? value
          .split(',')
          .map(part => part.trim())
          .filter(part => part !== '')
      : value
  return z.preprocess(read, z.array(z.string().max(1024)).max(itemsMax)).describe('list, comma-separated')
}

/** One of a closed set of words. */
export function choice<const W extends readonly [string, ...string[]]>(words: W): z.ZodType<W[number]> {
  return z.enum(words).describe(`one of ${words.join(', ')}`)
}

function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
}

function toDecimal(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}

function toMs(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const match = /^(\d+)(ms|s|m|h|d)?$/.exec(value)
  if (match === null) return value
  return Number(match[1]) * (durationUnits[match[2] ?? 'ms'] ?? 1)
}
