/**
 * The `iris` command, in this process or in one of its own.
 * Takes its words and environment. Gives exit code and what it printed. Promises: it is ended at a deadline.
 */
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { profileFile, profilePath } from '@iris/cli/profile/profile-file'
import { run } from '@iris/cli/run'
import { systemFiles } from '@iris/cli/system-files'
import { keepScreen } from '@iris/cli/testing/kept-screen'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'

export interface IrisRun {
  readonly code: number | null
  /** The result. */
  readonly out: string
  /** Progress and problems. */
  readonly said: string
}

export interface IrisOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** Piped in; a terminal without it. */
  readonly input?: string | null
}

/** A command that runs. */
export interface StartedIris {
  readonly ended: Promise<IrisRun>
  interrupt(): void
}

const program = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url))
const deadlineMs = 60_000

/** Starts it as a process. */
export function startIris(
  words: readonly string[],
  { environment = {}, input = '' }: IrisOptions,
): StartedIris {
  const child = spawn(process.execPath, [program, ...words], {
    env: { PATH: process.env['PATH'], HOME: '/nowhere', ...environment },
    timeout: deadlineMs,
  })
  const [out, said] = [[] as string[], [] as string[]]
  child.stdout.on('data', chunk => out.push(String(chunk)))
  child.stderr.on('data', chunk => said.push(String(chunk)))
  child.stdin.on('error', () => undefined) // it has ended without reading what it does not want
  child.stdin.end(input ?? '')
  const ended = new Promise<IrisRun>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, out: out.join(''), said: said.join('') }))
  })
  return { ended, interrupt: () => void child.kill('SIGINT') }
}

/** Runs it to its end in this process, which costs a tenth of one of its own. */
export async function runIris(
  words: readonly string[],
  { environment = {}, input = null }: IrisOptions = {},
): Promise<IrisRun> {
  const { screen, kept } = keepScreen()
  const code = await run(words, {
    ...{ environment, fetch, screen, clock: systemClock, scheduler: systemScheduler, files: systemFiles },
    interrupted: AbortSignal.timeout(deadlineMs),
    input: input === null ? null : (Readable.from([Buffer.from(input)]) as AsyncIterable<Buffer>),
    profiles: profileFile(profilePath({ HOME: '/nowhere', ...environment })),
  })
  return { code, ...kept }
}
