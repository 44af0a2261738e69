// pure
/**
 * Check 6, early commit: Kafka held a committed offset above a message that was not settled yet.
 * Finds the bug before it costs a message: a crash at that moment would have lost it.
 */
import { collectFindings, type AddFinding, type Findings } from '../findings.js'
import type { CommitSample, JoinedRun, StoredRecord } from '../joined-run.js'

/** Clocks of a process and of Kafka differ by less; dead letters are stamped in whole milliseconds. */
const toleranceMs = 5

export function findEarlyCommits(run: JoinedRun): Findings {
  const findings = collectFindings('early commit')
  const partitions = new Map<string, StoredRecord[]>()
  for (const each of run.log) {
    const place = `${each.topic} ${each.partition}`
    const records = partitions.get(place)
    if (records === undefined) partitions.set(place, [each])
    else records.push(each)
  }
  for (const records of partitions.values()) records.sort((one, other) => one.offset - other.offset)

  for (const samples of samplesByPlace(run).values()) {
    const [first] = samples
    if (first === undefined) continue
    const topic = run.plan.subscriptions[first.subscription]?.topic ?? -1
    sweep(run, samples, partitions.get(`${topic} ${first.partition}`) ?? [], findings.add)
  }
  return findings.done()
}

/** Samples of one subscription and partition in order of time. */
function samplesByPlace(run: JoinedRun): Map<string, CommitSample[]> {
  const places = new Map<string, CommitSample[]>()
  for (const sample of [...run.commits].sort((one, other) => one.time - other.time)) {
    const place = `${sample.subscription} ${sample.partition}`
    const samples = places.get(place)
    if (samples === undefined) places.set(place, [sample])
    else samples.push(sample)
  }
  return places
}

/** Each record is looked at once, under the first sample that covers it: later samples are later still. */
function sweep(
  run: JoinedRun,
  samples: readonly CommitSample[],
  records: readonly StoredRecord[],
  add: AddFinding,
): void {
  let next = 0
  for (const { subscription, offset, time, partition } of samples) {
    for (; next < records.length; next++) {
      const each = records[next]
      if (each === undefined || each.offset >= offset) break
      const settledAt = run.settlements[subscription]?.settledAt.get(each.id) ?? 0
      if (settledAt <= time + toleranceMs) continue
      add(
        each.id,
        subscription,
        () => `offset ${offset} of partition ${partition} was committed over ${each.offset}`,
      )
    }
  }
}
