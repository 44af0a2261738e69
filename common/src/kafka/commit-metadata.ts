// pure
/**
 * What a slot's owner writes beside a committed offset (decisions 13, 14).
 * Takes the owner's lock number, the offsets settled above the committed one, and what still waits for a
 * retry. Gives text of at most `bytesMax` bytes, or null when it does not fit; and back.
 * Promises: anything else than a note for exactly this offset (junk, Hermes' empty text, a moved offset) is
 * null.
 */
import { invariant } from '../lifecycle/invariant.js'
import { VarintReader, VarintWriter } from './varints.js'

/** Kafka's default `offset.metadata.max.bytes`. */
export const commitNoteBytesMax = 4_096

/** A message that was tried and waits for its next attempt. */
export interface WaitingAttempt {
  readonly offset: number
  readonly firstAttemptMs: number
  readonly attempts: number
}

/**
 * Both lists rise by offset; ranges are inclusive, apart from each other, and not below the committed offset.
 */
export interface CommitNote {
  /** Number of the lock under which the writer owns the slot. */
  readonly lock: number
  readonly settled: readonly (readonly [from: number, to: number])[]
  readonly waiting: readonly WaitingAttempt[]
}

const version = 'iris2.'
/** More than a window can hold: beyond it a note is junk. */
const waitingMax = 100_000

/**
 * Writes the note for the committed offset `base`. Numbers are varints of differences to their forerunners,
 * because neighbours are close; the base stands in it so that a note is never applied to an offset that
 * somebody moved. Neighbours that were tried together, as in a batch, are written as one run.
 */
export function encodeCommitNote(
  base: number,
  note: CommitNote,
  bytesMax = commitNoteBytesMax,
): string | null {
  const bytesFree = Math.floor(((bytesMax - version.length) * 3) / 4)
  const writer = new VarintWriter(Math.max(0, bytesFree))
  writer.unsigned(base)
  writer.unsigned(note.lock)
  writer.unsigned(note.settled.length)
  let next = base
  for (const [from, to] of note.settled) {
    invariant(from >= next && to >= from, 'settled ranges do not rise', { base, from, to })
    writer.unsigned(from - next)
    writer.unsigned(to - from)
    next = to + 1
  }
  const runs = runsOf(note.waiting)
  writer.unsigned(runs.length)
  next = base
  let previousMs = 0
  for (const { offset, firstAttemptMs, attempts, length } of runs) {
    invariant(offset >= next, 'waiting offsets do not rise', { base, offset })
    writer.unsigned(offset - next)
    writer.signed(firstAttemptMs - previousMs)
    // The last bit says whether a length follows: most messages wait alone and need none.
    writer.unsigned(attempts * 2 + (length > 1 ? 1 : 0))
    if (length > 1) writer.unsigned(length)
    next = offset + length
    previousMs = firstAttemptMs
  }
  return writer.isFull ? null : version + writer.toBuffer().toString('base64url')
}

/** Reads a note written for the committed offset `base`. */
export function decodeCommitNote(base: number, text: string): CommitNote | null {
  if (!text.startsWith(version)) return null
  const encoded = text.slice(version.length)
  const bytes = Buffer.from(encoded, 'base64url')
  if (bytes.toString('base64url') !== encoded) return null
  const reader = new VarintReader(bytes)
  if (reader.unsigned() !== base) return null
  const lock = reader.unsigned()
  const settled = readSettled(reader, base)
  const waiting = readWaiting(reader, base)
  return reader.isWhole ? { lock, settled, waiting } : null
}

function readSettled(reader: VarintReader, base: number): [number, number][] {
  const ranges: [number, number][] = []
  let next = base
  for (let left = reader.unsigned(); left > 0 && !reader.hasFailed; left--) {
    const from = reader.within(next + reader.unsigned())
    const to = reader.within(from + reader.unsigned())
    ranges.push([from, to])
    next = to + 1
  }
  return ranges
}

function readWaiting(reader: VarintReader, base: number): WaitingAttempt[] {
  const waiting: WaitingAttempt[] = []
  let next = base
  let previousMs = 0
  for (let left = reader.unsigned(); left > 0 && !reader.hasFailed; left--) {
    const from = reader.within(next + reader.unsigned())
    const firstAttemptMs = reader.within(previousMs + reader.signed())
    const marked = reader.unsigned()
    const attempts = Math.floor(marked / 2)
    const length = marked % 2 === 1 ? reader.unsigned() : 1
    if (waiting.length + length > waitingMax) reader.hasFailed = true
    if (reader.hasFailed) return []
    for (let offset = from; offset < from + length; offset++)
      waiting.push({ offset, firstAttemptMs, attempts })
    next = reader.within(from + length)
    previousMs = firstAttemptMs
  }
  return waiting
}

/** Neighbours with the same times and attempts. */
interface Run extends WaitingAttempt {
  length: number
}

function runsOf(waiting: readonly WaitingAttempt[]): readonly Run[] {
  const runs: Run[] = []
  for (const each of waiting) {
    const last = runs.at(-1)
    const isNext =
      last?.firstAttemptMs === each.firstAttemptMs &&
      last.attempts === each.attempts &&
      last.offset + last.length === each.offset
    if (isNext) last.length++
    else runs.push({ ...each, length: 1 })
  }
  return runs
}
