import { describe, expect, it } from 'vitest'
import type { Fellow } from '../fellows/card.js'
import type { Fellows } from '../fellows/fellows.js'
import { ownersOf } from './assignment.js'
import type { ShardClaim } from './shard-claim.js'
import { createShards, type Shards } from './shards.js'

const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve))
const fellow = (id: string): Fellow => ({ id, host: 'h', port: 1, pid: 1, startedMs: 0, token: 't' })

interface World {
  readonly shards: Shards
  readonly claimed: number[]
  readonly given: number[]
  /** Lets those that are being given back go. */
  finishGiving(): Promise<void>
  become(ids: readonly string[]): void
}

/** The view of the frontend `a`. */
function makeWorld(ids: readonly string[]): World {
  let all = ids.map(fellow)
  let changed = (): void => undefined
  let finish: (() => void)[] = []
  const claimed: number[] = []
  const given: number[] = []
  const fellows: Fellows = {
    join: () => Promise.resolve(),
    leave: () => Promise.resolve(),
    stop: () => undefined,
    self: () => fellow('a'),
    all: () => all,
    find: id => all.find(each => each.id === id),
    onChange(listener) {
      changed = listener
      return () => undefined
    },
  }
  const claim = (index: number): ShardClaim => {
    claimed.push(index)
    return {
      shard: () => null,
      whenServed: () => true,
      give() {
        given.push(index)
        return new Promise(resolve => void finish.push(resolve))
      },
    }
  }
  return {
    shards: createShards(fellows, claim),
    claimed,
    given,
    async finishGiving() {
      for (const each of finish) each()
      finish = []
      await settle()
    },
    become(now) {
      all = now.map(fellow)
      changed()
    },
  }
}

const ofA = ownersOf(['a', 'b']).indexOf('a')
const ofB = ownersOf(['a', 'b']).indexOf('b')

describe('the shards of a frontend', () => {
  it('are claimed when first asked for, once, and others are a fellow’s', () => {
    const { shards, claimed } = makeWorld(['a', 'b'])
    expect(claimed).toEqual([])

    expect(shards.whereabouts(ofA).kind).toBe('here')
    expect(shards.whereabouts(ofA).kind).toBe('here')
    expect(shards.whereabouts(ofB)).toMatchObject({ kind: 'fellow', fellow: { id: 'b' } })
    expect(claimed).toEqual([ofA])
  })

  it('are given back when they belong to a fellow who came, and claimed anew when it has gone', async () => {
    const { shards, claimed, given, become, finishGiving } = makeWorld(['a'])
    shards.whereabouts(ofA)
    shards.whereabouts(ofB)

    become(['a', 'b'])
    become(['a', 'b'])
    expect(given).toEqual([ofB])
    expect(shards.whereabouts(ofB).kind).toBe('fellow')
    // Back again before the lock was released: the claim that ends is not begun again.
    become(['a'])
    expect(shards.whereabouts(ofB).kind).toBe('here')
    expect(claimed).toEqual([ofA, ofB])
    await finishGiving()

    expect(shards.whereabouts(ofB).kind).toBe('here')
    expect(claimed).toEqual([ofA, ofB, ofB])
  })

  it('are nobody’s while no frontend is known, and after a stop, which gives all back', async () => {
    const { shards, given, become, finishGiving } = makeWorld([])
    expect(shards.whereabouts(ofA).kind).toBe('nobody')
    become(['a', 'b'])
    shards.whereabouts(ofA)

    const stopping = shards.stop()
    await finishGiving()
    await stopping

    expect(given).toEqual([ofA])
    expect(shards.whereabouts(ofA).kind).toBe('nobody')
  })
})
