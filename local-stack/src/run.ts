/**
 * A short program run to its end.
 * Takes a command, its arguments and a deadline. Gives its exit code and what it printed.
 * Promises: past the deadline the program is killed and the call rejects. Bound: the first 64 KiB of output.
 */
import { spawn } from 'node:child_process'
import { systemScheduler } from '@iris/common/time/scheduler'

const outputCharactersMax = 65_536

/** How a short program ended. */
export interface RunResult {
  /** -1 when a signal ended it. */
  readonly code: number
  readonly output: string
}

/** Runs a program to its end; rejects when it cannot be started or is not done after `withinMs`. */
export function run(command: string, args: readonly string[], withinMs: number): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const cancel = systemScheduler.after(withinMs, () => {
      child.kill('SIGKILL')
      reject(new Error(`${command} did not end in ${withinMs} ms`))
    })
    const collect = (chunk: Buffer): void => {
      if (output.length < outputCharactersMax) output += chunk.toString('utf8')
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', error => {
      cancel()
      reject(error)
    })
    child.once('close', code => {
      cancel()
      resolve({ code: code ?? -1, output })
    })
  })
}
