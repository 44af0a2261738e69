import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVault, plainVault, readSecretKey, sealingKeyOf, tolerantVault } from './vault.js'

const old = randomBytes(32)
const young = randomBytes(32)
const place = 'subscription g.t$s endpoint'

describe('a vault', () => {
  it('opens what it sealed, any text, and shows nothing of it', () => {
    const vault = createVault([young])
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), secret => {
        const kept = vault.seal(secret, place)
        expect(kept).toMatch(/^[A-Za-z0-9._-]+$/)
        if (secret.length > 8) expect(kept).not.toContain(secret)
        expect(vault.open(kept, place)).toBe(secret)
      }),
    )
  })

  it('never seals the same secret to the same text', () => {
    const vault = createVault([young])
    expect(vault.seal('secret', place)).not.toBe(vault.seal('secret', place))
  })

  it('opens nothing at another place, with another key, or changed in one letter', () => {
    const vault = createVault([young])
    const kept = vault.seal('secret', place)
    const at = kept.length - 5
    const changed = kept.slice(0, at) + (kept[at] === 'A' ? 'B' : 'A') + kept.slice(at + 1)

    expect(vault.open(kept, 'subscription g.t$other endpoint')).toBeNull()
    expect(createVault([old]).open(kept, place)).toBeNull()
    expect(vault.open(changed, place)).toBeNull()
    expect(plainVault.open(kept, place)).toBeNull()
  })

  it('opens with former keys and knows what they sealed as not current', () => {
    const before = createVault([old])
    const kept = before.seal('secret', place)
    const after = createVault([young, old])

    expect(after.open(kept, place)).toBe('secret')
    expect([before.isCurrent(kept), after.isCurrent(kept)]).toEqual([true, false])
    expect(after.isCurrent(after.seal('secret', place))).toBe(true)
  })

  it('reads what was never sealed as it is, and would seal it', () => {
    const vault = createVault([young])
    expect(vault.open('plain.secret', place)).toBe('plain.secret')
    expect(vault.isCurrent('plain.secret')).toBe(false)
    expect(sealingKeyOf('plain.secret')).toBeNull()
  })

  it('that does not seal keeps clear text, opens what was sealed, and would unseal it', () => {
    const kept = createVault([young]).seal('secret', place)
    const vault = createVault([young], () => false)

    expect(vault.seal('secret', place)).toBe('secret')
    expect(vault.open(kept, place)).toBe('secret')
    expect([vault.isCurrent(kept), vault.isCurrent('secret')]).toEqual([false, true])
  })
})

describe('a tolerant vault', () => {
  it('opens what it can, and keeps what it cannot open as it is, never sealed over', () => {
    const lost = createVault([old]).seal('secret', place)
    for (const vault of [tolerantVault(createVault([young])), tolerantVault(plainVault)]) {
      expect(vault.open(vault.seal('new', place), place)).toBe('new')
      expect(vault.open(lost, place)).toBe(lost)
      expect(vault.seal(lost, place)).toBe(lost)
    }
    expect(tolerantVault(createVault([young])).seal('new', place)).not.toBe('new')
  })
})

describe('a key', () => {
  it.each([
    ['hex', young.toString('hex')],
    ['base64', young.toString('base64')],
  ])('is 32 bytes as %s', (_name, text) => {
    expect(readSecretKey(text)).toEqual(young)
  })

  it.each([
    '',
    'password',
    young.toString('hex').slice(2),
    `${young.toString('base64')}AAAA`,
    'ä'.repeat(43),
  ])('is not %j', text => {
    expect(readSecretKey(text)).toBeNull()
  })
})
