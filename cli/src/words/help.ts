// pure
/**
 * Help, as a person at a terminal reads it.
 * Takes declarations. Gives text of at most `columnsMax` columns.
 */
import { sections, type Command } from '../command.js'
import { flagOf, type Options } from './declare.js'
import { everywhere } from './everywhere.js'
import { placeOf } from './parse.js'
import { wrap } from './wrap.js'

const columnsMax = 100

/** The page that names every command. */
export function overview(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name)
  const width = Math.max(...names.map(name => name.length))
  const listed = sections.flatMap(section => [
    '',
    section,
    ...commands
      .filter(each => each.section === section)
      .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
  ])
  return [
    'iris: publish messages, see where they are and why, and mend what went wrong.',
    '',
    'iris COMMAND [words] [options]',
    ...listed,
    '',
    'Options of every command',
    ...optionLines(everywhere),
    '',
    'iris COMMAND --help explains one, with examples. iris doctor says what an installation needs, iris version',
    'which command this is.',
  ].join('\n')
}

/** The page of several commands about the same, such as `dlq`. */
export function groupPage(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    ...commands.map(({ name, summary }) => `iris ${name.padEnd(width)}  ${summary}`),
    '',
    `iris ${commands[0]?.name ?? ''} --help explains one, with examples.`,
  ].join('\n')
}

/** The page of one command. */
export function helpOf(command: Command): string {
  const own = Object.keys(command.options).length > 0
  const places = Object.entries(command.arguments)
  const width = Math.max(0, ...places.map(([name]) => placeOf(name).length))
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', title, ...lines]
  return [
    `iris ${command.name}: ${command.summary}`,
    '',
    usageOf(command),
    ...command.details.flatMap(paragraph => ['', ...wrap(paragraph, columnsMax)]),
    ...list(
      'Words',
      places.flatMap(([name, { help }]) => described(placeOf(name).padEnd(width), help)),
    ),
    ...list('Options', own ? optionLines(command.options) : []),
    ...list(
      'Examples',
      command.examples.flatMap(({ words, what }) => [`  # ${what}`, `  iris ${words}`]),
    ),
    '',
    'Options of every command (--profile, --json, …): iris help',
  ].join('\n')
}

/** `iris tail TOPIC [options]` */
export function usageOf(command: Command): string {
  const places = Object.entries(command.arguments).map(([name, { arity }]) => {
    const place = placeOf(name)
    return arity === 'one' ? place : arity === 'optional' ? `[${place}]` : `[${place}...]`
  })
  const options = Object.keys(command.options).length === 0 ? [] : ['[options]']
  return ['iris', command.name, ...places, ...options].join(' ')
}

/** `-f, --file FILE` */
export function optionWords(name: string, { placeholder, short }: Options[string]): string {
  const flag = [...(short === null ? [] : [`-${short}`]), flagOf(name)].join(', ')
  return placeholder === null ? flag : `${flag} ${placeholder}`
}

function optionLines(options: Options): readonly string[] {
  const entries = Object.entries(options).map(
    ([name, option]) => [optionWords(name, option), option] as const,
  )
  const width = Math.max(...entries.map(([words]) => words.length))
  return entries.flatMap(([words, { help, isRepeatable }]) =>
    described(words.padEnd(width), isRepeatable ? `${help}; may be given several times` : help),
  )
}

function described(words: string, help: string): readonly string[] {
  const [first = '', ...more] = wrap(help, columnsMax - words.length - 4)
  return [`  ${words}  ${first}`, ...more.map(line => `  ${' '.repeat(words.length)}  ${line}`)]
}
