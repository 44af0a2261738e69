/**
 * What a command is, and the world it runs in.
 * A command is one declaration: help, completion, the reference page and the parser of its words come of it.
 */
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Connection } from './profile/connection.js'
import type { ProfileFile } from './profile/profile-file.js'
import type { Rest } from './management/rest.js'
import type { Screen } from './show/screen.js'
import type { Arguments, Options, Values } from './words/declare.js'
import type { Everywhere } from './words/everywhere.js'

/** How a command ends: the exit code of the process. */
export const exitCodes = {
  done: 0,
  /** A service could not be asked, refused, or did not do all of it. */
  failed: 1,
  /** What was looked for is there: `diff` found a difference, `doctor` something to mend. */
  different: 2,
  /** The words or the file cannot be used; nothing was changed. */
  unusable: 64,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Files, as a command sees them. */
export interface Files {
  /** Null where it cannot be read. */
  read(path: string): Promise<string | null>
  /** The same at once, for files that a file refers to; relative ones are beside that one. */
  readBeside(file: string, path: string): string | null
  /** Refuses, with the system's reason, what cannot be written. */
  write(path: string, text: string): Promise<void>
  /** Opens it for its bytes piece by piece; refuses, with the system's reason, what cannot be read. */
  open(path: string): Promise<AsyncIterable<Buffer>>
}

/** All that a command is given beside its own words, so that tests can give their own. */
export interface World {
  /** Calls to management, as the profile, the environment and the words say. */
  readonly management: Rest
  /** Calls to a frontend. */
  readonly frontend: Rest
  connection(): Promise<Connection>
  readonly profiles: ProfileFile
  /** The options that every command has. */
  readonly everywhere: Everywhere
  /** Results as JSON, one value, or one a line where they come one by one. */
  readonly isJson: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly files: Files
  /** What is piped in; null where somebody types. */
  readonly input: AsyncIterable<Buffer> | null
  readonly screen: Screen
  /** Aborted by the first Ctrl-C; the second ends the process. */
  readonly interrupted: AbortSignal
  readonly clock: Clock
  readonly scheduler: Scheduler
}

/** Where a command stands in the help. */
export const sections = ['Messages', 'What goes on', 'Repair', 'Definitions', 'This command'] as const

export interface Example {
  /** As it is typed, without `iris`. */
  readonly words: string
  readonly what: string
}

/** The words of a call, read by the declaration of its command. */
export interface Given {
  readonly arguments: Readonly<Record<string, unknown>>
  readonly options: Readonly<Record<string, unknown>>
}

export interface Command {
  /** One word, or two for one of several about the same: `dlq list`. */
  readonly name: string
  readonly section: (typeof sections)[number]
  /** One line that begins with a verb. */
  readonly summary: string
  /** Paragraphs. */
  readonly details: readonly string[]
  readonly arguments: Arguments
  readonly options: Options
  readonly examples: readonly Example[]
  run(world: World, given: Given): Promise<ExitCode>
}

interface Declaration<A extends Arguments, O extends Options> extends Omit<Command, 'run' | 'details'> {
  readonly details?: readonly string[]
  readonly arguments: A
  readonly options: O
  run(world: World, words: Values<A>, options: Values<O>): Promise<ExitCode>
}

/** Declares a command. */
export function command<A extends Arguments, O extends Options>(declared: Declaration<A, O>): Command {
  return {
    details: [],
    ...declared,
    // Read by these very declarations: the parser makes nothing else of them.
    run: (world, given) => declared.run(world, given.arguments as Values<A>, given.options as Values<O>),
  }
}
