/**
 * Records of the schedule topic read again at their time, by offset.
 * Takes offsets of one partition. Gives the entries that Kafka still has.
 * Promises: what lies together is read together; ends by `loadMs`. Bounds: `readsMax` reads at a time.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Scanned, ScanRequest } from '@iris/common/kafka/read-range'
import type { Clock } from '@iris/common/time/clock'

export interface LoadParts {
  readonly clock: Clock
  readonly kafkaTopic: string
  scan(request: ScanRequest): Promise<Scanned>
}

const loadMs = 10_000
const readsMax = 8
/** Offsets further apart are read apart. */
const gapMax = 64
/** Asked of Kafka at a time; a larger batch comes whole all the same. */
const stepBytes = 256 * 1024

/** Gives the entries by offset; one that is not among them is gone for good. */
export async function loadRecords(
  parts: LoadParts,
  partition: number,
  offsets: readonly number[],
): Promise<ReadonlyMap<number, LogEntry>> {
  const deadlineMs = parts.clock.monotonic() + loadMs
  const found = new Map<number, LogEntry>()
  const runs = runsOf(offsets)
  for (let from = 0; from < runs.length; from += readsMax)
    await Promise.all(
      runs.slice(from, from + readsMax).map(run => readRun(parts, { partition, run, deadlineMs }, found)),
    )
  return found
}

async function readRun(
  { kafkaTopic: topic, scan }: LoadParts,
  { partition, run, deadlineMs }: { partition: number; run: readonly number[]; deadlineMs: number },
  found: Map<number, LogEntry>,
): Promise<void> {
  const wanted = new Set(run)
  const untilOffset = (run.at(-1) ?? 0) + 1
  let position = run[0] ?? 0
  while (position < untilOffset) {
    const scanned = await scan({
      ...{ topic, partition, fromOffset: position, untilOffset, deadlineMs },
      entriesMax: wanted.size,
      bytesMax: stepBytes,
      wants: entry => wanted.has(entry.offset),
    })
    for (const entry of scanned.entries) found.set(entry.offset, entry)
    if (scanned.position === position)
      throw new Error(`Kafka gave nothing of ${topic}-${partition} at ${position}, below its end`)
    position = scanned.position
  }
}

/** Ascending offsets, those that lie near each other together. */
function runsOf(offsets: readonly number[]): readonly (readonly number[])[] {
  const runs: number[][] = []
  let previous = -Infinity
  for (const offset of [...offsets].sort((one, other) => one - other)) {
    if (offset - previous > gapMax) runs.push([offset])
    else runs.at(-1)?.push(offset)
    previous = offset
  }
  return runs
}
