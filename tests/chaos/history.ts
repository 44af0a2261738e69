/**
 * The file in which one party of a run keeps what it saw.
 * Takes records in the order in which they happened. Gives them back, file after file.
 * Promises: an append costs no system call; what `flush` or `close` has written survives the party.
 */
import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs'
import { decodeRecord, encodeRecord, record, recordBytes, type HistoryRecord } from './records.js'

/** Records held before a write; at most this many are lost if a party dies, which none does. */
const recordsPerWrite = 1024
const recordsPerRead = 16_384

export interface History {
  append(each: HistoryRecord): void
  flush(): void
  close(): void
}

/**
 * Opens a new file at `path`. Refuses to write into one that exists: a history is never mixed with another.
 */
export function openHistory(path: string): History {
  const file = openSync(path, 'wx')
  const buffer = Buffer.alloc(recordsPerWrite * recordBytes)
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  let used = 0

  const flush = (): void => {
    for (let written = 0; written < used; ) written += writeSync(file, buffer, written, used - written)
    used = 0
  }
  return {
    append(each) {
      encodeRecord(each, view, used)
      used += recordBytes
      if (used === buffer.length) flush()
    },
    flush,
    close() {
      flush()
      closeSync(file)
    },
  }
}

/** Something that can be gone through again and again. The record given is reused: copy what you keep. */
export type RecordSource = (visit: (each: HistoryRecord) => void) => void

/** The records of several files, one file after the other. A file that is missing has no records. */
export function readHistories(paths: readonly string[]): RecordSource {
  return visit => paths.filter(path => existsSync(path)).forEach(path => readHistory(path, visit))
}

function readHistory(path: string, visit: (each: HistoryRecord) => void): void {
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(recordsPerRead * recordBytes)
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  const each = record({ kind: 0, time: 0 })
  try {
    for (let held = 0; ; ) {
      const read = readSync(file, buffer, held, buffer.length - held, null)
      if (read === 0) return
      held += read
      const whole = held - (held % recordBytes)
      for (let at = 0; at < whole; at += recordBytes) visit(decodeRecord(view, at, each))
      buffer.copyWithin(0, whole, held)
      held -= whole
    }
  } finally {
    closeSync(file)
  }
}
