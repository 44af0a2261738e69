import { expect, it } from 'vitest'
import { rolesIn } from './roles-in.js'

const key = (name: string, ...roles: string[]) => ({ name, roles, teams: [] })

it('a group tells who has which role in it, by its name or for all groups', () => {
  const keys = [
    key('boss', 'admin'),
    key('shop', 'owner:shop'),
    key('all', 'reader:*'),
    key('bank', 'owner:bank'),
  ]

  expect(rolesIn('shop', keys)).toEqual([
    { role: 'admin', holders: ['boss'] },
    { role: 'owner:shop', holders: ['shop'] },
    { role: 'publisher:shop', holders: [] },
    { role: 'reader:shop', holders: ['all'] },
  ])
})
