import { describe, expect, it } from 'vitest'
import type { ChaosPolicy } from '@iris/common/domain/topic-form'
import { seededRandom } from '@iris/common/time/seeded-random'
import { chaosPolicyOf, disturbance } from './chaos.js'

const policy: ChaosPolicy = { probability: 30, delayFrom: 10, delayTo: 20, completeWithError: true }

describe('chaos', () => {
  it('meets so many of a hundred messages, each with a delay within its bounds', () => {
    const random = seededRandom(7)
    const met = Array.from({ length: 10_000 }, () => disturbance(policy, random)).filter(
      each => each !== null,
    )

    expect(met.length).toBeGreaterThan(2_700)
    expect(met.length).toBeLessThan(3_300)
    expect(met.every(({ delayMs }) => delayMs >= 10 && delayMs < 20)).toBe(true)
    expect(met[0]?.failure).toMatchObject({ code: 'INTERNAL_ERROR', status: 500 })
    expect(met[0]?.failure?.message).toMatch(/^Message not published\. ChaosException: /)
  })

  it.each([
    [0, 0],
    [100, 1_000],
  ])('with probability %i meets %i of a thousand', (probability, count) => {
    const random = seededRandom(1)
    const met = Array.from({ length: 1_000 }, () => disturbance({ ...policy, probability }, random))

    expect(met.filter(each => each !== null)).toHaveLength(count)
  })

  it('only delays where it does not complete with an error, and both bounds may be the same', () => {
    const only = { ...policy, probability: 100, delayFrom: 5, delayTo: 5, completeWithError: false }

    expect(disturbance(only, seededRandom(1))).toEqual({ delayMs: 5, failure: null })
  })

  it('follows the mode: everywhere, in one data centre, nowhere', () => {
    const datacenterPolicies = new Map([['dc1', policy]])
    const global = { ...policy, probability: 1 }

    expect(chaosPolicyOf({ mode: 'GLOBAL', globalPolicy: global, datacenterPolicies }, 'dc1')).toBe(global)
    expect(chaosPolicyOf({ mode: 'DATACENTER', globalPolicy: global, datacenterPolicies }, 'dc1')).toBe(
      policy,
    )
    expect(chaosPolicyOf({ mode: 'DATACENTER', globalPolicy: global, datacenterPolicies }, 'dc2')).toBeNull()
    expect(chaosPolicyOf({ mode: 'DISABLED', globalPolicy: global, datacenterPolicies }, 'dc1')).toBeNull()
  })
})
