import { describe, expect, it } from 'vitest'
import { createIdentitySource, ProducerIdentity } from './producer-identity.js'

describe('the identity of a lane', () => {
  it('counts records of a partition and begins again after 31 bits', () => {
    const identity = new ProducerIdentity({ producerId: 5, producerEpoch: 0 })

    const sequences = [3, 0x7fff_fff0, 20, 1].map(count => identity.claim(count).baseSequence)

    expect(sequences).toEqual([0, 3, 0x7fff_fff3, 7])
  })

  it('begins the sequence anew under the next epoch, until the epochs are used up', () => {
    const identity = new ProducerIdentity({ producerId: 5, producerEpoch: 0x7ffd })
    identity.claim(9)

    expect(identity.nextEpoch()).toBe(true)
    expect(identity.claim(1)).toEqual({ producerId: 5, producerEpoch: 0x7ffe, baseSequence: 0 })
    expect(identity.nextEpoch()).toBe(false)
  })
})

describe('the source of identities', () => {
  it('gives all lanes one id, each a sequence of its own, and asks once', async () => {
    let asked = 0
    const source = createIdentitySource(() => Promise.resolve({ producerId: ++asked, producerEpoch: 0 }))
    expect(source.give()).toBeNull()

    await Promise.all([source.fetch(), source.fetch()])
    await source.fetch()
    const [one, other] = [source.give()!, source.give()!]
    one.claim(5)

    expect(asked).toBe(1)
    expect(other.claim(1)).toEqual({ producerId: 1, producerEpoch: 0, baseSequence: 0 })
  })

  it('never gives a retired id again', async () => {
    let asked = 0
    const source = createIdentitySource(() => Promise.resolve({ producerId: ++asked, producerEpoch: 0 }))
    await source.fetch()

    source.retire()

    expect(source.give()).toBeNull()
    await source.fetch()
    expect(source.give()!.producerId).toBe(2)
  })

  it('asks again after a failure', async () => {
    let isUp = false
    const ask = (): Promise<{ producerId: number; producerEpoch: number }> =>
      isUp ? Promise.resolve({ producerId: 9, producerEpoch: 0 }) : Promise.reject(new Error('away'))
    const source = createIdentitySource(ask)
    await expect(source.fetch()).rejects.toThrow('away')

    isUp = true
    await source.fetch()

    expect(source.give()!.producerId).toBe(9)
  })
})
