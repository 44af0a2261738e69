/**
 * One run of the command.
 * Takes its words and its surroundings. Gives the exit code. Promises: whatever goes wrong is said in
 * sentences (as JSON with `--json`), never with a stack, unless it is a defect of ours.
 */
import { irisVersion } from '@iris/common/lifecycle/version'
import { exitCodes, type Command, type ExitCode, type World } from './command.js'
import { allCommands } from './commands/all.js'
import { offersFor } from './commands/self/offers.js'
import { FileRefused } from './definitions/problem.js'
import { createRest, ServiceFailure } from './management/rest.js'
import { connectionOf, type Connection, type Target } from './profile/connection.js'
import { UsageError } from './words/declare.js'
import { groupPage, helpOf, overview } from './words/help.js'
import { nearest } from '@iris/common/config/nearest'
import type { Everywhere } from './words/everywhere.js'
import { parseWords, splitWords, typedSoFar } from './words/parse.js'

/** What a run does not get from its words. */
export type Outside = Omit<World, 'management' | 'frontend' | 'connection' | 'everywhere' | 'isJson'> & {
  readonly fetch: typeof globalThis.fetch
}

/** Runs a command. */
export async function run(words: readonly string[], outside: Outside): Promise<ExitCode> {
  const { screen } = outside
  const [first = 'help', ...rest] = words
  if (['help', '--help', '-h'].includes(first)) return help(rest, outside)
  if (['version', '--version', '-V'].includes(first)) {
    screen.out(`iris ${irisVersion}\n`)
    return exitCodes.done
  }
  if (first === 'complete') return complete(rest, outside)
  const { command, name, words: own } = splitWords(words, allCommands)
  const isJson = own.includes('--json')
  if (command === null) {
    // As in `iris dlq --help`.
    if (own.some(word => ['--help', '-h'].includes(word))) return help([name], outside)
    const message = unknownCommand(name, first)
    screen.say(isJson ? JSON.stringify({ error: { message } }) : message)
    return exitCodes.unusable
  }
  try {
    const { given, everywhere } = parseWords(command, own)
    if (everywhere.help) {
      screen.out(`${helpOf(command)}\n`)
      return exitCodes.done
    }
    return await command.run(worldOf(outside, everywhere), given)
  } catch (error) {
    if (outside.interrupted.aborted && error instanceof Error && error.name === 'AbortError')
      return exitCodes.interrupted
    const problem = problemOf(error, command)
    screen.say(isJson ? JSON.stringify({ error: problem.json }) : problem.text)
    return problem.code
  }
}

function help(words: readonly string[], { screen }: Outside): ExitCode {
  const name = words.filter(word => !word.startsWith('-')).join(' ')
  const command = allCommands.find(each => each.name === name)
  const group = allCommands.filter(each => each.name.startsWith(`${name} `))
  if (command === undefined && group.length === 0 && name !== '') {
    screen.say(unknownCommand(name, name))
    return exitCodes.unusable
  }
  const page =
    name === '' ? overview(allCommands) : command === undefined ? groupPage(group) : helpOf(command)
  screen.out(`${page}\n`)
  return exitCodes.done
}

/** For the scripts of `iris completion`, which put the words behind a `--`. */
async function complete(words: readonly string[], outside: Outside): Promise<ExitCode> {
  const typed = words[0] === '--' ? words.slice(1) : words
  const world = worldOf(outside, typedSoFar(typed))
  const offers = await offersFor(world, typed, allCommands)
  outside.screen.out(offers.map(offer => `${offer}\n`).join(''))
  return exitCodes.done
}

function unknownCommand(name: string, first: string): string {
  // Before a command, only the options that every command has may stand.
  if (name === '') return `iris does not know ${first}. iris help lists the commands.`
  const names = allCommands.map(each => each.name)
  const group = names.filter(each => each.startsWith(`${name.split(' ')[0] ?? ''} `))
  if (group.length > 0)
    return `iris ${name}: say which, one of ${group.map(each => `iris ${each}`).join(', ')}.`
  const meant = nearest(name, [...names, ...names.map(each => each.split(' ')[0] ?? '')])
  const hint = meant === null ? '' : ` Did you mean iris ${meant}?`
  return `There is no command ${name}.${hint} iris help lists them all.`
}

function worldOf(outside: Outside, everywhere: Everywhere): World {
  const { environment, profiles, fetch } = outside
  let known: Promise<Connection> | null = null
  const connection = (): Promise<Connection> =>
    (known ??= profiles.read().then(each => connectionOf(everywhere, environment, each)))
  const frontend = async (): Promise<Target> => {
    const { frontend: named, management } = await connection()
    if (named !== null) return named
    throw new UsageError(
      `Management is ${management.url}, and no frontend is named: --frontend URL, IRIS_FRONTEND_URL or a profile`,
    )
  }
  return {
    ...outside,
    ...{ everywhere, isJson: everywhere.json, connection },
    management: createRest(fetch, async () => (await connection()).management),
    frontend: createRest(fetch, frontend),
  }
}

interface Problem {
  readonly code: ExitCode
  readonly text: string
  readonly json: object
}

/** What went wrong in words; throws what is a defect of ours. */
function problemOf(error: unknown, { name }: Command): Problem {
  if (error instanceof ServiceFailure) {
    const { message, status, code } = error
    return { code: exitCodes.failed, text: message, json: { message, status, code } }
  }
  if (error instanceof FileRefused)
    return {
      code: exitCodes.unusable,
      text: error.message,
      json: { message: error.message, problems: error.problems },
    }
  if (error instanceof UsageError) {
    const text = `${error.message}\niris ${name} --help explains it.`
    return { code: exitCodes.unusable, text, json: { message: error.message } }
  }
  throw error
}
