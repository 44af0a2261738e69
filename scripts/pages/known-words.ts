/**
 * The words of commands that no test runs, looked up in what is declared.
 * Takes a command's calls and what the repository declares. Gives what is wrong with them, in sentences.
 * Refuses what it cannot look up: the page then has to say why nothing holds the command.
 */
import { posix } from 'node:path'
import type { Call } from './shell.js'

/** What the repository declares. */
export interface Declared {
  /** Paths that git knows, and their folders. */
  readonly paths: ReadonlySet<string>
  /** Scripts of a package.json by name; null where there is no such package. `.` is the root. */
  scripts(workspace: string): Readonly<Record<string, string>> | null
  /** The text of the sources that a script runs. */
  sourcesOf(script: string): string
  /** Programs that npm has installed. */
  readonly installed: ReadonlySet<string>
  /** Names of services in a compose file. */
  services(path: string): readonly string[]
  /** What is wrong with the words of an `iris` command, from the command's own declarations. */
  irisProblem(words: readonly string[]): string | null
}

/** Says what is wrong with a call; null where it is right. */
export function problemOfCall([program = '', ...words]: Call, declared: Declared): string | null {
  switch (program) {
    case 'npm':
      return npmProblem(words, declared)
    case 'npx':
      return npxProblem(words, declared)
    case 'iris':
      return declared.irisProblem(words)
    case 'docker':
      return dockerProblem(words, declared)
    case 'helm':
    case 'kubectl':
      return fileProblem(words, declared)
    default:
      return `no check knows ${program}`
  }
}

/** Commands of npm itself. */
const ownOfNpm = ['ci', 'install', 'link', 'pack']

function npmProblem(words: readonly string[], declared: Declared): string | null {
  const [command = '', ...rest] = words
  if (ownOfNpm.includes(command)) return null
  const isRun = command === 'run'
  if (!isRun && command !== 'start' && command !== 'test') return `npm has no ${command} here`
  const name = isRun ? (rest[0] ?? '') : command
  const end = rest.indexOf('--')
  const own = end < 0 ? rest : rest.slice(0, end)
  const flag = own.indexOf('-w')
  const workspace = flag < 0 ? '.' : (own[flag + 1] ?? '')
  const script = declared.scripts(workspace)?.[name]
  if (script === undefined) return `package.json of ${workspace} has no script ${name}`
  const passed = end < 0 ? [] : rest.slice(end + 1)
  return name === 'iris' ? declared.irisProblem(passed) : optionProblem(passed, declared.sourcesOf(script))
}

/** An option is known when the program declares it: as text of its usage, or as a name with a type. */
function optionProblem(words: readonly string[], source: string): string | null {
  const options = words.filter(word => word.startsWith('--')).map(word => word.slice(2).split('=')[0] ?? '')
  const unknown = options.find(name => {
    const declaration = new RegExp(`(--${name}\\b|['"]?\\b${name}['"]?: \\{ type:)`)
    return !declaration.test(source)
  })
  return unknown === undefined ? null : `there is no option --${unknown}`
}

function npxProblem([program = '', ...words]: readonly string[], declared: Declared): string | null {
  if (!declared.installed.has(program)) return `npm installs no ${program}`
  const missing = words.find(word => /^[\w-]+\/.*\.\w+$/.test(word) && !declared.paths.has(word))
  return missing === undefined ? null : `there is no ${missing}`
}

const composeCommands = ['up', 'down', 'ps', 'logs', 'build', 'config', 'exec', 'run', 'stop', 'restart']

function dockerProblem(words: readonly string[], declared: Declared): string | null {
  if (words[0] === 'build') return fileProblem(words, declared)
  if (words[0] !== 'compose') return `no check knows docker ${words[0] ?? ''}`
  const files = valuesOf(words, ['-f', '--file'])
  if (files.length === 0) return 'docker compose without -f finds no file in the root'
  const missing = files.find(file => !declared.paths.has(file))
  if (missing !== undefined) return `there is no ${missing}`
  const at = words.findIndex(word => composeCommands.includes(word))
  if (at < 0) return 'no check knows this command of docker compose'
  const services = files.flatMap(file => declared.services(file))
  const named = words
    .slice(at + 1)
    .filter((word, index, all) => !word.startsWith('-') && !all[index - 1]?.startsWith('--'))
  const [service] = words[at] === 'exec' || words[at] === 'run' ? named.slice(0, 1) : named
  return service === undefined || services.includes(service)
    ? null
    : `${files.join()} has no service ${service}`
}

/** Every path of ours that is named must be there. */
function fileProblem(words: readonly string[], declared: Declared): string | null {
  const first = new Set([...declared.paths].map(path => path.split('/')[0] ?? ''))
  const paths = words.map(word => posix.normalize(word.replace(/^\.\//, '')).replace(/\/$/, ''))
  const missing = paths.find(path => {
    return path.includes('/') && first.has(path.split('/')[0] ?? '') && !declared.paths.has(path)
  })
  return missing === undefined ? null : `there is no ${missing}`
}

function valuesOf(words: readonly string[], flags: readonly string[]): readonly string[] {
  return words.filter((_word, index) => flags.includes(words[index - 1] ?? ''))
}
