/**
 * The note a server process leaves in its data directory.
 * Takes a file and a pid. Gives the way to find that process again after our own end.
 * Promises: a pid that another program got since is never touched: the start time is compared.
 * Refuses when the process that started it is still alive.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import type { Log } from '@iris/common/lifecycle/log'
import { LocalStackError } from './local-stack-error.js'

const staleEndMs = 10_000
const pollMs = 20

interface ProcessNote {
  readonly pid: number
  readonly started: string
  readonly ownerPid: number
  readonly ownerStarted: string
}

/** Writes down which process serves this directory and who started it. */
export function rememberProcess(file: string, pid: number): void {
  const note: ProcessNote = {
    pid,
    started: startOf(pid),
    ownerPid: process.pid,
    ownerStarted: startOf(process.pid),
  }
  writeFileSync(file, JSON.stringify(note))
}

/** Removes the note. */
export function forgetProcess(file: string): void {
  rmSync(file, { force: true })
}

/** Ends the process of the note when its owner is gone; refuses when the owner still lives. */
export async function endStaleProcess(log: Log, name: string, file: string): Promise<void> {
  const note = readNote(file)
  if (note === null || !isSame(note.pid, note.started)) return forgetProcess(file)
  if (note.ownerPid !== process.pid && isSame(note.ownerPid, note.ownerStarted)) {
    const fix = 'End that one first, or use another data directory.'
    throw new LocalStackError(
      `${name} already runs on this data (process ${note.pid} of ${note.ownerPid}). ${fix}`,
    )
  }
  log.warn('process.stale', { name, pid: note.pid })
  process.kill(note.pid, 'SIGKILL')
  const until = systemClock.monotonic() + staleEndMs
  while (isSame(note.pid, note.started) && systemClock.monotonic() < until)
    await sleep(systemScheduler, pollMs)
  forgetProcess(file)
}

function readNote(file: string): ProcessNote | null {
  if (!existsSync(file)) return null
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessNote
  } catch {
    return null // half written when the machine went down: no such process lives
  }
}

function isSame(pid: number, started: string): boolean {
  return started !== '' && startOf(pid) === started
}

/** When the process started, as the machine says it; '' when there is none. */
function startOf(pid: number): string {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? '' : (rest[18] ?? '')
  } catch {
    return '' // no such process
  }
}
