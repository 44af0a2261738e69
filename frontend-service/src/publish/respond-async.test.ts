import { describe, expect, it } from 'vitest'
import { asyncWish } from './respond-async.js'

describe('the wish for an early answer', () => {
  it.each([
    ['respond-async', 'always'],
    ['Respond-Async', 'always'],
    ['return=minimal, respond-async', 'always'],
    ['respond-async; foo=bar', 'always'],
    ['respond-async, wait=10', 'fallback'],
    ['wait=1,respond-async', 'fallback'],
    ['respond-async, wait="5"', 'fallback'],
    ['respond-async, wait=0', 'always'],
    ['respond-async, wait=soon', 'always'],
    ['wait=10', 'never'],
    ['respond-asynchronously', 'never'],
    ['foo="respond-async"', 'never'],
    ['return=minimal;respond-async', 'never'],
    ['', 'never'],
    [',,;=,', 'never'],
  ])('of %j on a plain topic is %s', (prefer, mode) => {
    const wish = asyncWish(prefer, 'ON_REQUEST')

    expect(wish.mode).toBe(mode)
    expect(wish.isPreferred).toBe(mode !== 'never')
  })

  it.each([
    ['ON_REQUEST', undefined, 'never'],
    ['FALLBACK', undefined, 'fallback'],
    ['ALWAYS', undefined, 'always'],
    ['ALWAYS', 'return=minimal', 'always'],
    ['FALLBACK', 'respond-async', 'always'],
    ['ALWAYS', 'respond-async, wait=3', 'fallback'],
  ] as const)('on a topic set to %s with %j is %s', (setting, prefer, mode) => {
    expect(asyncWish(prefer, setting).mode).toBe(mode)
  })

  it.each([
    ['respond-async, handling=strict', true],
    ['respond-async, handling="Strict"', true],
    ['respond-async, handling=lenient', false],
    ['handling=strict', false],
  ])('%j insists: %s', (prefer, isStrict) => {
    expect(asyncWish(prefer, 'ON_REQUEST').isStrict).toBe(isStrict)
  })
})
