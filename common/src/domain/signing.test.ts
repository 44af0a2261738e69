import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isMaskedSigningKey,
  maskSigning,
  maskSigningKey,
  signingKeyOf,
  signingKeyText,
  signingOf,
  unmaskSigning,
} from './signing.js'

const [one, two] = [signingKeyText(randomBytes(32)), signingKeyText(randomBytes(24))] as const

describe('a signing key', () => {
  it('is whsec_ and 24 to 64 bytes as base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 80 }), bytes => {
        const key = signingKeyOf(signingKeyText(Buffer.from(bytes)))
        const isKey = bytes.length >= 24 && bytes.length <= 64
        expect(key).toEqual(isKey ? Buffer.from(bytes) : null)
      }),
    )
  })

  it.each(['', 'whsec_', one.slice(6), `${one}x`, `${one.slice(0, -1)}*`, maskSigningKey(one)])(
    'is not %s',
    text => {
      expect(signingKeyOf(text)).toBeNull()
    },
  )
})

describe('masks of keys', () => {
  it('show nothing of the keys and tell them apart', () => {
    const { keys } = maskSigning({ keys: [one, two] })

    expect(keys).toEqual([
      expect.stringMatching(/^whsec_\*{6}[0-9a-f]{8}$/),
      expect.stringMatching(/^whsec_\*{6}/),
    ])
    expect(keys[0]).not.toBe(keys[1])
  })

  it('are told from keys', () => {
    expect([maskSigningKey(one), one, ''].map(isMaskedSigningKey)).toEqual([true, false, false])
  })

  it('that come back stand for the stored keys, in any order, beside new ones', () => {
    const stored = { keys: [one, two] }
    const patch = { keys: ['new', maskSigningKey(two), maskSigningKey(one)] }

    expect(unmaskSigning(patch, stored)).toEqual({ keys: ['new', two, one] })
  })

  it('of keys that are not stored stay masks', () => {
    const patch = { keys: [maskSigningKey(one)] }

    expect(unmaskSigning(patch, { keys: [two] })).toEqual(patch)
    expect(unmaskSigning(patch, null)).toEqual(patch)
    expect(unmaskSigning({ keys: 'x' }, null)).toEqual({ keys: 'x' })
  })
})

describe('signing', () => {
  it('without a key is none', () => {
    expect([signingOf(null), signingOf({ keys: null }), signingOf({ keys: [] })]).toEqual([null, null, null])
    expect(signingOf({ keys: [one] })).toEqual({ keys: [one] })
  })
})
