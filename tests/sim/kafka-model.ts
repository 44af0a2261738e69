// pure
/**
 * A partition of Kafka as idempotent producers meet it.
 * Takes the bytes of a batch as they are on the wire. Gives the code and the offset that a broker would
 * answer. Promises: knows the last five batches of a producer again, takes no gap in a sequence, fences older
 * epochs.
 */
import { splitBatches } from '@iris/common/kafka/record-batch-reader'

const knownMax = 5
const limits = { decompressedBytesMax: 1_048_576, isChecksumChecked: true }
const twoTo32 = 0x1_0000_0000

export const modelCodes = { none: 0, outOfOrder: 45, invalidEpoch: 47 } as const

export interface ModelAnswer {
  readonly code: number
  readonly baseOffset: number
}

export interface ModelPartition {
  append(bytes: Buffer): ModelAnswer
  /** The values in the log, by offset. */
  values(): readonly Buffer[]
}

interface Producer {
  readonly epoch: number
  readonly next: number
  readonly known: readonly { readonly first: number; readonly count: number; readonly offset: number }[]
}

/** Makes an empty partition. */
export function createModelPartition(): ModelPartition {
  const log: Buffer[] = []
  const producers = new Map<number, Producer>()
  return {
    append(bytes) {
      const { producerId, epoch, sequence, values } = read(bytes)
      const state = producers.get(producerId)
      if (state !== undefined && epoch < state.epoch) return { code: modelCodes.invalidEpoch, baseOffset: -1 }
      const known = state?.epoch === epoch ? state.known : []
      const repeat = known.find(({ first, count }) => first === sequence && count === values.length)
      if (repeat !== undefined) return { code: modelCodes.none, baseOffset: repeat.offset }
      const expected = state?.epoch === epoch ? state.next : 0
      if (sequence !== expected) return { code: modelCodes.outOfOrder, baseOffset: -1 }
      const offset = log.length
      log.push(...values)
      const latest = { first: sequence, count: values.length, offset }
      producers.set(producerId, {
        epoch,
        next: sequence + values.length,
        known: [...known, latest].slice(-knownMax),
      })
      return { code: modelCodes.none, baseOffset: offset }
    },
    values: () => log,
  }
}

/** Read by the reader that the consumers use, so that writer and reader are held against each other. */
function read(bytes: Buffer): { producerId: number; epoch: number; sequence: number; values: Buffer[] } {
  const [batch] = splitBatches(bytes, 0)
  if (batch === undefined) throw new Error('what was sent is no batch')
  batch.open(limits)
  const values = Array.from({ length: batch.entryCount }, (_, index) => {
    const entry = batch.entry({ topic: 'model', partition: 0 }, index, 0)
    if (entry.value === null) throw new Error(`what was sent cannot be read: ${entry.problem}`)
    return Buffer.from(entry.value)
  })
  const producerId = bytes.readInt32BE(43) * twoTo32 + bytes.readUInt32BE(47)
  return { producerId, epoch: bytes.readInt16BE(51), sequence: bytes.readInt32BE(53), values }
}
