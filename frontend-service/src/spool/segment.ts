/**
 * One file of spooled messages and how many of them are not settled yet.
 */
import type { FrameFile } from './frame-file.js'

export interface Segment {
  readonly file: FrameFile
  /** The sequence number of its first message. */
  readonly firstSequence: number
  /** Messages in it that are not settled. */
  openCount: number
  /** Nothing is appended any more: it goes as soon as all is settled. */
  isSealed: boolean
  /** Something in it could not be read: it is put aside instead of removed. */
  readonly isDamaged: boolean
}

/** A message in the spool, as long as it is not settled. Its bytes are on disk only. */
export interface SpooledEntry {
  readonly sequence: number
  readonly id: string
  readonly topicName: string
  /** Wall time. */
  readonly acceptedMs: number
  readonly segment: Segment
  readonly position: number
  readonly bytes: number
  /** Kafka's word on it may still come from elsewhere: it is not drained before. */
  isHeld: boolean
  /** It needs no more work; whoever still lists it passes it over. */
  isSettled: boolean
}

const prefix = 'messages-'
const suffix = '.spool'
const digits = 12

/** The file of a segment; names rise with their numbers. */
export function segmentName(number: number): string {
  return numbered(prefix, number)
}

/** The number of a segment's file; null for other files. */
export function segmentNumber(name: string): number | null {
  return numberOf(prefix, name)
}

/** The name of file `number` of a row of files. */
export function numbered(row: string, number: number): string {
  return `${row}${String(number).padStart(digits, '0')}${suffix}`
}

/** The number of a file of a row; null for other files. */
export function numberOf(row: string, name: string): number | null {
  if (!name.startsWith(row) || !name.endsWith(suffix)) return null
  const text = name.slice(row.length, -suffix.length)
  return /^\d{12}$/.test(text) ? Number(text) : null
}
