import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { Lock } from '@iris/common/zookeeper/lock'
import { createShardClaim, waitersMax, type ShardClaim, type ShardWaiter } from './shard-claim.js'
import type { Shard } from './shard.js'

interface World {
  readonly time: VirtualTime
  readonly claim: ShardClaim
  /** What happened, in its order. */
  readonly events: string[]
  /** The shard that is served has so many messages under way. */
  running: number
  takeOverFails: boolean
  loseLock(): void
  loseLog(): void
}

/** `lockHeldElsewhere`: another has the lock until then. */
function makeWorld(lockHeldElsewhere: Promise<void> | null = null): World {
  const time = createVirtualTime()
  const events: string[] = []
  let lockLost = (): void => undefined
  let logLost = (): void => undefined
  const acquire = (): Promise<Lock> =>
    lockHeldElsewhere === null ? locked() : lockHeldElsewhere.then(locked)
  const locked = (): Promise<Lock> => {
    events.push('locked')
    let isHeld = true
    return Promise.resolve({
      ...{ path: '/l', number: 1, isHeld: () => isHeld },
      release() {
        events.push('released')
        return Promise.resolve()
      },
      onLost(listener) {
        lockLost = () => {
          isHeld = false
          listener('gone')
        }
        return () => undefined
      },
    })
  }
  const world: World = {
    ...{ time, events, running: 0, takeOverFails: false },
    claim: createShardClaim(
      {
        ...{ log: silentLog, clock: time, scheduler: time, acquire },
        takeOver(onLost) {
          logLost = () => onLost('fenced')
          if (world.takeOverFails) return Promise.reject(new Error('Kafka is away'))
          events.push('taken')
          const served = {
            get running() {
              return world.running
            },
          }
          return Promise.resolve(served as unknown as Shard)
        },
      },
      3,
    ),
    loseLock: () => lockLost(),
    loseLog: () => logLost(),
  }
  return world
}

const waiterOf = (told: (Shard | null)[], isAnswered = false): ShardWaiter => ({
  served: shard => void told.push(shard),
  isAnswered: () => isAnswered,
})

describe('the claim of a shard', () => {
  it('tells who waits as soon as it serves, and releases the lock after what is under way', async () => {
    const world = makeWorld()
    const told: (Shard | null)[] = []
    world.claim.whenServed(waiterOf(told))
    await world.time.advance(0)
    expect(told).toEqual([world.claim.shard()])
    expect(told[0]).not.toBeNull()

    world.running = 1
    const given = world.claim.give()
    await world.time.advance(100)
    expect(world.claim.shard()).toBeNull()
    expect(world.events).toEqual(['locked', 'taken'])
    world.running = 0
    await world.time.advance(100)
    await given

    expect(world.events).toEqual(['locked', 'taken', 'released'])
  })

  it.each(['loseLock', 'loseLog'] as const)('serves no more after %s, and takes over anew', async what => {
    const world = makeWorld()
    await world.time.advance(0)

    world[what]()
    await world.time.advance(0)
    expect(world.claim.shard()).toBeNull()
    await world.time.advance(1_000)

    expect(world.claim.shard()).not.toBeNull()
    expect(world.events).toEqual(['locked', 'taken', 'released', 'locked', 'taken'])
  })

  it('tries again until the log can be read, and never serves without it', async () => {
    const world = makeWorld()
    world.takeOverFails = true
    await world.time.advance(1_000)
    expect(world.claim.shard()).toBeNull()

    world.takeOverFails = false
    await world.time.advance(1_000)

    expect(world.claim.shard()).not.toBeNull()
  })

  it('tells who waits that it cannot be taken over now, and lets nobody wait for the next try', async () => {
    const world = makeWorld()
    world.takeOverFails = true
    const told: (Shard | null)[] = []
    world.claim.whenServed(waiterOf(told))
    await world.time.advance(0)

    expect(told).toEqual([null])
    world.takeOverFails = false
    await world.time.advance(1_000)
    expect(told).toHaveLength(1)
  })

  it('lets a bounded number wait, and counts nobody who was answered', () => {
    const world = makeWorld()
    const told: (Shard | null)[] = []
    for (let count = 0; count < 3 * waitersMax; count++)
      expect(world.claim.whenServed(waiterOf(told, true))).toBe(true)
    for (let count = 0; count < waitersMax - 1; count++) world.claim.whenServed(waiterOf(told))

    expect(world.claim.whenServed(waiterOf(told))).toBe(true)
    expect(world.claim.whenServed(waiterOf(told))).toBe(false)
  })

  it('lets who was answered go, though nobody else comes', async () => {
    let giveLock: () => void = () => undefined
    const world = makeWorld(new Promise(resolve => (giveLock = resolve)))
    const [told, toldAnswered]: (Shard | null)[][] = [[], []]
    let isAnswered = false
    world.claim.whenServed(waiterOf(told ?? []))
    world.claim.whenServed({ ...waiterOf(toldAnswered ?? []), isAnswered: () => isAnswered })
    await world.time.advance(5_000)
    isAnswered = true
    await world.time.advance(1_000)

    giveLock()
    await world.time.advance(0)
    await world.time.advance(0)

    expect(world.claim.shard()).not.toBeNull()
    expect(told).toEqual([world.claim.shard()])
    expect(toldAnswered).toEqual([])
  })

  it('does not wait for ever for what is under way, and tells who comes too late', async () => {
    const world = makeWorld()
    await world.time.advance(0)
    world.running = 1

    const given = world.claim.give()
    await world.time.advance(10_000)
    await given
    const told: (Shard | null)[] = []
    world.claim.whenServed(waiterOf(told))

    expect(world.events.at(-1)).toBe('released')
    expect(told).toEqual([null])
  })
})
