import { describe, expect, it } from 'vitest'
import { firstReplay, replayCallOf } from './replay-call.js'

describe('a replay', () => {
  it('of all that there is says no more than that', () => {
    expect(replayCallOf('/replay', firstReplay)).toEqual({
      method: 'POST',
      path: '/replay',
      body: { from: 'earliest' },
    })
  })

  it('says what was written', () => {
    const draft = {
      from: ' 2026-05-01T12:00:00Z ',
      to: 'now',
      rate: 5,
      endpoint: 'http://x/',
      deadLetters: true,
    }

    expect(replayCallOf('/replay', draft).body).toEqual({ ...draft, from: '2026-05-01T12:00:00Z' })
  })

  it.each([
    ['{"0":17}', { '0': 17 }],
    ['{"0":', '{"0":'],
  ])('from %s', (from, sent) => {
    expect(replayCallOf('/replay', { ...firstReplay, from }).body).toEqual({ from: sent })
  })
})
