// pure
/**
 * Records as lines: NDJSON.
 * Takes a body in pieces. Gives each line without its end, LF or CR LF; blank lines are no records, a byte
 * order mark before the first line is not part of it, and the last line needs no end.
 */
import { Carry, type Split, type Splitter, type TooLong } from './splitter.js'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = Buffer.from('\ufeff')
/** What may surround a record that is just short enough. */
const aroundBytes = byteOrderMark.length + 1
const nothing: Buffer = Buffer.alloc(0)

/** Makes a splitter; lines longer than `recordBytesMax` are not held. */
export function createLineSplitter(recordBytesMax: number): Splitter {
  const carry = new Carry(recordBytesMax + aroundBytes)
  let piece = nothing
  let at = 0
  let isOver = false
  let isFirst = true

  const lineUpTo = (end: number): Buffer | TooLong | null => {
    const line = carry.take(piece, at, end)
    at = Math.min(end + 1, piece.length)
    const record = Buffer.isBuffer(line) ? trimmed(line, isFirst) : line
    isFirst = false
    return record
  }
  return {
    push(next) {
      piece = next
      at = 0
    },
    end: () => void (isOver = true),
    next(): Split {
      for (;;) {
        const end = piece.indexOf(lineFeed, at)
        if (end < 0 && !isOver) {
          if (at < piece.length) carry.add(piece, at, piece.length)
          at = piece.length
          return 'more'
        }
        if (end < 0 && at === piece.length && carry.isEmpty) return 'end'
        const record = lineUpTo(end < 0 ? piece.length : end)
        if (record !== null) return record
      }
    },
  }
}

/** The record of a line; null where it is blank. */
function trimmed(line: Buffer, isFirst: boolean): Buffer | null {
  const start = isFirst && startsWithMark(line) ? byteOrderMark.length : 0
  const end = line[line.length - 1] === carriageReturn ? line.length - 1 : line.length
  for (let at = start; at < end; at++) {
    const byte = line[at]
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return line.subarray(start, end)
  }
  return null
}

function startsWithMark(line: Buffer): boolean {
  return line.length >= byteOrderMark.length && byteOrderMark.equals(line.subarray(0, byteOrderMark.length))
}
