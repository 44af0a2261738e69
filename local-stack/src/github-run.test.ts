import { describe, expect, it } from 'vitest'
import type { Collected } from './collector.js'
import { isComplete, type GithubAccount } from './github-run.js'
import { githubTable } from './github-table.js'

function accountOf(collected: Partial<Collected>, publishedAgain = 0): GithubAccount {
  const whole = { delivered: 658, identical: 658, repeated: 0, unknown: 0, refused: 0, lastMs: 0 }
  return {
    families: 58,
    published: 658,
    publishedAgain,
    publishMs: 1_000,
    publishedBytes: 7_000_000,
    subscriptions: [
      { name: 'archive', lastAfterMs: 1, ...whole },
      { name: 'flaky', lastAfterMs: 1, ...whole, ...collected },
    ],
  }
}

describe('the account of a GitHub run', () => {
  it('is complete when each message came once, as it was published', () => {
    expect(isComplete(accountOf({}))).toBe(true)
    expect(isComplete(accountOf({ refused: 65 }))).toBe(true)
  })

  it.each([
    ['a message is missing', { delivered: 657, identical: 657 }],
    ['a message was changed', { identical: 657 }],
    ['a message came again', { repeated: 1 }],
    ['a message came that nobody published', { unknown: 1 }],
  ])('is not complete when %s', (_what, collected) => {
    expect(isComplete(accountOf(collected))).toBe(false)
  })

  it('knows that a 503 may have stored a message without telling its id', () => {
    expect(isComplete(accountOf({ unknown: 2 }, 2))).toBe(true)
    expect(isComplete(accountOf({ unknown: 3 }, 2))).toBe(false)
  })

  it('shows what came again and what nobody knows', () => {
    const table = githubTable(accountOf({ repeated: 3, unknown: 4 }))

    expect(table).toMatch(/repeated +unknown/)
    expect(table).toMatch(/flaky +658 +658 +0 +3 +4/)
    expect(table).toContain('NOT COMPLETE')
  })
})
