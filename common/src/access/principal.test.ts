import { describe, expect, it } from 'vitest'
import {
  everything,
  grantText,
  may,
  mayPublish,
  parseGrant,
  principalOf,
  type Principal,
} from './principal.js'

const grants = (...texts: string[]): NonNullable<ReturnType<typeof parseGrant>>[] =>
  texts.map(text => {
    const grant = parseGrant(text)
    if (grant === null) throw new Error(`${text} is no grant`)
    return grant
  })
const who = (...texts: string[]): Principal => principalOf('anna', grants(...texts), ['team-a'])
const shop = { group: 'shop', owners: [] }
const bank = { group: 'bank', owners: [{ source: 'Plaintext', id: 'bert' }] }
const annas = { group: 'bank', owners: [{ source: 'Plaintext', id: 'anna' }] }
const teams = { group: 'bank', owners: [{ source: 'Plaintext', id: 'team-a' }] }

describe('a right', () => {
  it.each([
    ['nobody', null, [true, false, false, false]],
    ['no role', who(), [true, true, false, false]],
    ['a publisher', who('publisher:shop'), [true, true, false, false]],
    ['a reader', who('reader:shop'), [true, true, false, false]],
    ['an owner', who('owner:shop'), [true, true, false, false]],
    ['an owner of all', who('owner:*'), [true, true, false, false]],
    ['an admin', who('admin'), [true, true, true, true]],
  ])('over nobody’s data of %s is as it should be', (_who, principal, expected) => {
    const rights = ['anyone', 'reader', 'owner', 'admin'] as const

    expect(rights.map(right => may(principal, right, 'nothing'))).toEqual(expected)
  })

  it.each([
    ['nobody', null, shop, [false, false]],
    ['no role', who(), shop, [false, false]],
    ['a publisher of it', who('publisher:shop'), shop, [false, false]],
    ['a reader of it', who('reader:shop'), shop, [true, false]],
    ['a reader of another', who('reader:bank'), shop, [false, false]],
    ['a reader of all', who('reader:*'), shop, [true, false]],
    ['an owner of it', who('owner:shop'), shop, [true, true]],
    ['an owner of another', who('owner:bank'), shop, [false, false]],
    ['an owner of all', who('owner:*'), shop, [true, true]],
    ['an admin', who('admin'), shop, [true, true]],
    ['who is named', who(), annas, [true, true]],
    ['whose team is named', who(), teams, [true, true]],
    ['who is not named', who(), bank, [false, false]],
    ['a reader of one group, over all', who('reader:shop', 'owner:bank'), everything, [false, false]],
    ['a reader of all, over all', who('reader:*'), everything, [true, false]],
    ['an owner of all, over all', who('owner:*'), everything, [true, true]],
    ['an admin, over all', who('admin'), everything, [true, true]],
  ] as const)('of %s is as it should be', (_who, principal, resource, [reads, owns]) => {
    expect(may(principal, 'reader', resource)).toBe(reads)
    expect(may(principal, 'owner', resource)).toBe(owns)
    expect(may(principal, 'admin', resource)).toBe(principal?.isAdmin ?? false)
    expect(may(principal, 'anyone', resource)).toBe(true)
  })

  it.each([
    [['publisher:shop'], true],
    [['owner:shop'], true],
    [['publisher:*'], true],
    [['admin'], true],
    [['reader:shop'], false],
    [['publisher:bank'], false],
    [[], false],
  ])('to publish to shop with %j: %s', (texts, isAllowed) => {
    expect(mayPublish(who(...texts), 'shop')).toBe(isAllowed)
  })
})

describe('a grant', () => {
  it.each(['admin', 'owner:shop', 'publisher:pl.shop', 'reader:*'])('is read and written: %s', text => {
    const [grant] = grants(text)

    expect(grant === undefined ? null : grantText(grant)).toBe(text)
    expect(grants('admin:*')).toEqual(grants('admin'))
  })

  it.each(['', 'owner', 'owner:', 'root:shop', 'Owner:shop', 'admin:shop', 'reader:a/b', 'reader:a*'])(
    'is not %j',
    text => {
      expect(parseGrant(text)).toBeNull()
    },
  )
})
