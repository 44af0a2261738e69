import { describe, expect, it } from 'vitest'
import { parseNetworks } from './address-guard.js'
import { guardedLookup, type ResolveName } from './guarded-lookup.js'

const resolvesTo =
  (...addresses: string[]): ResolveName =>
  (_name, callback) =>
    callback(null, addresses)

function look(resolve: ResolveName, options: object, allowed: string[] = []): Promise<unknown> {
  return new Promise((done, fail) => {
    guardedLookup(resolve, parseNetworks(allowed))('name.test', options, (error, address, family) =>
      error === null ? done(family === undefined ? address : [address, family]) : fail(error),
    )
  })
}

describe('the guarded lookup', () => {
  it('gives only addresses that may be dialled', async () => {
    const mixed = resolvesTo('10.0.0.1', '8.8.8.8', '::1', '2606:4700::1')

    expect(await look(mixed, { all: true })).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ])
    expect(await look(mixed, {})).toEqual(['8.8.8.8', 4])
    expect(await look(mixed, { family: 6 })).toEqual(['2606:4700::1', 6])
  })

  it('refuses a name with forbidden addresses only, and says so', async () => {
    await expect(look(resolvesTo('127.0.0.1', '::1'), { all: true })).rejects.toMatchObject({
      code: 'FORBIDDEN_ADDRESS',
      message: 'name.test may not be called: the address 127.0.0.1 is loopback',
    })
  })

  it('lets allowed networks through', async () => {
    expect(await look(resolvesTo('127.0.0.1'), {}, ['127.0.0.0/8'])).toEqual(['127.0.0.1', 4])
  })

  it('checks each answer anew, so that a name cannot change its meaning after the check', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']]
    const rebinding: ResolveName = (_name, callback) => callback(null, answers.shift() ?? [])

    expect(await look(rebinding, {})).toEqual(['8.8.8.8', 4])
    await expect(look(rebinding, {})).rejects.toMatchObject({ code: 'FORBIDDEN_ADDRESS' })
  })

  it('passes on the failure of the resolver, and knows an empty answer as such', async () => {
    await expect(look((_name, callback) => callback(new Error('down'), []), {})).rejects.toThrow('down')
    await expect(look(resolvesTo(), {})).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })
})
