import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { crc32c } from './protocol/crc32c.js'
import {
  anonymous,
  encodeRecordBatch,
  recordBytesMax,
  withIdentity,
  type RecordToWrite,
} from './record-batch.js'

interface DecodedRecord {
  readonly key: Buffer | null
  readonly value: Buffer
  readonly headers: Readonly<Record<string, Buffer>>
  readonly timestamp: string
  readonly offset: string
}

/** kafkajs' own decoder is the witness: it shares no code with the encoder. */
const load = createRequire(import.meta.url)
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object
const decodeBatch = load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (
  decoder: object,
) => Promise<{ producerId: string; producerEpoch: number; firstSequence: number; records: DecodedRecord[] }>

const bytes = fc.uint8Array({ maxLength: 300 }).map(content => Buffer.from(content))
/** The prefix keeps clear of names that every object has, which kafkajs' decoder trips over. */
const headerName = fc.string({ maxLength: 80 }).map(name => `-${name}`)
const record: fc.Arbitrary<RecordToWrite> = fc.record({
  key: fc.option(bytes),
  value: fc.array(bytes, { maxLength: 4 }),
  headers: fc.uniqueArray(fc.tuple(headerName, bytes), {
    maxLength: 5,
    selector: ([name]) => name,
  }),
  timestampMs: fc.integer({ min: 0, max: 2 ** 45 }),
})

function plain(value: string): RecordToWrite {
  return { key: null, value: [Buffer.from(value)], headers: [], timestampMs: 1_700_000_000_000 }
}

describe('a record batch', () => {
  it('is read back record for record by an independent decoder', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async records => {
        const batch = encodeRecordBatch(records, { producerId: 7, producerEpoch: 3, baseSequence: 11 })

        const read = await decodeBatch(new Decoder(batch))

        expect(read).toMatchObject({ producerId: '7', producerEpoch: 3, firstSequence: 11 })
        expect(
          read.records.map(({ key, value, headers, timestamp, offset }) => ({
            key: key ?? null,
            value,
            headers: Object.entries(headers).sort(),
            timestamp: Number(timestamp),
            offset: Number(offset),
          })),
        ).toEqual(
          records.map(({ key, value, headers, timestampMs }, index) => ({
            key,
            value: Buffer.concat(value),
            headers: Object.entries(Object.fromEntries(headers)).sort(),
            timestamp: timestampMs,
            offset: index,
          })),
        )
      }),
      { seed: 5, numRuns: 200 },
    )
  })

  it('carries the checksum of everything after it, CRC-32C', () => {
    const batch = encodeRecordBatch([plain('one'), plain('two')], anonymous)

    expect(batch.readUInt32BE(17)).toBe(crc32c(batch, 21))
    expect(batch.readInt32BE(8)).toBe(batch.length - 12)
  })

  it('never takes more than was announced', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), records => {
        const announced = records.reduce((sum, one) => sum + recordBytesMax(one), 61)

        expect(encodeRecordBatch(records, anonymous).length).toBeLessThanOrEqual(announced)
      }),
      { seed: 6, numRuns: 200 },
    )
  })

  it('keeps its records and gets a new checksum under another identity, in another buffer', () => {
    const before = encodeRecordBatch([plain('one')], { producerId: 1, producerEpoch: 0, baseSequence: 9 })
    const untouched = Buffer.from(before)
    const identity = { producerId: 2 ** 40, producerEpoch: 5, baseSequence: 0 }

    const after = withIdentity(before, identity)

    expect(after).toEqual(encodeRecordBatch([plain('one')], identity))
    expect(before).toEqual(untouched)
  })

  it('refuses to be empty', () => {
    expect(() => encodeRecordBatch([], anonymous)).toThrow('a batch without records')
  })
})
