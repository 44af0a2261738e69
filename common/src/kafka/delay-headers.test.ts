import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delayHeaders, readDelayHeaders, writeDelayHeaders, type DelayFacts } from './delay-headers.js'

const facts: DelayFacts = {
  topic: 'g.t',
  partition: 3,
  offset: 9_007_199_254,
  publishedMs: 1_700_000_000_000,
  firstAttemptMs: 1_700_000_000_100,
  attempts: 2,
  dueMs: 1_700_000_010_000,
  untilMs: 1_700_000_012_000,
  lastStatus: 503,
  lastCause: '503',
  lastReason: 'Message sending failed with status code: 503',
}
const reader =
  (lines: readonly (readonly [string, Buffer])[]) =>
  (name: string): Buffer | null =>
    lines.findLast(([each]) => each === name)?.[1] ?? null

describe('the headers of a delay topic', () => {
  it('say what was written, whatever it is', () => {
    const number = fc.integer({ min: -1, max: 2 ** 31 })
    fc.assert(
      fc.property(number, number, fc.string({ maxLength: 1_000 }), (attempts, lastStatus, lastReason) => {
        const all = { ...facts, attempts, lastStatus, lastReason }
        expect(readDelayHeaders(reader(writeDelayHeaders(all)))).toEqual(all)
      }),
    )
  })

  it('cut a reason that is longer than anybody reads', () => {
    const written = writeDelayHeaders({ ...facts, lastReason: 'x'.repeat(5_000) })
    expect(readDelayHeaders(reader(written))?.lastReason).toHaveLength(1_000)
  })

  const texts = ['Delay-Reason', 'Delay-Source-Topic', 'Delay-Cause']
  it.each(Object.values(delayHeaders).filter(name => !texts.includes(name)))(
    'are none of ours without %s',
    name => {
      const written = writeDelayHeaders(facts).filter(([each]) => each !== name)
      expect(readDelayHeaders(reader(written))).toBeNull()
      expect(readDelayHeaders(reader([...written, [name, Buffer.from('soon')]]))).toBeNull()
    },
  )

  it('are ours where nobody wrote the cause down, as before there was one', () => {
    const written = writeDelayHeaders(facts).filter(([name]) => name !== 'Delay-Cause')
    expect(readDelayHeaders(reader(written))).toEqual({ ...facts, lastCause: '' })
  })
})
