import { describe, expect, it } from 'vitest'
import { breaksIn } from './breaks-in.js'

const at = (pointer: string, isCertain = true): object => ({
  ...{ pointer, breaks: 'publishers', problem: 'required now: "state"', isCertain },
})

describe('the breaks of a new version', () => {
  it('are told at its field, a line a place', () => {
    const breaks = [
      at('/required'),
      { ...at('', false), breaks: 'subscribers', problem: 'too much to judge' },
    ]

    expect(breaksIn({ version: 2, breaks }, 'FULL').get('')).toBe(
      [
        'It is not FULL, so it would be refused:',
        '/required: required now: "state" (breaks publishers)',
        '/: too much to judge (may break subscribers)',
      ].join('\n'),
    )
  })

  it('are so many and a count of the rest', () => {
    const breaks = Array.from({ length: 15 }, (_each, index) => at(`/${index}`))

    expect(breaksIn({ breaks }, 'BACKWARD').get('')?.split('\n')).toHaveLength(14)
    expect(breaksIn({ breaks }, 'BACKWARD').get('')).toContain('and 3 more')
  })

  it.each([null, {}, { version: 1, breaks: [] }])('are none in %j', answer => {
    expect(breaksIn(answer, 'BACKWARD').size).toBe(0)
  })
})
