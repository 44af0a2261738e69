/**
 * One partition of a dead-letter topic, read in steps.
 * Takes a search of Kafka and the end as it was found. Gives a log to walk over.
 * Promises: never looks beyond that end; asks before each step whether there is time left.
 */
import type { LogEntry } from '../kafka/log-entry.js'
import { letterPartition as partition } from './selection.js'
import type { LetterLog } from './walk.js'

/** Looks through entries of a partition in order, as `scanRange` of `read-range.ts` does. */
export type ScanEntries = (request: {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: number
  readonly untilOffset: number
  readonly entriesMax: number
  readonly bytesMax: number
  wants(entry: LogEntry): boolean
}) => Promise<{ readonly entries: readonly LogEntry[]; readonly position: number }>

export interface LetterLogPlace {
  readonly topic: string
  /** The end of the log; not included. */
  readonly end: number
  /** Throws when there is no time for another step. */
  checkTime(): void
}

/** Bytes that Kafka gives at a time. */
const stepBytes = 1024 * 1024

/** Makes the log. */
export function createLetterLog(scan: ScanEntries, { topic, end, checkTime }: LetterLogPlace): LetterLog {
  return {
    async scan(from, before, visit) {
      const untilOffset = Math.min(before, end)
      let position = from
      while (position < untilOffset) {
        checkTime()
        const scanned = await scan({
          ...{
            topic,
            partition,
            fromOffset: position,
            untilOffset,
            entriesMax: Infinity,
            bytesMax: stepBytes,
          },
          wants(entry) {
            visit(entry)
            return false
          },
        })
        if (scanned.position <= position) break
        position = scanned.position
      }
      return position
    },
  }
}
