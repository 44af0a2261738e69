import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateWorld, sessionMs, type RateWorld } from './testing/rate-world.js'

const rate = 300
/** Sums of parts. */
const rounding = 1e-9

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const total = ({ members }: RateWorld): number =>
  members.reduce((sum, member) => sum + (member.isDead ? 0 : member.perSecond()), 0)

/** Something that happens to one of the instances. */
type Event = 'demand' | 'idle' | 'freeze' | 'thaw' | 'cut' | 'reconnect' | 'die' | 'move'

const kinds: readonly Event[] = [
  ...(['demand', 'demand', 'demand', 'idle', 'idle', 'move', 'move'] as const),
  ...(['freeze', 'thaw', 'cut', 'reconnect', 'die'] as const),
]

interface Happening {
  readonly kind: Event
  readonly member: number
  readonly partition: number
  readonly afterMs: number
}

const event: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom(...kinds),
  member: fc.nat({ max: 2 }),
  partition: fc.nat({ max: 5 }),
  afterMs: fc.constantFrom(0, 50, 200, 400, 700, 1_000, 2_000, 5_000, sessionMs + 2_000),
})

function happen(world: RateWorld, { kind, member: index, partition }: Happening): void {
  const member = world.members[index]!
  if (kind === 'demand') member.demand = 10 * rate
  else if (kind === 'idle') member.demand = 0
  else if (kind === 'freeze') member.isFrozen = true
  else if (kind === 'thaw' && member.isFrozen) world.thaw(member)
  else if (kind === 'cut') member.isCut = true
  else if (kind === 'reconnect' && member.isCut) world.reconnect(member)
  else if (kind === 'die' && world.members.filter(each => !each.isDead).length > 1) member.isDead = true
  else if (kind === 'move') world.move(partition, member)
}

describe('lending between instances', () => {
  it('never lets them send more than the rate together, whatever happens to them', async () => {
    const history = fc.record({
      seed: fc.integer(),
      delayMaxMs: fc.constantFrom(40, 300, 700),
      events: fc.array(event, { minLength: 5, maxLength: 40, size: 'max' }),
    })
    await fc.assert(
      fc.asyncProperty(history, async ({ seed, delayMaxMs, events }) => {
        const random = randomOf(seed)
        const world = rateWorld({ rate, instances: 3, partitions: 6, random, delayMaxMs })
        await world.run(2_000)
        for (const each of events) {
          happen(world, each)
          await world.run(each.afterMs)
        }
        expect(world.worst()).toBeLessThanOrEqual(1 + rounding)
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('gives back what each may send on its own, once all want it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(event, { maxLength: 12 }), async (seed, events) => {
        const world = rateWorld({ rate, instances: 3, partitions: 6, random: randomOf(seed) })
        await world.run(2_000)
        for (const each of events.filter(({ kind }) => kind !== 'die' && kind !== 'move')) {
          happen(world, each)
          await world.run(each.afterMs)
        }
        for (const member of world.members) {
          if (member.isFrozen) world.thaw(member)
          if (member.isCut) world.reconnect(member)
          member.demand = 10 * rate
        }
        await world.run(sessionMs + 4_000)

        expect(total(world)).toBeCloseTo(rate)
      }),
      // What was given back while it asked was not seen, and nothing made it ask again.
      { numRuns: 40, examples: [[4, [{ kind: 'demand', member: 0, partition: 0, afterMs: 8_000 }]]] },
    )
  }, 60_000)

  it('brings a busy instance nearly all of the rate within seconds, and the others keep a tenth', async () => {
    const world = rateWorld({ rate, instances: 3, partitions: 6, random: randomOf(1) })
    await world.run(3_000)
    world.members[0]!.demand = 10 * rate
    await world.run(3_000)

    expect(world.members.map(member => member.perSecond())).toEqual([280, 10, 10].map(about))
    world.members[1]!.demand = 10 * rate
    await world.run(3_000)
    const [first, second, third] = world.members.map(member => member.perSecond())
    expect(second).toBeGreaterThanOrEqual(99)
    expect(third).toBeCloseTo(10)
    expect(first! + second! + third!).toBeCloseTo(rate)
    expect(world.worst()).toBeLessThanOrEqual(1 + rounding)
  })

  it('shares what is free among all that want it', async () => {
    const world = rateWorld({ rate, instances: 3, partitions: 6, random: randomOf(2) })
    await world.run(3_000)
    world.members[0]!.demand = world.members[1]!.demand = 10 * rate
    await world.run(4_000)

    const [first, second, third] = world.members.map(member => member.perSecond())
    expect([first, second, third]).toEqual([145, 145, 10].map(about))
  })

  it('lends no more than a lender does without', async () => {
    const world = rateWorld({ rate, instances: 2, partitions: 6, random: randomOf(3) })
    await world.run(3_000)
    world.members[0]!.demand = 10 * rate
    world.members[1]!.demand = 60
    await world.run(10_000)

    const [first, second] = world.members.map(member => member.perSecond())
    expect(second).toBeGreaterThanOrEqual(75)
    expect(second).toBeLessThan(100)
    expect(first! + second!).toBeCloseTo(rate)
  })

  it('writes only when a need changes, and takes back what is not needed', async () => {
    const world = rateWorld({ rate, instances: 3, partitions: 6, random: randomOf(4) })
    await world.run(10_000)
    expect(world.writes()).toBe(0)

    world.members[0]!.demand = 10 * rate
    await world.run(10_000)
    const writes = world.writes()
    expect(writes).toBeLessThanOrEqual(6)
    await world.run(60_000)
    expect(world.writes()).toBe(writes)

    world.members[0]!.demand = 0
    await world.run(10_000)
    expect(world.members.map(member => member.perSecond())).toEqual([100, 100, 100].map(about))
  })

  it('leaves nothing with one that died, nor with one that is taken for dead', async () => {
    const world = rateWorld({ rate, instances: 3, partitions: 6, random: randomOf(5) })
    const [first, second, third] = world.members
    await world.run(3_000)
    first!.demand = 10 * rate
    await world.run(3_000)
    first!.isFrozen = true
    second!.demand = third!.demand = 10 * rate
    await world.run(sessionMs + 4_000)

    expect(second!.perSecond() + third!.perSecond()).toBeCloseTo(rate)
    world.thaw(first!)
    await world.run(4_000)
    expect(world.worst()).toBeLessThanOrEqual(1 + rounding)
  })
})

function about(value: number): unknown {
  return expect.closeTo(value, 5)
}
