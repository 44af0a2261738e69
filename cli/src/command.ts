/**
 * What every command is, and what it is given.
 */
import type { Options } from './arguments.js'
import type { Management } from './management/client.js'

/** How a command ends: the exit code of the process. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** `diff` found a difference. */
  different: 2,
  /** The words or the file cannot be used; nothing was changed. */
  unusable: 64,
  /** Ended by Ctrl-C between two changes. */
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The world of a command, so that tests can give their own. */
export interface Surroundings {
  readonly options: Options
  readonly ask: Management
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Null where it cannot be read. */
  readFile(path: string): Promise<string | null>
  /** The same at once, for files that a file refers to; relative ones are beside that one. */
  readBeside(path: string): string | null
  /** Rejects with the system's reason where it cannot be written. */
  writeFile(path: string, text: string): Promise<void>
  /** The result: for people, or JSON with `--json`. */
  out(text: string): void
  /** Progress and problems, for people. */
  say(line: string): void
  isInterrupted(): boolean
  /** Milliseconds of a clock that only goes forward. */
  nowMs(): number
}

export interface Command {
  readonly summary: string
  run(surroundings: Surroundings): Promise<ExitCode>
}
