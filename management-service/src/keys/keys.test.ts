import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '@iris/common/access/api-key'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import { createMemoryKeys, type MemoryKeys } from '../store/in-memory-keys.js'
import { keptSecondsMax, rolesMax } from './key-form.js'
import { createKey, keysMax, listKeys, readKey, revokeKey, rotateKey } from './keys.js'

let time: VirtualTime
let store: MemoryKeys
const parts = (): { clock: VirtualTime; store: MemoryKeys } => ({ clock: time, store })
beforeEach(() => {
  time = createVirtualTime(Date.parse('2026-01-01T00:00:00Z'))
  store = createMemoryKeys()
})

const made = async (body: object = {}): Promise<string> =>
  (await createKey(parts(), { name: 'orders', roles: ['publisher:shop'], ...body }))['key'] as string
const whoHas = (secret: string): string | undefined => store.ring.find(hashOf(secret), time.now())?.name

describe('a key', () => {
  it('is shown once, opens what it says, and is listed without its secret', async () => {
    const secret = await made({ teams: ['team-a'], expiresAt: '2026-02-01T00:00:00Z' })

    expect(whoHas(secret)).toBe('orders')
    const expected = {
      ...{ name: 'orders', roles: ['publisher:shop'], teams: ['team-a'] },
      ...{ createdAt: '2026-01-01T00:00:00.000Z', expiresAt: '2026-02-01T00:00:00.000Z' },
      secrets: [
        {
          label: hashOf(secret).slice(0, 8),
          createdAt: '2026-01-01T00:00:00.000Z',
          validUntil: '2026-02-01T00:00:00.000Z',
        },
      ],
    }
    expect(await listKeys(parts())).toEqual([expected])
    expect(await readKey(parts(), 'orders')).toEqual(expected)
  })

  it('is kept as a hash: neither storage nor answers hold what opens a door', async () => {
    const secret = await made()

    const kept = JSON.stringify([...store.held.values()])
    const told = JSON.stringify([await listKeys(parts()), await readKey(parts(), 'orders')])

    expect(kept).toContain(hashOf(secret))
    expect(kept).not.toContain(secret)
    expect(told).not.toContain(secret)
    expect(told).not.toContain(hashOf(secret))
  })

  it('that is rotated leaves the old secret for as long as was asked', async () => {
    const old = await made()

    const { key: fresh } = await rotateKey(parts(), 'orders', { oldValidForSeconds: 60 })
    expect([whoHas(old), whoHas(fresh as string)]).toEqual(['orders', 'orders'])
    await time.advance(60_000)
    expect([whoHas(old), whoHas(fresh as string)]).toEqual([undefined, 'orders'])

    const { key: last } = await rotateKey(parts(), 'orders', null)
    expect([whoHas(fresh as string), whoHas(last as string)]).toEqual([undefined, 'orders'])
    expect((await readKey(parts(), 'orders'))['secrets']).toHaveLength(1)
  })

  it('that is revoked opens nothing, and its name may be given again', async () => {
    const old = await made()

    await revokeKey(parts(), 'orders')

    expect(whoHas(old)).toBeUndefined()
    await expect(readKey(parts(), 'orders')).rejects.toMatchObject({
      status: 404,
      code: 'API_KEY_NOT_EXISTS',
    })
    expect(whoHas(await made())).toBe('orders')
    expect(whoHas(old)).toBeUndefined()
  })

  it('is not made beside another of its name', async () => {
    const secret = await made()

    await expect(made()).rejects.toMatchObject({ status: 409, code: 'API_KEY_ALREADY_EXISTS' })
    expect(whoHas(secret)).toBe('orders')
  })

  it('is not made beyond the bound', async () => {
    for (let index = 0; index < keysMax; index++) await made({ name: `key${index}` })

    await expect(made()).rejects.toMatchObject({ code: 'VALIDATION_ERROR', status: 400 })
    await revokeKey(parts(), 'key0')
    expect(whoHas(await made())).toBe('orders')
  })

  it.each([
    ['no name', { name: undefined }, 'name must match'],
    ['a name with a slash', { name: 'a/b' }, 'name must match'],
    ['a long name', { name: 'a'.repeat(101) }, 'name must match'],
    ['the name of the first key', { name: 'bootstrap-admin' }, 'configuration'],
    ['a role that is none', { roles: ['root:shop'] }, 'root:shop'],
    ['a role without a group', { roles: ['owner'] }, 'owner'],
    ['roles that are no list', { roles: 'admin' }, 'roles must be a list'],
    ['too many roles', { roles: Array(rolesMax + 1).fill('reader:a') }, 'roles must be a list'],
    ['an empty team', { teams: [''] }, 'teams must hold'],
    ['an end that is over', { expiresAt: '2025-12-31T23:59:59Z' }, 'expiresAt'],
    ['an end that is no time', { expiresAt: 'tomorrow' }, 'expiresAt'],
    ['a member that is misspelt', { expiry: '2030-01-01T00:00:00Z' }, 'expiry'],
  ])('with %s is refused', async (_what, body, problem) => {
    await expect(made(body)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(problem) as string,
    })
    expect(store.held.size).toBe(0)
  })

  it.each([-1, 1.5, '60', keptSecondsMax + 1])('is not rotated with %j seconds', async seconds => {
    await made()

    await expect(rotateKey(parts(), 'orders', { oldValidForSeconds: seconds })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    })
  })

  it.each(['nobody', 'a/b', '..'])('%s is not there', async name => {
    for (const work of [readKey(parts(), name), revokeKey(parts(), name), rotateKey(parts(), name, null)])
      await expect(work).rejects.toMatchObject({ code: 'API_KEY_NOT_EXISTS' })
  })
})
