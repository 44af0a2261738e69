import { describe, expect, it } from 'vitest'
import { everyLetter } from '@iris/common/dead-letters/letter-filter'
import { filterOfQuery } from '@iris/common/dead-letters/selection'
import { createMemoryStore } from '../store/in-memory.js'
import { listDeadLetters, type DeadLetterPage } from './list.js'
import { createLettersWorld, names, type LettersWorld } from './testing/letters-world.js'

function list(
  world: LettersWorld,
  limit: string | null = null,
  after: string | null = null,
  filter = '',
): Promise<DeadLetterPage> {
  const query = { ...names, limit, after, filter: filterOfQuery(new URLSearchParams(filter)) }
  return listDeadLetters(world.parts, query)
}

/** Every page, one after the other, as somebody would follow `next`. */
async function pages(world: LettersWorld, limit: string, filter = ''): Promise<number[][]> {
  const seen: number[][] = []
  for (let after: string | null = null; ; ) {
    const page: DeadLetterPage = await list(world, limit, after, filter)
    seen.push(offsets(page))
    if (page.next === undefined) return seen
    expect(seen.length).toBeLessThan(50)
    after = page.next
  }
}

const offsets = (page: DeadLetterPage): number[] => page.items.map(item => Number(item.id.split('-')[1]))
/** Adds letters to the log. */
function fill(world: LettersWorld, count: number, body?: string): void {
  for (let added = 0; added < count; added++) world.memory.letter({}, body)
}

const range = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_each, index) => from + index)

describe('dead letters', () => {
  it('say what is known of the message', async () => {
    const world = createLettersWorld()
    world.memory.letter({ lastStatus: 500 })
    world.memory.letter({ lastStatus: null })

    const page = await list(world)

    expect(page.items[1]).toEqual({
      id: '0-0',
      messageId: 'message-0',
      reason: 'Message sending failed with status code: 500',
      class: 'expired',
      attempts: 4,
      lastStatus: 500,
      topic: names.topic,
      partition: 3,
      offset: 0,
      time: 1000,
      body: Buffer.from('body 0').toString('base64'),
    })
    expect(page.items[0]).not.toHaveProperty('lastStatus')
    expect(page).not.toHaveProperty('next')
  })

  it('come newest first, page by page, each once', async () => {
    const world = createLettersWorld(7)
    fill(world, 25)

    expect((await pages(world, '10')).flat()).toEqual(range(25, 7).reverse())
  })

  it('are gone once a marker has closed them, on every page and by whatever place one goes on', async () => {
    const world = createLettersWorld()
    fill(world, 20)
    world.memory.close([{ first: 2, last: 4 }])
    fill(world, 5)
    world.memory.close([
      { first: 9, last: 9 },
      { first: 22, last: 22 },
    ])
    const open = range(26).filter(offset => ![2, 3, 4, 9, 20, 22].includes(offset))

    expect((await pages(world, '3')).flat()).toEqual([...open].reverse())
    expect(offsets(await list(world, null, '0-12'))).toEqual(open.filter(offset => offset < 12).reverse())
  })

  it('need the markers above a page read only once', async () => {
    const world = createLettersWorld()
    fill(world, 200)
    world.memory.close([{ first: 2, last: 4 }])
    const { next = '' } = await list(world, '5')
    world.memory.scans.length = 0

    await list(world, '5', next)

    expect(Math.max(...world.memory.scans.map(([, before]) => before))).toBeLessThanOrEqual(196)
  })

  it('can be asked for by cause, time and content', async () => {
    const world = createLettersWorld()
    for (const index of range(10)) world.memory.letter({ lastStatus: index < 6 ? 500 : 404 }, `n=${index};`)

    expect((await pages(world, '2', 'status=500')).flat()).toEqual([5, 4, 3, 2, 1, 0])
    expect((await pages(world, '2', 'body=n=7;')).flat()).toEqual([7])
    expect((await pages(world, '5', 'from=1003&to=1005')).flat()).toEqual([4, 3])
    expect((await pages(world, '5', 'status=500&body=n=7;')).flat()).toEqual([])
  })

  it('are none while there is no topic for them, and none beyond its beginning', async () => {
    const world = createLettersWorld(5)
    world.memory.letter()

    expect(await list(world, '10', '0-5')).toEqual({ items: [] })
    expect(await list(world, '10', '0-2')).toEqual({ items: [] })
    world.hasTopic = false
    expect(await list(world)).toEqual({ items: [] })
  })

  it('skip offsets that hold nothing', async () => {
    const world = createLettersWorld()
    world.memory.letter()
    world.memory.skip(37)
    world.memory.letter()

    expect(offsets(await list(world))).toEqual([38, 0])
  })

  it('stop at a size, with the place to go on', async () => {
    const world = createLettersWorld()
    fill(world, 30, 'x'.repeat(1_000_000))

    const seen = await pages(world, '30')

    expect(seen.map(page => page.length).every(count => count >= 1 && count <= 7)).toBe(true)
    expect(seen.flat()).toEqual(range(30).reverse())
  })

  it.each([
    ['0', null],
    ['101', null],
    ['x', null],
    [null, '42'],
    [null, '0-'],
    [null, '0-5~x!'],
    [null, '0-5~0.9'],
  ])('are refused for limit %j and after %j', async (limit, after) => {
    await expect(list(createLettersWorld(), limit, after)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
  })

  it('of an unknown subscription are refused', async () => {
    const { parts } = createLettersWorld()
    const query = { ...names, limit: null, after: null, filter: everyLetter }

    await expect(listDeadLetters({ ...parts, store: createMemoryStore() }, query)).rejects.toMatchObject({
      code: 'SUBSCRIPTION_NOT_EXISTS',
    })
  })
})
