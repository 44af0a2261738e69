/**
 * The programs of `examples/`, as `npm run demo:…` starts them.
 * Takes a name and flags. Gives what one prints and how it ends, or one that serves until it is stopped.
 * Promises: none runs beyond its deadline, or outlives the test process.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLog } from '@iris/common/lifecycle/log'
import { createManagedProcess, type ManagedProcess } from '@iris/local-stack/managed-process'

type Example = 'chat' | 'poison' | 'shop'

const runMs = 100_000
const startMs = 60_000
const stopMs = 20_000
const environment = { PATH: process.env['PATH'] }
let count = 0

const programOf = (name: Example): string =>
  fileURLToPath(new URL(`../../examples/dist/${name}/main.js`, import.meta.url))

/** Runs one to its end; the screen is both of its streams. */
export function runExample(
  name: Example,
  flags: readonly string[],
): Promise<{ readonly code: number; readonly screen: string }> {
  return new Promise(resolve => {
    const options = { timeout: runMs, env: environment }
    execFile(process.execPath, [programOf(name), ...flags], options, (error, out, complaints) => {
      resolve({ code: error === null ? 0 : 1, screen: out + complaints })
    })
  })
}

/** Starts one that serves, and resolves with the address that it prints. */
export async function startExample(
  name: Example,
  flags: readonly string[],
): Promise<{ readonly url: string; readonly program: ManagedProcess }> {
  const outputFile = join(tmpdir(), `iris-test-${process.pid}-logs`, `${name}-${++count}.log`)
  const url = (): string | undefined =>
    /http:\/\/127\.0\.0\.1:\d+(?=\/ )/.exec(readFileSync(outputFile, 'utf8'))?.[0]
  const program = createManagedProcess(
    { log: silentLog },
    {
      ...{ name: `demo:${name}`, command: process.execPath, args: [programOf(name), ...flags] },
      ...{ environment, outputFile, processFile: null, startMs, stopMs },
      isReady: () => Promise.resolve(url() !== undefined),
    },
  )
  await program.start()
  return { url: url() ?? '', program }
}
