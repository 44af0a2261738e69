import { describe, expect, it } from 'vitest'
import { everybody, principalOf } from '@iris/common/access/principal'
import { createMemoryStore } from '../store/in-memory.js'
import { createGroup } from './groups.js'

const owner = principalOf('anna', [{ role: 'owner', group: 'shop' }])
const rules = { groupNamePattern: '^[a-zA-Z0-9.]+$', isNonAdminCreationAllowed: false }
const body = { groupName: 'shop' }

describe('a group', () => {
  it('is made by who is no admin only where the installation allows that', async () => {
    const store = createMemoryStore()

    await expect(createGroup(store, rules, body, owner)).rejects.toMatchObject({
      ...{ status: 403, code: 'PERMISSION_DENIED', message: 'You are not allowed to create groups' },
    })
    expect(store.held.groups.size).toBe(0)
    await createGroup(store, { ...rules, isNonAdminCreationAllowed: true }, body, owner)
    expect([...store.held.groups]).toEqual(['shop'])
  })

  it('is made by everybody where nobody is asked who it is', async () => {
    const store = createMemoryStore()

    await createGroup(store, rules, body, everybody)

    expect([...store.held.groups]).toEqual(['shop'])
  })

  it('with a bad name is refused for the name, whoever asks', async () => {
    const bad = createGroup(createMemoryStore(), rules, { groupName: 'a-b' }, owner)

    await expect(bad).rejects.toMatchObject({ code: 'GROUP_NAME_IS_INVALID' })
  })
})
