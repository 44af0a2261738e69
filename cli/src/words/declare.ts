// pure
/**
 * What a command's words may be, declared once: help, completion, the reference page and the types of the
 * values come from here.
 * Takes sentences and bounds. Gives declarations that read words, and refuse those that do not fit.
 */

/** Words of the command line that cannot be used; the message says what would do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a shell may offer in a place: names that management knows, or these words. */
export type Completion = 'topic' | 'subscription' | 'group' | 'profile' | 'file' | readonly string[]

/** A word by its place, such as TOPIC. */
export interface Argument<V> {
  readonly help: string
  readonly arity: 'one' | 'optional' | 'many'
  readonly completes: Completion | null
  read(words: readonly string[]): V
}

/** A word by its name, such as `--from MOMENT`. */
export interface Option<V> {
  readonly help: string
  /** What its value stands for; null for a switch, which has none. */
  readonly placeholder: string | null
  readonly isRepeatable: boolean
  /** One letter that means the same; null without one. */
  readonly short: string | null
  readonly completes: Completion | null
  /** Takes all values given for it, none where it was not given, and what it is called in a sentence. */
  read(values: readonly string[], flag: string): V
}

export type Arguments = Readonly<Record<string, Argument<unknown>>>
export type Options = Readonly<Record<string, Option<unknown>>>
export type Values<D extends Readonly<Record<string, { read(...given: never[]): unknown }>>> = {
  readonly [Name in keyof D]: ReturnType<D[Name]['read']>
}

interface More {
  readonly completes?: Completion
  readonly short?: string
}

/** An argument that must be there. */
export function required(
  help: string,
  { completes = null }: { completes?: Completion | null } = {},
): Argument<string> {
  return { help, arity: 'one', completes, read: ([word = '']) => word }
}

/** One that may be left out; null then. */
export function optional(
  help: string,
  { completes = null }: { completes?: Completion | null } = {},
): Argument<string | null> {
  return { help, arity: 'optional', completes, read: ([word]) => word ?? null }
}

/** All words from its place on, perhaps none. */
export function rest(help: string): Argument<readonly string[]> {
  return { help, arity: 'many', completes: null, read: words => words }
}

/** A switch: there, or not. */
export function toggle(help: string, { short = null }: { short?: string | null } = {}): Option<boolean> {
  return { ...one, help, placeholder: null, short, read: values => values.length > 0 }
}

/** A text; null where it is not given. */
export function text(placeholder: string, help: string, more: More = {}): Option<string | null> {
  return { ...one, ...more, help, placeholder, read: values => values.at(-1) ?? null }
}

/** Texts, in the order in which they were given. */
export function texts(placeholder: string, help: string, more: More = {}): Option<readonly string[]> {
  return { ...one, ...more, help, placeholder, isRepeatable: true, read: values => values }
}

/** One of a few words; null where it is not given. */
export function choice<const W extends readonly string[]>(
  placeholder: string,
  help: string,
  words: W,
): Option<W[number] | null> {
  return {
    ...{ ...one, help, placeholder, completes: words },
    read(values, flag) {
      const value = values.at(-1)
      if (value === undefined) return null
      const meant = words.find(word => word.toLowerCase() === value.toLowerCase())
      if (meant !== undefined) return meant
      throw new UsageError(`${flag} is one of ${words.join(', ')}, not ${value}`)
    },
  }
}

interface Bounds {
  readonly min: number
  readonly max: number
}

/** A whole number; null where it is not given. */
export function count(placeholder: string, help: string, bounds: Bounds): Option<number | null> {
  return {
    ...{ ...one, help, placeholder },
    read(values, flag) {
      const value = values.at(-1)
      return value === undefined ? null : wholeNumber(value, flag, bounds)
    },
  }
}

/** A whole number that is this one where it is not given. */
export function countOr(usual: number, placeholder: string, help: string, bounds: Bounds): Option<number> {
  const { read, ...rest } = count(placeholder, `${help} (${usual})`, bounds)
  return { ...rest, read: (values, flag) => read(values, flag) ?? usual }
}

/** `dryRun` as it is written: `--dry-run`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

const one = { isRepeatable: false, short: null, completes: null } as const

function wholeNumber(value: string, flag: string, { min, max }: Bounds): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  if (number >= min && number <= max) return number
  throw new UsageError(`${flag} is a whole number from ${min} to ${max}, not ${value}`)
}
