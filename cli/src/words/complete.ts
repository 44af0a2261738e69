// pure
/**
 * What may stand where the cursor is.
 * Takes the words before it, its own begin, and the commands. Gives words, or the kind of names that somebody
 * has to be asked for.
 */
import type { Command } from '../command.js'
import { flagOf, type Argument, type Completion, type Options } from './declare.js'
import { everywhere } from './everywhere.js'
import { splitWords } from './parse.js'

/** What to offer, and what else the words say that names depend on. */
export interface Place {
  readonly completes: Completion
  /** Positional words of the command before the cursor, such as the topic of a subscription. */
  readonly before: readonly string[]
}

/** The place of the cursor; null where nothing is known of it. */
export function placeOfCursor(
  words: readonly string[],
  begin: string,
  commands: readonly Command[],
): Place | null {
  const { command, name } = splitWords(words, commands)
  const typed = words.filter(word => !word.startsWith('-'))
  if (command === null) return { completes: nextWords(name, commands, typed.length), before: [] }
  const options: Options = { ...everywhere, ...command.options }
  const wanted = optionNamed(options, words.at(-1) ?? '')
  if (wanted !== null && wanted.placeholder !== null) return completed(wanted.completes, [])
  if (begin.startsWith('-')) return { completes: Object.keys(options).map(flagOf), before: [] }
  const before = positionals(words, options).slice(command.name.split(' ').length)
  const next: Argument<unknown> | undefined = Object.values(command.arguments)[before.length]
  return completed(next?.completes ?? null, before)
}

function nextWords(name: string, commands: readonly Command[], typed: number): readonly string[] {
  const [first = ''] = name.split(' ')
  const names = typed === 0 ? commands : commands.filter(each => each.name.startsWith(`${first} `))
  const at = typed === 0 ? 0 : 1
  return [
    ...new Set([
      ...names.map(each => each.name.split(' ')[at] ?? ''),
      ...(typed === 0 ? ['help', 'version'] : []),
    ]),
  ]
}

function completed(completes: Completion | null, before: readonly string[]): Place | null {
  return completes === null ? null : { completes, before }
}

function optionNamed(options: Options, word: string): Options[string] | null {
  const found = Object.entries(options).find(
    ([name, { short }]) => word === flagOf(name) || word === `-${short}`,
  )
  return found?.[1] ?? null
}

/** The words that are neither options nor their values. */
function positionals(words: readonly string[], options: Options): readonly string[] {
  return words.filter((word, at) => {
    if (word.startsWith('-')) return false
    const before = optionNamed(options, words[at - 1] ?? '')
    return before === null || before.placeholder === null
  })
}
