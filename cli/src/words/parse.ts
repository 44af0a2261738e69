// pure
/**
 * From the words of a call to what its command declared.
 * Takes words and commands. Gives the command with its values, and the options that every command has.
 * Refuses what was not declared, with the word that was probably meant.
 */
import { parseArgs } from 'node:util'
import type { Command, Given } from '../command.js'
import { flagOf, UsageError, type Options } from './declare.js'
import { everywhere, type Everywhere } from './everywhere.js'
import { nearest } from '@iris/common/config/nearest'

/** A call that was understood. */
export interface Call {
  readonly command: Command
  readonly given: Given
  readonly everywhere: Everywhere
}

/** The words up to the command's name, its name, and the rest. */
export interface Split {
  /** Null where no command has that name. */
  readonly command: Command | null
  /** What stands in the place of its name. */
  readonly name: string
  readonly words: readonly string[]
}

/** Finds the command among the words; options of every command may stand before it. */
export function splitWords(words: readonly string[], commands: readonly Command[]): Split {
  let at = 0
  while (words[at]?.startsWith('-') === true) at += takesNext(words[at] ?? '') ? 2 : 1
  const [first = '', second = ''] = words.slice(at)
  const before = words.slice(0, at)
  const long = commands.find(({ name }) => name === `${first} ${second}`)
  const command = long ?? commands.find(({ name }) => name === first) ?? null
  const isGroup = commands.some(({ name }) => name.startsWith(`${first} `))
  const name =
    long !== undefined || (command === null && isGroup && !second.startsWith('-'))
      ? `${first} ${second}`.trim()
      : first
  return { command, name, words: [...before, ...words.slice(at + name.split(' ').length)] }
}

/** Reads the words of a command. */
export function parseWords(command: Command, words: readonly string[]): Call {
  const declared: Options = { ...everywhere, ...command.options }
  const { values, positionals } = tokensOf(command, declared, words)
  const read = (options: Options): Readonly<Record<string, unknown>> =>
    readAll(options, name => values.get(name) ?? [])
  const common = read(everywhere) as Everywhere
  if (common.help) return { command, given: { arguments: {}, options: {} }, everywhere: common }
  const given = { arguments: argumentsOf(command, positionals), options: read(command.options) }
  return { command, given, everywhere: common }
}

/** The options of every command that stand among words which may not be whole yet. */
export function typedSoFar(words: readonly string[]): Everywhere {
  const valuesOf = (name: string): readonly string[] =>
    words
      .flatMap((word, at) => (word === flagOf(name) ? [words[at + 1] ?? ''] : []))
      .filter(value => value !== '')
  return readAll(everywhere, valuesOf) as Everywhere
}

function readAll(
  options: Options,
  valuesOf: (name: string) => readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, option.read(valuesOf(name), flagOf(name))]),
  )
}

function takesNext(word: string): boolean {
  const option = Object.entries(everywhere).find(([name]) => flagOf(name) === word)?.[1]
  return option !== undefined && option.placeholder !== null
}

interface Tokens {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly positionals: readonly string[]
}

function tokensOf(command: Command, declared: Options, words: readonly string[]): Tokens {
  const byFlag = new Map(Object.keys(declared).map(name => [flagOf(name).slice(2), name]))
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(declared).map(([name, { placeholder, short }]) => [
        flagOf(name).slice(2),
        { type: placeholder === null ? 'boolean' : 'string', ...(short === null ? {} : { short }) } as const,
      ]),
    ),
  })
  const values = new Map<string, string[]>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const name = byFlag.get(token.name)
    if (name === undefined) throw unknownOption(command, token.rawName, [...byFlag.keys()])
    const { placeholder } = declared[name] ?? {}
    const value = valueOf(token, placeholder ?? null, byFlag)
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return { values, positionals }
}

interface OptionToken {
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function valueOf(
  token: OptionToken,
  placeholder: string | null,
  byFlag: ReadonlyMap<string, string>,
): string {
  const { rawName, value, inlineValue } = token
  if (placeholder === null) {
    if (value !== undefined) throw new UsageError(`${rawName} has no value: leave out =${value}`)
    return ''
  }
  const isNextOption = inlineValue !== true && value !== undefined && byFlag.has(value.replace(/^--/, ''))
  if (value === undefined || (isNextOption && value.startsWith('--')))
    throw new UsageError(`${rawName} needs a value: ${rawName} ${placeholder}`)
  return value
}

function unknownOption({ name }: Command, flag: string, flags: readonly string[]): UsageError {
  const meant = nearest(flag.replace(/^-+/, ''), flags)
  const hint = meant === null ? '' : ` Did you mean --${meant}?`
  return new UsageError(`iris ${name} has no option ${flag}.${hint}`)
}

function argumentsOf(command: Command, positionals: readonly string[]): Record<string, unknown> {
  const given = Object.entries(command.arguments)
  const values: Record<string, unknown> = {}
  let at = 0
  for (const [name, argument] of given) {
    const words = positionals.slice(at, argument.arity === 'many' ? undefined : at + 1)
    if (argument.arity === 'one' && words.length === 0)
      throw new UsageError(`iris ${command.name} needs ${placeOf(name)}: ${argument.help}`)
    values[name] = argument.read(words)
    at += words.length
  }
  if (at < positionals.length)
    throw new UsageError(`iris ${command.name} does not know what to do with ${positionals[at] ?? ''}`)
  return values
}

/** `messageId` as help shows it: `MESSAGE_ID`. */
export function placeOf(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()
}
