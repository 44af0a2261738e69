// pure
/**
 * What the processes of an installation say of themselves, held against each other.
 * Takes facts. Gives findings about who is missing or silent, clocks, versions, settings and disks.
 */
import type { Facts, ProcessFacts } from './facts.js'
import { several } from '../show/words.js'
import type { DoctorFinding } from './finding.js'

/** Beyond what a slow way to a process may hide. */
const clockMs = 1_000
const clockCriticalMs = 60_000
const gibibyte = 1024 ** 3
const diskShareMin = 0.1
const diskBytesCritical = gibibyte / 4

/** All of them. */
export function processFindings({ checkup }: Facts): readonly DoctorFinding[] {
  const { processes, zookeeper } = checkup
  if (zookeeper.problem !== null) return [] // nobody knows who is there
  const told = [
    ...absences(processes),
    ...processes.flatMap(silence),
    ...processes.flatMap(clock),
    ...processes.flatMap(disk),
    ...versions(processes),
    ...settings(processes),
  ]
  if (told.some(({ severity }) => severity !== 'note')) return told
  const count = (kind: string): number => processes.filter(each => each.kind === kind).length
  const those = `${several(count('frontend'), 'frontend')}, ${count('consumers')} consumers, ${several(count('management'), 'management')}`
  const text = `Live: ${those}; their clocks, versions and common settings agree.`
  return [...told, { check: 'processes', severity: 'ok', text, next: '' }]
}

function absences(processes: readonly ProcessFacts[]): readonly DoctorFinding[] {
  const isThere = (kind: string): boolean => processes.some(each => each.kind === kind)
  const missing = (kind: string, text: string, next: string): readonly DoctorFinding[] =>
    isThere(kind) ? [] : [{ check: `processes.${kind}`, severity: 'critical', text, next }]
  return [
    ...missing(
      'frontend',
      'No frontend lives: nothing can be published.',
      'Start one with the same ZooKeeper and zookeeper.root.',
    ),
    ...missing(
      'consumers',
      'No consumers process lives: nothing is delivered.',
      'Start one with the same ZooKeeper, zookeeper.root and kafka.clusterName.',
    ),
  ]
}

function silence({ id, kind, problem, self }: ProcessFacts): readonly DoctorFinding[] {
  const check = `process.${kind}`
  if (problem !== null) {
    const setting = kind === 'consumers' ? 'consumer.server.advertisedUrl' : `${kind}.server.advertisedHost`
    const text = `The ${kind} process ${id} does not answer management: ${problem}`
    const next = `Look whether it hangs, and whether management reaches the address that it names (${setting}).`
    return [{ check, severity: 'warning', text, next }]
  }
  if (self === null) {
    const text = `The ${kind} process ${id} tells nothing of itself.`
    return [{ check, severity: 'note', text, next: 'It is of an earlier version: upgrade it.' }]
  }
  if (self.isReady) return []
  const next = 'Its log and /status/ready say what it waits for.'
  return [{ check, severity: 'warning', text: `The ${kind} process ${id} is not ready.`, next }]
}

function clock({ id, kind, clockAheadMs, tookMs }: ProcessFacts): readonly DoctorFinding[] {
  if (clockAheadMs === null || Math.abs(clockAheadMs) < clockMs + (tookMs ?? 0)) return []
  const seconds = Math.round(Math.abs(clockAheadMs) / 100) / 10
  const text = `The clock of the ${kind} process ${id} is ${seconds} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} management's.`
  const severity = Math.abs(clockAheadMs) < clockCriticalMs ? 'warning' : 'critical'
  const next =
    'Keep the clocks with NTP: retention, times to live and scheduled messages are counted from them.'
  return [{ check: 'clocks', severity, text, next }]
}

function disk({ id, kind, self }: ProcessFacts): readonly DoctorFinding[] {
  const space = self?.disk ?? null
  if (space === null) return []
  const { freeBytes, totalBytes } = space
  if (freeBytes >= totalBytes * diskShareMin && freeBytes >= gibibyte) return []
  const gib = Math.round((freeBytes / gibibyte) * 10) / 10
  return [
    {
      ...{ check: 'disks', severity: freeBytes < diskBytesCritical ? 'critical' : 'warning' },
      text: `The disk of the spool of the ${kind} process ${id} has ${gib} GiB free.`,
      next: 'Make room: while Kafka is away, accepted messages (202) wait there, and a full disk refuses them.',
    },
  ]
}

function versions(processes: readonly ProcessFacts[]): readonly DoctorFinding[] {
  const known = [...new Set(processes.flatMap(({ version }) => (version === null ? [] : [version])))].sort()
  if (known.length < 2) return []
  const text = `Processes of different versions live: ${known.join(', ')}.`
  return [
    {
      check: 'versions',
      severity: 'warning',
      text,
      next: 'In an upgrade that is as it should be; finish it.',
    },
  ]
}

function settings(processes: readonly ProcessFacts[]): readonly DoctorFinding[] {
  const names = new Set(processes.flatMap(({ self }) => Object.keys(self?.settings ?? {})))
  return [...names].sort().flatMap((name): readonly DoctorFinding[] => {
    const groups = new Map<string, string[]>()
    for (const { id, kind, self } of processes) {
      const digest = self?.settings[name]
      if (digest !== undefined) groups.set(digest, [...(groups.get(digest) ?? []), `${kind} ${id}`])
    }
    if (groups.size < 2) return []
    const sides = [...groups.values()].map(members => members.join(', ')).join(' against ')
    const text = `${name} is not the same everywhere: ${sides}.`
    return [
      { check: 'settings', severity: 'critical', text, next: `Set ${name} to one value on all processes.` },
    ]
  })
}
