import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commitNoteBytesMax, decodeCommitNote, encodeCommitNote, type CommitNote } from './commit-metadata.js'
import { VarintWriter } from './varints.js'

const base = 5_000_000_000
const empty: CommitNote = { lock: 7, settled: [], waiting: [] }

const gaps = (top: number) => fc.array(fc.tuple(fc.nat(top), fc.nat(top)), { maxLength: 200 })
const notes = fc
  .record({
    start: fc.nat({ max: 2 ** 40 }),
    lock: fc.maxSafeNat(),
    ranges: gaps(300),
    waits: fc.array(fc.tuple(fc.nat(300), fc.nat(2 ** 42), fc.nat(1_000)), { maxLength: 100 }),
    runs: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 100, maxLength: 100 }),
  })
  .map(({ start, lock, ranges, waits, runs }) => {
    let next = start
    const settled = ranges.map(([gap, length]): [number, number] => {
      const from = next + gap
      next = from + length + 1
      return [from, from + length]
    })
    next = start
    const waiting = waits.flatMap(([gap, firstAttemptMs, attempts], index) => {
      const offset = next + gap
      const length = runs[index]!
      next = offset + length
      return Array.from({ length }, (_, more) => ({ offset: offset + more, firstAttemptMs, attempts }))
    })
    return { start, note: { lock, settled, waiting } }
  })

function noteBytes(...numbers: number[]): string {
  const writer = new VarintWriter(100)
  for (const each of numbers) writer.unsigned(each)
  return `iris2.${writer.toBuffer().toString('base64url')}`
}

describe('a commit note', () => {
  it('reads back as written', () => {
    fc.assert(
      fc.property(notes, ({ start, note }) => {
        const text = encodeCommitNote(start, note, 100_000)!

        expect(decodeCommitNote(start, text)).toEqual(note)
        expect(text).toMatch(/^iris2\.[\w-]+$/)
      }),
    )
  })

  it('keeps within its bytes or is null', () => {
    fc.assert(
      fc.property(notes, fc.nat(600), ({ start, note }, bytesMax) => {
        const whole = encodeCommitNote(start, note, 100_000)!

        const text = encodeCommitNote(start, note, bytesMax)

        expect(text).toBe(whole.length <= bytesMax ? whole : null)
      }),
    )
  })

  it('holds a thousand settled ranges by default, and says null at some number above', () => {
    const ranges = (count: number): CommitNote => ({
      ...empty,
      settled: Array.from({ length: count }, (_, index) => [base + 1 + index * 2, base + 1 + index * 2]),
    })

    expect(encodeCommitNote(base, ranges(1_000))!.length).toBeLessThanOrEqual(commitNoteBytesMax)
    expect(encodeCommitNote(base, ranges(2_000))).toBeNull()
  })

  it('holds any number of messages that were tried together', () => {
    const waiting = Array.from({ length: 10_000 }, (_, index) => ({
      offset: base + index,
      firstAttemptMs: 1_700_000_000_000,
      attempts: 70_000,
    }))
    const text = encodeCommitNote(base, { ...empty, waiting })!

    expect(text.length).toBeLessThan(50)
    expect(decodeCommitNote(base, text)?.waiting).toEqual(waiting)
  })

  it('is never applied to another offset than its own', () => {
    const text = encodeCommitNote(base, empty)!

    expect(decodeCommitNote(base, text)).toEqual(empty)
    expect(decodeCommitNote(base + 1, text)).toBeNull()
    expect(decodeCommitNote(0, text)).toBeNull()
  })

  it.each([
    ['nothing, as Hermes commits', ''],
    ['another version', 'iris1.AAAA'],
    ['a word', 'hello'],
    ['the version alone', 'iris2.'],
    ['no base64', 'iris2.%%%%'],
    ['a number without end', 'iris2.' + Buffer.alloc(12, 0xff).toString('base64url')],
    ['a run longer than any window', noteBytes(base, 7, 0, 1, 1, 0, 3, 200_000)],
    ['more after the end', encodeCommitNote(base, empty)! + 'AAAA'],
    [
      'less than the whole',
      encodeCommitNote(base, { ...empty, settled: [[base + 1, base + 9]] })!.slice(0, -2),
    ],
  ])('is null for %s', (_name, text) => {
    expect(decodeCommitNote(base, text)).toBeNull()
  })

  it('never throws on junk', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(300), (bytes, start) => {
        const junk = 'iris2.' + Buffer.from([start % 128, ...bytes]).toString('base64url')

        const note = decodeCommitNote(start % 128, junk)

        if (note !== null) expect(encodeCommitNote(start % 128, note)).not.toBeUndefined()
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    [
      'ranges that fall',
      {
        ...empty,
        settled: [
          [base + 5, base + 6],
          [base + 1, base + 2],
        ],
      },
    ],
    ['a range below the offset', { ...empty, settled: [[base - 1, base + 2]] }],
    ['a range that ends before it starts', { ...empty, settled: [[base + 3, base + 2]] }],
    [
      'waiting offsets that repeat',
      { ...empty, waiting: [1, 1].map(by => ({ offset: base + by, firstAttemptMs: 1, attempts: 1 })) },
    ],
  ])('refuses to be written with %s', (_name, note) => {
    expect(() => encodeCommitNote(base, note as CommitNote)).toThrow(/rise/)
  })
})
