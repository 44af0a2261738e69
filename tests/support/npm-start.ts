/**
 * `npm start` as a user has it: a program in a terminal.
 * Takes flags and variables. Gives what it prints and how it ends.
 * Promises: free ports and a data directory of the caller; what is left at the end can be looked for.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { freePort, isPortFree } from '@iris/local-stack/ports'
import { portFlags, type StackPorts } from '@iris/local-stack/stack-options'
import { eventually } from './eventually.js'

const program = createRequire(import.meta.url).resolve('@iris/local-stack/main')
const screenMs = 90_000
const endMs = 60_000

/** A running `npm start`. */
export interface NpmStart {
  readonly pid: number
  /** All that it printed so far, both streams. */
  output(): string
  /** Resolves with the output when its screen is complete; rejects with the output when it ends before. */
  screen(): Promise<string>
  signal(name: NodeJS.Signals): void
  /** Resolves with its exit code; null when a signal ended it. */
  ended(): Promise<number | null>
}

/** Free ports for a whole stack. */
export async function stackPorts(): Promise<StackPorts> {
  const names = Object.keys(portFlags) as (keyof StackPorts)[]
  const ports = await Promise.all(names.map(async name => [name, await freePort()] as const))
  return Object.fromEntries(ports) as unknown as StackPorts
}

/** Starts it with these ports and flags. */
export function npmStart(
  ports: StackPorts,
  flags: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): NpmStart {
  const portArguments = (Object.keys(ports) as (keyof StackPorts)[]).flatMap(name => [
    portFlags[name].flag,
    String(ports[name]),
  ])
  const { PATH, HOME, XDG_CACHE_HOME, JAVA_HOME } = process.env
  const child = spawn(process.execPath, [program, ...portArguments, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, XDG_CACHE_HOME, JAVA_HOME, ...variables },
  })
  let output = ''
  let exit: { readonly code: number | null } | null = null
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  child.once('exit', code => (exit = { code }))
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async screen() {
      await eventually(() => {
        if (!output.includes('Ctrl-C stops everything') && exit === null)
          throw new Error(`no screen: ${output}`)
      }, screenMs)
      if (exit !== null) throw new Error(`ended before its screen: ${output}`)
      return output
    },
    signal: name => void child.kill(name),
    ended: () =>
      eventually(() => {
        if (exit === null) throw new Error(`still running: ${output}`)
        return exit.code
      }, endMs),
  }
}

/** Ports of the stack that somebody listens on; empty after a clean end. */
export async function portsInUse(ports: StackPorts): Promise<readonly number[]> {
  const all = Object.values(ports) as number[]
  const isFree = await Promise.all(all.map(isPortFree))
  return all.filter((_port, index) => !isFree[index])
}

/** Ids of living processes whose command line contains the text. */
export function processesWith(text: string): readonly number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids.filter(pid => commandLine(pid).includes(text)).map(Number)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it ended between the list and the look
  }
}
