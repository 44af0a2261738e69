// pure
/**
 * Check 9, leak: memory of one process that grows by more than a MiB a minute over the last half of its life.
 * Only lives of nine minutes and more are judged, which a run of ten has: younger ones still warm up.
 */
import { collectFindings, type Findings } from '../findings.js'
import type { JoinedRun, MemorySample } from '../joined-run.js'

const lifeMsMin = 540_000
const growthMax = 1_048_576
const minuteMs = 60_000

export function findLeaks(run: JoinedRun): Findings {
  const findings = collectFindings('leak')
  for (const samples of judgedLives(run)) {
    const [first, last] = [samples[0], samples.at(-1)]
    if (first === undefined || last === undefined) continue
    const middle = (first.time + last.time) / 2
    const growth = slope(samples.filter(each => each.time >= middle)) * minuteMs
    if (growth <= growthMax) continue
    const name = run.plan.processes[first.process] ?? `process ${first.process}`
    findings.add(0, -1, () => `${name} grows by ${(growth / growthMax).toFixed(1)} MiB a minute`)
  }
  return findings.done()
}

/** The samples of each life that is long enough. */
export function judgedLives(run: JoinedRun): readonly (readonly MemorySample[])[] {
  return [...lives(run.memory)].filter(
    samples => (samples.at(-1)?.time ?? 0) - (samples[0]?.time ?? 0) >= lifeMsMin,
  )
}

/** Samples of each process id: a process that was started again begins a new life. */
function lives(memory: readonly MemorySample[]): Iterable<readonly MemorySample[]> {
  const byPid = new Map<number, MemorySample[]>()
  for (const sample of memory) {
    const samples = byPid.get(sample.pid)
    if (samples === undefined) byPid.set(sample.pid, [sample])
    else samples.push(sample)
  }
  return byPid.values()
}

/** Bytes a millisecond, by least squares. */
function slope(samples: readonly MemorySample[]): number {
  const meanTime = samples.reduce((sum, each) => sum + each.time, 0) / samples.length
  const meanBytes = samples.reduce((sum, each) => sum + each.bytes, 0) / samples.length
  let above = 0
  let below = 0
  for (const { time, bytes } of samples) {
    above += (time - meanTime) * (bytes - meanBytes)
    below += (time - meanTime) ** 2
  }
  return below === 0 ? 0 : above / below
}
