import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { maskSigningKey, signingKeyText } from '@iris/common/domain/signing'
import { planChanges } from './plan.js'
import { readDefinitions } from './read-file.js'
import { hasSecrets, masked } from './secrets.js'
import type { ThingPlace } from './thing.js'
import { writeDefinitions } from './write-file.js'

const place: ThingPlace = { kind: 'subscription', group: 'shop', topic: 'orders', name: 'billing' }
const [one, two] = [signingKeyText(randomBytes(32)), signingKeyText(randomBytes(32))] as const
const members = {
  endpoint: 'http://svc:s3cret@billing/in',
  oAuthPolicy: { username: 'u', password: 's3cret' },
  signing: { keys: [one, two] },
}
const shown = {
  endpoint: 'http://svc:*****@billing/in',
  oAuthPolicy: { username: 'u', password: '******' },
  signing: { keys: [maskSigningKey(one), maskSigningKey(two)] },
}

describe('secrets of a thing', () => {
  it('are masked as management masks them, and nothing else is', () => {
    expect(masked('subscription', members)).toEqual(shown)
    expect(masked('subscription', { description: 'd', signing: null })).toEqual({
      ...{ description: 'd', signing: null },
    })
  })

  it.each([{ signing: { keys: [one] } }, { oAuthPolicy: { password: 'p' } }, { endpoint: members.endpoint }])(
    'are there with %o',
    some => {
      expect(hasSecrets('subscription', some)).toBe(true)
    },
  )

  it.each([{}, { signing: null }, { signing: { keys: [] } }, { endpoint: 'http://billing/in' }])(
    'are not there with %o',
    none => {
      expect(hasSecrets('subscription', none)).toBe(false)
    },
  )

  it('do not stand in a plan, which tells keys that change by their masks', () => {
    const known = { place, tag: '"1.x"', members: { ...shown, signing: { keys: [maskSigningKey(one)] } } }
    const steps = [
      ...planChanges([{ place, members }], [], { prune: false }),
      ...planChanges([{ place, members }], [known], { prune: false }),
    ]
    const told = JSON.stringify(steps.map(({ changes }) => changes))

    expect(steps.map(({ change }) => change)).toEqual(['create', 'update'])
    for (const secret of [one, two, 's3cret']) expect(told).not.toContain(secret)
    expect(steps[1]?.changes).toEqual([
      { member: 'signing.keys', before: [maskSigningKey(one)], after: shown.signing.keys },
    ])
  })

  it('are written as references to the environment, and read back from there', () => {
    const text = writeDefinitions([
      { place: { kind: 'group', name: 'shop' }, tag: null, members: {} },
      { place: { kind: 'topic', group: 'shop', name: 'orders' }, tag: null, members: {} },
      { place, tag: null, members: shown },
    ])
    const environment: Readonly<Record<string, string>> = {
      IRIS_SHOP_ORDERS_BILLING_ENDPOINT_PASSWORD: 's3cret',
      IRIS_SHOP_ORDERS_BILLING_O_AUTH_POLICY_PASSWORD: 's3cret',
      IRIS_SHOP_ORDERS_BILLING_SIGNING_KEYS_0: one,
      IRIS_SHOP_ORDERS_BILLING_SIGNING_KEYS_1: two,
    }
    const { things } = readDefinitions({ file: 'iris.yaml', text }, reference =>
      'env' in reference ? (environment[reference.env] ?? null) : null,
    )

    expect(text).not.toContain('whsec_')
    expect(things.at(-1)?.members).toEqual(members)
  })
})
