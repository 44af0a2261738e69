/**
 * One run of the command.
 * Takes its words and its surroundings. Gives the exit code. Promises: whatever goes wrong is said in
 * sentences, never with a stack, unless it is a defect of ours.
 */
import { readOptions, UsageError, type Options } from './arguments.js'
import { exitCodes, type Command, type ExitCode, type Surroundings } from './command.js'
import { applyCommand } from './commands/apply.js'
import { diffCommand } from './commands/diff.js'
import { exportCommand } from './commands/export.js'
import { planCommand } from './commands/plan.js'
import { FileRefused } from './definitions/problem.js'
import { createManagement, ManagementFailure } from './management/client.js'

/** All commands by name. */
export const commands: ReadonlyMap<string, Command> = new Map([
  ['plan', planCommand],
  ['apply', applyCommand],
  ['diff', diffCommand],
  ['export', exportCommand],
])

/** What a run does not get from its words. */
export type Outside = Omit<Surroundings, 'options' | 'ask' | 'readBeside'> & {
  readBeside(file: string, path: string): string | null
}

/** Runs a command. */
export async function run(words: readonly string[], outside: Outside): Promise<ExitCode> {
  const [name = '', ...rest] = words
  const command = commands.get(name)
  if (command === undefined) {
    const isHelp = ['', 'help', '--help', '-h'].includes(name)
    outside.say(isHelp ? usage() : `There is no command ${name}.\n${usage()}`)
    return isHelp ? exitCodes.done : exitCodes.unusable
  }
  try {
    const options = readOptions(rest, outside.environment)
    return await command.run(surroundingsOf(options, outside))
  } catch (error) {
    if (error instanceof ManagementFailure) {
      outside.say(error.message)
      return exitCodes.failed
    }
    if (!(error instanceof UsageError || error instanceof FileRefused)) throw error
    outside.say(error instanceof UsageError ? `${error.message}\n${usage()}` : error.message)
    return exitCodes.unusable
  }
}

function surroundingsOf(options: Options, outside: Outside): Surroundings {
  return {
    ...outside,
    options,
    ask: createManagement(options.management, options.headers),
    readBeside: path => outside.readBeside(options.file, path),
  }
}

function usage(): string {
  const lines = [...commands].map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
  return `iris COMMAND [options]
${lines.join('\n')}

  --file FILE          the definitions (iris.yaml)
  --management URL     http://127.0.0.1:8090, or IRIS_MANAGEMENT_URL
  --header "N: V"      for every call; "N: env VARIABLE" keeps it from the command line
                       IRIS_API_KEY is sent as Authorization: Bearer
  --prune              plan, apply: remove what the file does not have, below its groups only
  --group NAME         export: only this group; may be given several times
  --json               the result as JSON`
}
