/**
 * What a process has cost: CPU seconds and resident memory, as Linux counts them.
 * Takes a process id. Gives figures of the whole process with all its threads; refuses systems without /proc.
 */
import { existsSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second, on every machine that Node runs on. */
const ticksPerSecond = 100
const pageBytes = 4096

/** CPU seconds used so far, user and system. */
export function cpuSecondsOf(pid: number): number {
  const fields = statOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The same of a process and those that it started itself, such as the workers of a frontend. */
export function cpuSecondsOfAll(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuSecondsOf(each), 0)
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}

/** Resident bytes now; 0 where the process has ended. */
export function residentBytesOf(pid: number): number {
  if (!existsSync(`/proc/${pid}/stat`)) return 0
  return Number(statOf(pid)[21]) * pageBytes
}

/** The fields after the name, which may itself hold spaces and brackets. */
function statOf(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
