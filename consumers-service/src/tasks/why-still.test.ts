import { describe, expect, it } from 'vitest'
import { whyStill } from './why-still.js'

const well = {
  heldBack: null,
  pace: { circuit: 'closed', why: 'all is well' },
  waiting: 0,
  inflight: 0,
} as const
const probed = { circuit: 'probing', why: 'no attempt has succeeded for 10 s' } as const

describe('a task without outcomes for a moment', () => {
  it.each([
    ['with nothing to hold it back', well, null],
    ['with a slow attempt', { ...well, inflight: 1, waiting: 3 }, null],
    ['whose messages wait', { ...well, waiting: 3 }, 'what failed waits for its next attempt'],
    ['whose endpoint takes nothing', { ...well, pace: probed, waiting: 3 }, probed.why],
    [
      'that may not send',
      { ...well, heldBack: 'its lock is in doubt', pace: probed },
      'its lock is in doubt',
    ],
  ])('%s says why', (_what, status, why) => {
    expect(whyStill(status)).toBe(why)
  })

  it('says no more than a node may hold', () => {
    expect(whyStill({ ...well, heldBack: 'x'.repeat(1_000) })).toHaveLength(200)
  })
})
