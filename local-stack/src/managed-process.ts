/**
 * One process of ours: started until it answers, stopped within a bound, killed, frozen, started again.
 * Takes a command and a question that tells when it is ready. Gives its life as promises.
 * Promises: no child outlives this process, however it ends; a stale child of an earlier one is ended.
 * Refuses to start when another living process uses the same directory.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler, withDeadline } from '@iris/common/time/scheduler'
import type { Log } from '@iris/common/lifecycle/log'
import { LocalStackError } from './local-stack-error.js'
import { endStaleProcess, forgetProcess, rememberProcess } from './process-file.js'

const pollMs = 40
const outputTailCharacters = 2_000
const killMs = 10_000
/** A millisecond apart. */
const pauseTriesMax = 2_000

/** What to run and when to call it started. */
export interface ProcessPlan {
  /** As a person calls it: "Kafka on port 9092". */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Both output streams of the child; begun anew by the first start, continued by the next ones. */
  readonly outputFile: string
  /** Holds the pid; null when nothing of this process can be stale. */
  readonly processFile: string | null
  readonly startMs: number
  readonly stopMs: number
  isReady(): Promise<boolean>
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process under our hand. */
export interface ManagedProcess {
  /** Of the present or last run; 0 before the first. */
  readonly pid: number
  /** How the last run ended; null while it runs. */
  readonly exit: ProcessExit | null
  /** Starts it, also again; resolves when it answers. */
  start(): Promise<void>
  /** SIGTERM, and SIGKILL when it takes longer than `stopMs`. */
  stop(): Promise<ProcessExit | null>
  /** SIGKILL. */
  kill(): Promise<ProcessExit | null>
  /** SIGSTOP: it keeps its connections and answers nothing. Comes back when all of it stands still. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** Calls back once when the present run ends by itself or by us. */
  onExit(listener: (exit: ProcessExit) => void): void
}

interface Life {
  readonly child: ChildProcess
  readonly ended: Promise<ProcessExit>
  exit: ProcessExit | null
}

/** Makes a process that is not started yet. */
export function createManagedProcess(deps: { log: Log }, plan: ProcessPlan): ManagedProcess {
  let life: Life | null = null

  const signal = (name: NodeJS.Signals): void => {
    if (life !== null && life.exit === null) life.child.kill(name)
  }
  const end = async (first: NodeJS.Signals, withinMs: number): Promise<ProcessExit | null> => {
    const present = life
    if (present === null || present.exit !== null) return present?.exit ?? null
    signal('SIGCONT')
    signal(first)
    const inTime = withDeadline(systemScheduler, withinMs, `stop of ${plan.name}`, present.ended)
    return inTime.catch(() => {
      deps.log.warn('process.killed', { name: plan.name, afterMs: withinMs })
      signal('SIGKILL')
      return withDeadline(systemScheduler, killMs, `end of ${plan.name} by SIGKILL`, present.ended)
    })
  }

  return {
    get pid() {
      return life?.child.pid ?? 0
    },
    get exit() {
      return life?.exit ?? null
    },
    async start() {
      if (life !== null && life.exit === null) throw new LocalStackError(`${plan.name} runs already`)
      life = await launch(deps.log, plan, life === null ? 'w' : 'a')
      try {
        await untilReady(plan, life)
      } catch (error) {
        await end('SIGKILL', killMs)
        throw error
      }
      deps.log.info('process.ready', { name: plan.name, pid: life.child.pid })
    },
    stop: () => end('SIGTERM', plan.stopMs),
    kill: () => end('SIGKILL', killMs),
    pause() {
      signal('SIGSTOP')
      if (life !== null) untilStopped(life)
    },
    resume: () => signal('SIGCONT'),
    onExit(listener) {
      void life?.ended.then(listener)
    },
  }
}

async function launch(log: Log, plan: ProcessPlan, outputFlag: 'w' | 'a'): Promise<Life> {
  await mkdir(dirname(plan.outputFile), { recursive: true })
  if (plan.processFile !== null) await endStaleProcess(log, plan.name, plan.processFile)
  const output = openSync(plan.outputFile, outputFlag)
  // A group of its own: Ctrl-C in the terminal reaches only us, and we stop the servers in order.
  const child = spawn(plan.command, plan.args, {
    env: plan.environment,
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject))
  const spawned = new Promise<void>(resolve => child.once('spawn', resolve))
  await Promise.race([spawned, failed]).catch((cause: unknown) => {
    throw new LocalStackError(`${plan.name} could not be started with \`${plan.command}\``, { cause })
  })
  return watched(plan, child)
}

function watched(plan: ProcessPlan, child: ChildProcess): Life {
  const pid = child.pid ?? 0
  const dismiss = watchOver(pid)
  if (plan.processFile !== null) rememberProcess(plan.processFile, pid)
  const ended = new Promise<ProcessExit>(resolve => {
    child.once('exit', (code, signal) => {
      dismiss()
      life.exit = { code, signal }
      if (plan.processFile !== null) forgetProcess(plan.processFile)
      resolve(life.exit)
    })
  })
  const life: Life = { child, ended, exit: null }
  return life
}

/**
 * A shell that reads from a pipe only we hold open. When this process ends, by whatever signal, the pipe
 * closes and the shell kills the child. Nothing else works on Linux and macOS alike without native code.
 */
function watchOver(pid: number): () => void {
  const guard = spawn('/bin/sh', ['-c', 'read _; kill -KILL "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => undefined)
  guard.unref()
  const pipe = guard.stdin as unknown as { unref(): void; on(event: 'error', listener: () => void): void }
  pipe.on('error', () => undefined)
  pipe.unref()
  return () => void guard.kill('SIGKILL')
}

async function untilReady(plan: ProcessPlan, life: Life): Promise<void> {
  const until = systemClock.monotonic() + plan.startMs
  while (systemClock.monotonic() < until) {
    if (life.exit !== null) throw startFailure(plan, `ended with ${life.exit.code ?? life.exit.signal}`)
    if (await plan.isReady()) return
    await sleep(systemScheduler, pollMs)
  }
  throw startFailure(plan, `did not answer in ${plan.startMs} ms`)
}

/**
 * Waits until each thread of a signalled process stands. One of them takes the signal, when it gets a core;
 * until then the others go on and answer, which is milliseconds on a busy machine. Where there is no `/proc`,
 * nothing is waited for.
 */
function untilStopped({ child }: Life): void {
  const threads = `/proc/${child.pid}/task`
  const isStopped = (thread: string): boolean => {
    const [state] = readFileSync(`${threads}/${thread}/stat`, 'utf8').split(') ').at(-1) ?? ''
    return state === 'T' || state === 't'
  }
  const waiter = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = 0; tries < pauseTriesMax && existsSync(threads); tries++) {
    try {
      if (readdirSync(threads).every(isStopped)) return
    } catch {
      // A thread that ended between the two looks: look again.
    }
    Atomics.wait(waiter, 0, 0, 1)
  }
}

function startFailure(plan: ProcessPlan, what: string): LocalStackError {
  const tail = readFileSync(plan.outputFile, 'utf8').slice(-outputTailCharacters).trim()
  return new LocalStackError(`${plan.name} ${what}. Its output (${plan.outputFile}): ${tail || 'none'}`)
}
