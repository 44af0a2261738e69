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

const version = 'iris1.'

/**
 * Writes the note for the committed offset `base`. Numbers are varints of differences to their forerunners,
 * because neighbours are close; the base stands in it so that a note is never applied to an offset that
 * somebody moved.
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
  writer.unsigned(note.waiting.length)
  next = base
  let previousMs = 0
  for (const { offset, firstAttemptMs, attempts } of note.waiting) {
    invariant(offset >= next, 'waiting offsets do not rise', { base, offset })
    writer.unsigned(offset - next)
    writer.signed(firstAttemptMs - previousMs)
    writer.unsigned(attempts)
    next = offset + 1
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
    const offset = reader.within(next + reader.unsigned())
    const firstAttemptMs = reader.within(previousMs + reader.signed())
    waiting.push({ offset, firstAttemptMs, attempts: reader.unsigned() })
    next = offset + 1
    previousMs = firstAttemptMs
  }
  return waiting
}
