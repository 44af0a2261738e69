// pure
/**
 * The command line.
 * Takes words and the environment. Gives command and options. Refuses what it does not know, with a sentence.
 */
import { parseArgs } from 'node:util'

/** How a command talks to management, and what it is asked to do. */
export interface Options {
  readonly file: string
  /** Whether the words name it, and it is not the usual one. */
  readonly isFileNamed: boolean
  readonly management: string
  /** For every call, such as a key. */
  readonly headers: Readonly<Record<string, string>>
  readonly isJson: boolean
  readonly prune: boolean
  /** For `export`; empty for all. */
  readonly groups: readonly string[]
}

/** The words could not be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Environment = Readonly<Record<string, string | undefined>>

const addressDefault = 'http://127.0.0.1:8090'
const fileDefault = 'iris.yaml'

/** Reads the words after the command's name. */
export function readOptions(words: readonly string[], environment: Environment): Options {
  const { file, management, header, json, prune, group } = parsed(words)
  const key = environment['IRIS_API_KEY'] ?? ''
  const address = management ?? environment['IRIS_MANAGEMENT_URL'] ?? addressDefault
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new UsageError(`--management must be an http or https address, not ${address}`)
  return {
    file: file ?? fileDefault,
    isFileNamed: file !== undefined,
    management: address,
    headers: {
      ...(key === '' ? {} : { Authorization: `Bearer ${key}` }),
      ...Object.fromEntries((header ?? []).map(each => headerOf(each, environment))),
    },
    isJson: json ?? false,
    prune: prune ?? false,
    groups: group ?? [],
  }
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      strict: true,
      options: {
        file: { type: 'string', short: 'f' },
        management: { type: 'string' },
        header: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        prune: { type: 'boolean' },
        group: { type: 'string', multiple: true },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** `Name: value`, or `Name: env VARIABLE`: words of a command line can be read by others on the machine. */
function headerOf(text: string, environment: Environment): readonly [string, string] {
  const [, name, value] = /^([\w-]+)\s*:\s*(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(
      `--header must be "Name: value" or "Name: env VARIABLE", not ${text.split(':')[0] ?? ''}`,
    )
  const variable = /^env\s+(\w+)$/.exec(value)?.[1]
  if (variable === undefined) return [name, value]
  const held = environment[variable] ?? ''
  if (held === '') throw new UsageError(`--header ${name}: the environment has no ${variable}`)
  return [name, held]
}
