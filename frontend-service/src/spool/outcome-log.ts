/**
 * What became of spooled messages, on disk: so that a restart neither sends them again nor forgets them.
 * Takes outcomes. Gives, at a start, those that are still kept. Written and synced lazily: a crash may lose
 * the last of them, and their messages are sent again under the same id. Bounds: files go when all in them is
 * old or more than enough, and no message of theirs is on disk any more.
 */
import type { Clock } from '@iris/common/time/clock'
import type { Log } from '@iris/common/lifecycle/log'
import { createFrameFile, openFrameFile, type FrameFile, type FrameFileParts } from './frame-file.js'
import { markerBytes } from './frame.js'
import { readOutcome, writeOutcome, type Settled } from './outcome-record.js'
import { numbered, numberOf } from './segment.js'

export interface OutcomeLog {
  /** Gives what earlier processes wrote, in the order they wrote it. */
  open(visit: (settled: Settled) => void): Promise<void>
  /** Notes an outcome; it is on disk after the next flush. */
  add(settled: Settled): void
  /** Writes what is noted. Never rejects: what cannot be written is tried again at the next flush. */
  flush(): Promise<void>
  /** Removes files that nobody needs. Messages below `firstSequence` are not on disk any more. */
  prune(firstSequence: number): Promise<void>
  close(): Promise<void>
}

export interface OutcomeLogParts extends FrameFileParts {
  readonly clock: Clock
  readonly log: Log
  readonly randomBytes: (count: number) => Buffer
}

export interface OutcomeLogLimits {
  /** Outcomes that are kept for who asks. */
  readonly statusMax: number
  readonly retentionMs: number
  readonly fileBytesMax: number
}

/** One file of the row. */
interface Part {
  readonly name: string
  readonly file: FrameFile
  count: number
  lastSequence: number
  lastMs: number
}

const row = 'outcomes-'

/** Makes the log over a directory. Nothing is read before `open`. */
export function createOutcomeLog(parts: OutcomeLogParts, limits: OutcomeLogLimits): OutcomeLog {
  const { files, log } = parts
  let all: Part[] = []
  let noted: Settled[] = []
  let nextNumber = 1
  let current: Part | null = null
  let work: Promise<void> = Promise.resolve()

  const openPart = async (name: string, visit: (settled: Settled) => void): Promise<void> => {
    const seen = { count: 0, lastSequence: 0, lastMs: 0 }
    const found = await openFrameFile(parts, name, payload => {
      const settled = readOutcome(payload)
      if (settled === null) return
      count(seen, settled)
      visit(settled)
    })
    // Without a head nothing in it can be read: its messages, if any are left, are sent again.
    if (found === null) return files.remove(name)
    all.push({ name, file: found.file, ...seen })
  }
  const write = async (): Promise<void> => {
    if (noted.length === 0) return
    const batch = noted
    noted = []
    try {
      const part = await currentPart()
      await part.file.append(batch.map(writeOutcome))
      for (const settled of batch) count(part, settled)
    } catch (error) {
      log.warn('spool.outcomesNotWritten', { outcomes: batch.length, error })
      noted = [...batch, ...noted].slice(-Math.max(1, limits.statusMax))
    }
  }
  const currentPart = async (): Promise<Part> => {
    const isFull = current === null || current.file.isSpoiled || current.file.bytes >= limits.fileBytesMax
    if (current !== null && !isFull) return current
    const name = numbered(row, nextNumber++)
    const file = await createFrameFile(parts, name, parts.randomBytes(markerBytes))
    current = { name, file, count: 0, lastSequence: 0, lastMs: 0 }
    all.push(current)
    return current
  }
  /** The oldest file goes when the later ones hold enough, or all in it is old. */
  const removable = (firstSequence: number): Part | undefined => {
    const [oldest] = all
    if (oldest === undefined || oldest === current || oldest.lastSequence >= firstSequence) return undefined
    const later = all.reduce((sum, part) => sum + part.count, -oldest.count)
    const isOld = oldest.lastMs + limits.retentionMs <= parts.clock.now()
    return isOld || later >= limits.statusMax ? oldest : undefined
  }
  const pruneAll = async (firstSequence: number): Promise<void> => {
    for (let part = removable(firstSequence); part !== undefined; part = removable(firstSequence)) {
      all = all.slice(1)
      await part.file.close()
      await files.remove(part.name)
    }
  }
  const afterwards = (task: () => Promise<void>): Promise<void> => (work = work.then(task))

  return {
    async open(visit) {
      const numbers = (await files.names()).map(name => numberOf(row, name)).filter(each => each !== null)
      for (const number of numbers.sort((one, other) => one - other)) {
        await openPart(numbered(row, number), visit)
        nextNumber = number + 1
      }
    },
    add: settled => void noted.push(settled),
    flush: () => afterwards(write),
    prune: firstSequence =>
      afterwards(async () => {
        try {
          await pruneAll(firstSequence)
        } catch (error) {
          log.warn('spool.outcomesNotRemoved', { error })
        }
      }),
    async close() {
      await afterwards(write)
      for (const { file } of all) await file.close()
    },
  }
}

function count(part: Pick<Part, 'count' | 'lastSequence' | 'lastMs'>, settled: Settled): void {
  part.count++
  part.lastSequence = Math.max(part.lastSequence, settled.sequence)
  part.lastMs = Math.max(part.lastMs, settled.settledMs)
}
