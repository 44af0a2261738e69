import { describe, expect, it } from 'vitest'
import { hashOf, looksLikeApiKey, newApiKey } from './api-key.js'
import { createKeyTable } from './key-ring.js'
import { readStoredKey, rotated, secretsMax, storedKeyData, type StoredKey } from './stored-key.js'

const [first, second] = [hashOf('one'), hashOf('two')]
const key: StoredKey = {
  name: 'orders',
  roles: ['publisher:shop', 'nonsense'],
  teams: ['team-a'],
  createdAtMs: 1_000,
  expiresAtMs: null,
  secrets: [{ hash: first, createdAtMs: 1_000, endsAtMs: null }],
}

describe('a stored key', () => {
  it('is read as it was written, under the name of its place', () => {
    expect(readStoredKey('orders', storedKeyData(key))).toEqual(key)
    expect(readStoredKey('other', storedKeyData(key))?.name).toBe('other')
  })

  it.each(['', '{', '[]', '{"name":"orders"}', JSON.stringify({ ...key, secrets: [{ hash: 'short' }] })])(
    'is not %j',
    text => {
      expect(readStoredKey('orders', Buffer.from(text))).toBeNull()
    },
  )

  it('keeps the old secret for as long as was asked, and no longer', () => {
    const table = createKeyTable()
    table.put('orders', rotated(key, second, 5_000, 1_000))

    expect(table.find(second, 9_000)?.name).toBe('orders')
    expect(table.find(first, 5_999)?.name).toBe('orders')
    expect(table.find(first, 6_000)).toBeNull()
  })

  it('ends the old secret at once where nothing was asked', () => {
    expect(rotated(key, second, 5_000, 0).secrets.map(({ hash }) => hash)).toEqual([second])
  })

  it('never makes an old secret live longer, and never has more than its bound', () => {
    const ending = rotated(key, second, 5_000, 1_000)
    const again = rotated(ending, hashOf('three'), 5_500, 60_000)
    let many = key
    for (let index = 0; index <= secretsMax; index++)
      many = rotated(many, hashOf(String(index)), 5_000, 60_000)

    expect(again.secrets.find(({ hash }) => hash === first)?.endsAtMs).toBe(6_000)
    expect(many.secrets).toHaveLength(secretsMax)
    expect(many.secrets[0]?.hash).toBe(hashOf(String(secretsMax)))
  })

  it('ends with all its secrets when it expires', () => {
    const table = createKeyTable()
    table.put('orders', { ...rotated(key, second, 5_000, 60_000), expiresAtMs: 7_000 })

    expect([first, second].map(hash => table.find(hash, 6_999)?.name)).toEqual(['orders', 'orders'])
    expect([first, second].map(hash => table.find(hash, 7_000))).toEqual([null, null])
  })

  it('is forgotten when it is revoked, and replaced when it changes', () => {
    const table = createKeyTable()
    table.put('orders', key)
    table.put('orders', { ...key, secrets: [{ hash: second, createdAtMs: 1, endsAtMs: null }] })
    expect([first, second].map(hash => table.find(hash, 0)?.name)).toEqual([undefined, 'orders'])

    table.put('orders', null)
    expect(table.find(second, 0)).toBeNull()
  })

  it('gives only roles that there are', () => {
    const table = createKeyTable()
    table.put('orders', key)

    expect(table.find(first, 0)?.grants).toEqual([{ role: 'publisher', group: 'shop' }])
  })
})

describe('a new key', () => {
  it('looks like one, and like no other', () => {
    const keys = Array.from({ length: 100 }, newApiKey)

    expect(keys.every(looksLikeApiKey)).toBe(true)
    expect(new Set(keys).size).toBe(100)
    expect(looksLikeApiKey(`${keys[0] ?? ''}x`)).toBe(false)
    expect(looksLikeApiKey('iris_short')).toBe(false)
  })
})
