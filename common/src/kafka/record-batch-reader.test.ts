import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogEntry } from './log-entry.js'
import { anonymous, encodeRecordBatch, type RecordToWrite } from './record-batch.js'
import { splitBatches, type BatchLimits } from './record-batch-reader.js'
import { crc32c } from './protocol/crc32c.js'

const log = { topic: 'a.b', partition: 3 }
const limits: BatchLimits = { decompressedBytesMax: 1 << 20, isChecksumChecked: true }
const headerBytes = 61

const record = (value: string, more: Partial<RecordToWrite> = {}): RecordToWrite => ({
  key: null,
  value: [Buffer.from(value)],
  headers: [],
  timestampMs: 1_700_000_000_000,
  ...more,
})
const at = (baseOffset: number, batch: Buffer): Buffer => {
  batch.writeBigInt64BE(BigInt(baseOffset))
  return batch
}
const batchOf = (baseOffset: number, ...values: string[]): Buffer =>
  at(
    baseOffset,
    encodeRecordBatch(
      values.map(value => record(value)),
      anonymous,
    ),
  )
const sealed = (batch: Buffer): Buffer => {
  batch.writeUInt32BE(crc32c(batch, 21), 17)
  return batch
}
/** Changes a batch and makes its checksum right again. */
const altered = (batch: Buffer, change: (batch: Buffer) => void): Buffer => {
  change(batch)
  return sealed(batch)
}
const gzipped = (batch: Buffer): Buffer => {
  const packed = Buffer.concat([batch.subarray(0, headerBytes), gzipSync(batch.subarray(headerBytes))])
  packed.writeInt32BE(packed.length - 12, 8)
  packed.writeInt16BE(1, 21)
  return sealed(packed)
}
const entriesOf = (bytes: Buffer, wanted = 0, given = limits): LogEntry[] => {
  const entries: LogEntry[] = []
  let next = wanted
  for (const batch of splitBatches(bytes, wanted)) {
    if (batch.isControl) continue
    batch.open(given)
    for (let index = batch.indexOf(next); index < batch.entryCount; index++) {
      const entry = batch.entry(log, index, next)
      entries.push(entry)
      next = entry.lastOffset + 1
      if (entry.problem !== null) break
    }
  }
  return entries
}
const summary = (entries: LogEntry[]): (string | number)[][] =>
  entries.map(entry => [entry.offset, entry.problem ?? entry.value!.toString()])

describe('splitBatches', () => {
  it('gives back every field of every record that was written', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array))
    const records = fc.array(
      fc.record({
        key: fc.option(bytes),
        value: fc.array(bytes, { maxLength: 3 }),
        headers: fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), bytes), { maxLength: 4 }),
        timestampMs: fc.nat({ max: 2 ** 45 }),
      }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(records, fc.nat({ max: 2 ** 50 }), fc.boolean(), (list, base, isPacked) => {
        const batch = at(base, encodeRecordBatch(list, anonymous))

        const entries = entriesOf(isPacked ? gzipped(batch) : batch, base)

        expect(entries).toHaveLength(list.length)
        for (const copies of [entries, entries.map(entry => entry.detach())]) {
          copies.forEach((entry, index) => {
            const written = list[index]!
            expect(entry).toMatchObject({
              ...log,
              offset: base + index,
              lastOffset: base + index,
              problem: null,
            })
            expect(entry.timestampMs).toBe(written.timestampMs)
            expect(entry.key === null ? null : [...entry.key]).toEqual(written.key && [...written.key])
            expect(entry.value!.equals(Buffer.concat(written.value))).toBe(true)
            const names = written.headers.map(([name]) => Buffer.from(name).toString())
            expect(entry.headers().map(([name]) => name)).toEqual(names)
            expect(entry.headers().map(([, value]) => [...value])).toEqual(
              written.headers.map(([, value]) => [...value]),
            )
          })
        }
      }),
    )
  })

  it('leaves a cut last batch to the next fetch, wherever it is cut', () => {
    const whole = Buffer.concat([batchOf(0, 'a', 'b'), batchOf(2, 'c')])
    const first = batchOf(0, 'a', 'b').length

    for (let length = 0; length < whole.length; length++) {
      const entries = entriesOf(whole.subarray(0, length))

      expect(summary(entries)).toEqual(
        length < first
          ? []
          : [
              [0, 'a'],
              [1, 'b'],
            ],
      )
    }
  })

  it('gives nothing below the wanted offset', () => {
    const bytes = Buffer.concat([batchOf(0, 'a', 'b'), batchOf(2, 'c', 'd', 'e')])

    expect(summary(entriesOf(bytes, 3))).toEqual([
      [3, 'd'],
      [4, 'e'],
    ])
    expect(summary(entriesOf(gzipped(batchOf(2, 'c', 'd', 'e')), 4))).toEqual([[4, 'e']])
  })

  it('finds its way in a batch that compaction left gaps in', () => {
    const full = batchOf(10, 'a', 'b', 'c', 'd')
    const kept = altered(full, batch => {
      batch.writeInt32BE(9, 23) // last offset 19
      const lengths = [headerBytes, headerBytes + 8, headerBytes + 16, headerBytes + 24]
      lengths.forEach((start, index) => (batch[start + 3] = index * 3 * 2)) // deltas 0, 3, 6, 9
    })

    expect(summary(entriesOf(kept, 14))).toEqual([
      [16, 'c'],
      [19, 'd'],
    ])
    expect(entriesOf(kept, 10)).toHaveLength(4)
  })

  it('keeps a batch without records for its offsets', () => {
    const empty = altered(batchOf(5, 'a').subarray(0, headerBytes), batch => {
      batch.writeInt32BE(headerBytes - 12, 8)
      batch.writeInt32BE(0, 57)
      batch.writeInt32BE(7, 23)
    })

    const [batch] = splitBatches(empty, 6)

    expect(batch).toMatchObject({ baseOffset: 5, lastOffset: 12 })
    expect(entriesOf(empty, 6)).toEqual([])
  })

  it('knows control batches', () => {
    const control = altered(batchOf(0, 'commit'), batch => batch.writeInt16BE(0x30, 21))

    expect(splitBatches(control, 0)[0]!.isControl).toBe(true)
    expect(splitBatches(batchOf(0, 'a'), 0)[0]!.isControl).toBe(false)
  })

  it('takes the time of the log where the topic says so', () => {
    const stamped = altered(batchOf(0, 'a', 'b'), batch => {
      batch.writeInt16BE(0x08, 21)
      batch.writeBigInt64BE(1_800_000_000_000n, 35)
    })

    expect(entriesOf(stamped).map(entry => entry.timestampMs)).toEqual([1_800_000_000_000, 1_800_000_000_000])
  })

  it.each([
    ['a wrong checksum', (batch: Buffer) => void (batch[batch.length - 1]! ^= 1), /checksum/, 0, 2],
    [
      'an unknown codec',
      (batch: Buffer) => void altered(batch, it => it.writeInt16BE(7, 21)),
      /codec 7/,
      0,
      2,
    ],
    [
      'gzip that is none',
      (batch: Buffer) => void altered(batch, it => it.writeInt16BE(1, 21)),
      /header/,
      0,
      2,
    ],
    [
      'more records than fit',
      (batch: Buffer) => void altered(batch, it => it.writeInt32BE(900, 57)),
      /hold 900/,
      0,
      2,
    ],
    [
      'one record more than it has',
      (batch: Buffer) => void altered(batch, it => it.writeInt32BE(4, 57)),
      /4 records/,
      0,
      2,
    ],
    [
      'a length that lies',
      (batch: Buffer) => void altered(batch, it => (it[headerBytes] = 0x7e)),
      /fit/,
      0,
      2,
    ],
    ['a first format', (batch: Buffer) => void (batch[16] = 1), /format 1/, 0, 0],
    ['a negative span', (batch: Buffer) => void batch.writeInt32BE(-1, 23), /below/, 0, 0],
  ])(
    'gives a batch with %s as one entry with the reason and goes on behind it',
    (_name, breakIt, reason, from, to) => {
      const broken = batchOf(0, 'a', 'b', 'c')
      breakIt(broken)

      const entries = entriesOf(Buffer.concat([broken, batchOf(3, 'd')]))

      expect(entries[0]).toMatchObject({ ...log, offset: from, lastOffset: to, key: null, value: null })
      expect(entries[0]!.problem).toMatch(reason)
      expect(entries[0]!.headers()).toEqual([])
      expect(entries[0]!.detach().header('id')).toBeNull()
      expect(entries.at(-1)!.value!.toString()).toBe('d')
    },
  )

  it('gives the records before a broken one, and the rest of the batch as one entry', () => {
    // A key of 32 bytes.
    const broken = altered(batchOf(0, 'a', 'b', 'c'), batch => (batch[headerBytes + 8 + 4] = 0x40))

    const entries = entriesOf(broken)

    expect(entries.map(({ offset, lastOffset }) => [offset, lastOffset])).toEqual([
      [0, 0],
      [1, 2],
    ])
    expect(entries[1]!.problem).toMatch(/broken/)
  })

  it('refuses a batch that unfolds past the bound', () => {
    const packed = gzipped(batchOf(0, 'a'.repeat(10_000)))

    expect(entriesOf(packed, 0, { ...limits, decompressedBytesMax: 9_000 })[0]!.problem).toMatch(
      /record batch/,
    )
    expect(entriesOf(packed, 0, { ...limits, decompressedBytesMax: 11_000 })[0]!.problem).toBeNull()
  })

  it('stops before bytes that are no batch, and calls them a problem when they come first', () => {
    const junk = Buffer.alloc(80, 0xff)

    expect(summary(entriesOf(Buffer.concat([batchOf(0, 'a'), junk])))).toEqual([[0, 'a']])
    expect(entriesOf(junk, 7)[0]).toMatchObject({
      offset: 7,
      lastOffset: 7,
      problem: expect.stringMatching(/header/),
    })
  })

  it('survives any single changed byte without a throw, never below the wanted offset', () => {
    const good = Buffer.concat([batchOf(0, 'first', 'second'), gzipped(batchOf(2, 'third', 'fourth'))])
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.nat(255),
        fc.boolean(),
        fc.nat(4),
        (place, byte, isChecked, wanted) => {
          const bytes = Buffer.from(good)
          bytes[place] = byte

          const entries = entriesOf(bytes, wanted, { ...limits, isChecksumChecked: isChecked })

          for (const entry of entries) {
            expect(entry.offset).toBeGreaterThanOrEqual(wanted)
            expect(() => [entry.key, entry.value, entry.headers(), entry.detach()]).not.toThrow()
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('an entry', () => {
  it('gives the last of several headers of one name, as Kafka does, and names that are not ASCII', () => {
    const headers: [string, Buffer][] = [
      ['id', Buffer.from('1')],
      ['id', Buffer.from('2')],
      ['größe', Buffer.from('3')],
    ]
    const [entry] = entriesOf(encodeRecordBatch([record('v', { headers })], anonymous))

    expect(entry!.header('id')!.toString()).toBe('2')
    expect(entry!.header('größe')!.toString()).toBe('3')
    expect(entry!.header('i')).toBeNull()
  })

  it('gives every name as it was written, however alike those before it', () => {
    const name = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ unit: 'grapheme', maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), names => {
        const headers = names.map((each): [string, Buffer] => [each, Buffer.from('1')])
        const [entry] = entriesOf(encodeRecordBatch([record('v', { headers })], anonymous))

        expect(entry!.headers().map(([each]) => each)).toEqual(names)
      }),
    )
  })

  it('is a view until detached, and then holds its own bytes only', () => {
    const bytes = batchOf(0, 'x'.repeat(100), 'y'.repeat(100_000))
    const [entry] = entriesOf(bytes)

    const own = entry!.detach()

    expect(entry!.value!.buffer).toBe(bytes.buffer)
    expect(own.value!.buffer).not.toBe(bytes.buffer)
    expect(own.value!.buffer.byteLength).toBeLessThan(150)
  })
})
