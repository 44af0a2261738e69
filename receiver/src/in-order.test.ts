import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startOf, takeChange, takeSnapshot, type Progress, type Rules } from './in-order.js'
import { createMemoryProgress } from './memory.js'
import { inOrder, verdictOf } from './projection.js'
import { accept, retryLater } from './verdict.js'

type Offer = Readonly<Record<string, unknown>>
const apply = (offer: Offer, change: Offer): Offer => ({ ...offer, ...change })
const offers = (heldMax?: number) =>
  inOrder(createMemoryProgress<Offer, Offer>(), {
    initial: {},
    apply,
    ...(heldMax === undefined ? {} : { heldMax }),
  })

describe('incremental events', () => {
  it('delivered as 1, 3, 2 end with both changes, and version 3 waits for 2', async () => {
    const projection = offers()
    await projection.change('o1', 1, { name: 'tea', price: 1 })
    const early = await projection.change('o1', 3, { name: 'green tea' })

    expect(early).toMatchObject({
      outcome: 'held',
      progress: { version: 1, state: { name: 'tea', price: 1 } },
    })

    await projection.change('o1', 2, { price: 2 })
    expect(await projection.read('o1')).toEqual({
      version: 3,
      state: { name: 'green tea', price: 2 },
      held: [],
    })
  })

  it('that come again change nothing, whether applied or held', async () => {
    const projection = offers()
    for (const version of [1, 1, 3, 3]) await projection.change('o1', version, { [`v${version}`]: true })

    expect(await projection.change('o1', 1, { name: 'wrong' })).toMatchObject({ outcome: 'old' })
    expect(await projection.read('o1')).toEqual({
      version: 1,
      state: { v1: true },
      held: [{ version: 3, change: { v3: true } }],
    })
  })

  it('of other keys do not wait', async () => {
    const projection = offers()
    await projection.change('o1', 2, {})

    expect((await projection.change('o2', 1, {})).outcome).toBe('applied')
    expect(await projection.read('o3')).toBeNull()
  })

  it('beyond the bound are not taken, so that they come again; the one that is missing still is', async () => {
    const projection = offers(2)
    for (const version of [2, 3]) await projection.change('o1', version, {})
    const full = await projection.change('o1', 4, {})

    expect(full.outcome).toBe('full')
    expect(verdictOf(full)).toEqual(retryLater({ seconds: 10, isMessageOnly: true }))
    const step = await projection.change('o1', 1, {})
    expect(step).toMatchObject({ outcome: 'applied', progress: { version: 3 } })
    expect(verdictOf(step)).toEqual(accept())
  })

  it.each([0, -1, 1.5, NaN])('have no version %d', async version => {
    await expect(offers().change('o1', version, {})).rejects.toThrow('a whole number from 1 on')
  })
})

describe('snapshot events', () => {
  it('of an older version are ignored', async () => {
    const projection = offers()
    await projection.snapshot('o1', 2, { price: 120 })

    expect(await projection.snapshot('o1', 1, { price: 100 })).toMatchObject({
      outcome: 'old',
      progress: { state: { price: 120 } },
    })
  })

  it('close a gap for changes that were held, and drop those that they hold already', async () => {
    const projection = offers()
    for (const version of [3, 5]) await projection.change('o1', version, { [`v${version}`]: true })
    const step = await projection.snapshot('o1', 4, { price: 4 })

    expect(step.progress).toEqual({ version: 5, state: { price: 4, v5: true }, held: [] })
  })
})

describe('in any order, with repeats, a projection', () => {
  const rules: Rules<readonly number[], number> = {
    apply: (state, change) => [...state, change],
    heldMax: 1_000,
  }
  const sequence = fc
    .integer({ min: 1, max: 30 })
    .chain(count => fc.tuple(fc.constant(count), fc.array(fc.integer({ min: 1, max: count }))))

  it('applies each version once, in order, and holds nothing in the end', () => {
    fc.assert(
      fc.property(sequence, fc.infiniteStream(fc.nat()), ([count, repeats], chance) => {
        const all = [...repeats, ...Array.from({ length: count }, (_, index) => index + 1)]
        const shuffled = all
          .map(version => [chance.next().value ?? 0, version] as const)
          .sort(([one], [other]) => one - other)
        let progress: Progress<readonly number[], number> = startOf([])
        for (const [, version] of shuffled) {
          progress = takeChange(rules, progress, version, version).progress
          expect(progress.state).toEqual(Array.from({ length: progress.version }, (_, index) => index + 1))
        }
        expect(progress).toMatchObject({ version: count, held: [] })
      }),
    )
  })

  it('never goes back behind a snapshot', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 })), versions => {
        let progress: Progress<number, number> = startOf(0)
        for (const version of versions)
          progress = takeSnapshot(
            { apply: (_, change) => change, heldMax: 1 },
            progress,
            version,
            version,
          ).progress

        expect(progress.state).toBe(Math.max(0, ...versions))
      }),
    )
  })
})
