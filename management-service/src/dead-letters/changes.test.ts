import { describe, expect, it } from 'vitest'
import { everyLetter } from '@iris/common/dead-letters/letter-filter'
import { copyDeadLetter } from './copy.js'
import { countOpen } from './count-open.js'
import { showDeadLetter } from './find-letter.js'
import { listDeadLetters } from './list.js'
import { purgeDeadLetters, type Purged } from './purge.js'
import { summarizeDeadLetters, type DeadLetterSummary } from './summary.js'
import { createLettersWorld, names, type LettersWorld } from './testing/letters-world.js'

async function open(world: LettersWorld): Promise<string[]> {
  const query = { ...names, limit: '100', after: null, filter: everyLetter }
  return (await listDeadLetters(world.parts, query)).items.map(({ id }) => id)
}

const purge = (
  world: LettersWorld,
  body: unknown,
  after: string | null = null,
): Promise<Purged | DeadLetterSummary> => purgeDeadLetters(world.parts, names, { body, after })

describe('one dead letter', () => {
  it('is shown with its key and all its headers', async () => {
    const world = createLettersWorld()
    const headers = [
      ['id', Buffer.from('m-1')],
      ['h-Trace', Buffer.from('abc')],
      ['Dlq-Reason', Buffer.from('boom')],
    ] as const
    world.memory.append({ key: Buffer.from('k'), value: Buffer.from('{}'), headers })

    expect(await showDeadLetter(world.parts, names, '0-0')).toMatchObject({
      id: '0-0',
      messageId: 'm-1',
      reason: 'boom',
      key: Buffer.from('k').toString('base64'),
      propagated: [{ name: 'Trace', value: 'abc' }],
      headers: headers.map(([name, value]) => ({ name, value: value.toString() })),
    })
  })

  it('does not exist where there is none, or no longer', async () => {
    const world = createLettersWorld(3)
    for (let count = 0; count < 4; count++) world.memory.letter()
    world.memory.close([{ first: 5, last: 5 }])
    world.memory.skip()

    for (const id of ['0-2', '0-5', '0-7', '0-8', '0-9', '1-3', 'x']) {
      await expect(showDeadLetter(world.parts, names, id)).rejects.toMatchObject({
        code: 'DEAD_LETTER_NOT_EXISTS',
        status: 404,
      })
    }
    expect((await showDeadLetter(world.parts, names, '0-6')).id).toBe('0-6')
  })
})

describe('a copy', () => {
  const original = { key: Buffer.from('k'), value: Buffer.from('{"a":bad}') }
  const headers = [
    ['id', Buffer.from('m-1')],
    ['h-Trace', Buffer.from('abc')],
    ['Dlq-Reason', Buffer.from('boom')],
    ['Dlq-Cause', Buffer.from('tls')],
  ] as const

  it('has the new body, the old message id, and points to the original, which stays', async () => {
    const world = createLettersWorld()
    world.memory.append({ ...original, headers })

    const made = await copyDeadLetter(world.parts, names, { id: '0-0', body: { text: '{"a":"good"}' } })
    const copy = await showDeadLetter(world.parts, names, '0-1')

    expect(made).toEqual({ id: '0-1', copyOf: '0-0' })
    expect(copy).toMatchObject({ copyOf: '0-0', messageId: 'm-1', reason: 'boom' })
    expect(copy.key).toBe(Buffer.from('k').toString('base64'))
    expect(copy.propagated).toEqual([{ name: 'Trace', value: 'abc' }])
    expect(copy.headers).toContainEqual({ name: 'Dlq-Cause', value: 'tls' })
    expect(Buffer.from(copy.body, 'base64').toString()).toBe('{"a":"good"}')
    expect(await open(world)).toEqual(['0-1', '0-0'])
  })

  it('of a copy points to the copy, and may take its place', async () => {
    const world = createLettersWorld()
    world.memory.append({ ...original, headers })
    await copyDeadLetter(world.parts, names, { id: '0-0', body: { text: '1' } })

    const body = {
      body: Buffer.from('2').toString('base64'),
      key: null,
      headers: { New: 'x' },
      replace: true,
    }
    await copyDeadLetter(world.parts, names, { id: '0-1', body })
    const copy = await showDeadLetter(world.parts, names, '0-2')

    expect(copy).toMatchObject({ copyOf: '0-1', propagated: [{ name: 'New', value: 'x' }] })
    expect(copy).not.toHaveProperty('key')
    expect(copy.headers.filter(({ name }) => name === 'Dlq-Copy-Of')).toHaveLength(1)
    expect(await open(world)).toEqual(['0-2', '0-0'])
  })

  it.each([
    [{}, 'as text, or as body'],
    [{ text: '1', body: 'MQ==' }, 'as text, or as body'],
    [{ body: 'not base64!' }, 'as text, or as body'],
    [{ text: '{"a":bad}' }, 'The topic takes JSON'],
    [{ text: '1', key: 5 }, 'key must be'],
    [{ text: '1', headers: { 'a b': 'x' } }, 'headers.a b'],
    [{ text: '1', headers: { a: 'x\ny' } }, 'headers.a'],
    [{ text: '1', replcae: true }, 'replcae is none of'],
    [[], 'must be a JSON object'],
  ])('made of %j is refused, and nothing is stored', async (body, problem) => {
    const world = createLettersWorld()
    world.memory.append({ ...original, headers })

    await expect(copyDeadLetter(world.parts, names, { id: '0-0', body })).rejects.toThrow(problem)

    expect(world.memory.next).toBe(1)
  })
})

describe('a purge', () => {
  const filled = (): LettersWorld => {
    const world = createLettersWorld()
    for (let count = 0; count < 6; count++) world.memory.letter({ lastStatus: count % 2 === 0 ? 500 : 404 })
    return world
  }

  it('of some by id leaves the others', async () => {
    const world = filled()

    expect(await purge(world, { ids: ['0-1', '0-2', '0-99'] })).toEqual({ purged: 2, isComplete: true })

    expect(await open(world)).toEqual(['0-5', '0-4', '0-3', '0-0'])
  })

  it('by a filter leaves what does not fit, and what came later', async () => {
    const world = filled()

    expect(await purge(world, { filter: { status: 404 } })).toEqual({ purged: 3, isComplete: true })
    world.memory.letter({ lastStatus: 404 })

    expect(await open(world)).toEqual(['0-7', '0-4', '0-2', '0-0'])
    expect(await purge(world, { filter: { status: 404 } })).toEqual({ purged: 1, isComplete: true })
  })

  it('of all removes them from Kafka', async () => {
    const world = filled()

    expect(await purge(world, { all: true })).toEqual({ isComplete: true })
    world.memory.letter()

    expect(await open(world)).toEqual(['0-6'])
    expect(world.memory.first).toBe(6)
  })

  it('of nothing does nothing', async () => {
    const world = createLettersWorld()
    world.hasTopic = false

    expect(await purge(world, { all: true })).toEqual({ isComplete: true })
    expect(await purge(world, { ids: ['0-1'] })).toEqual({ purged: 0, isComplete: true })
    expect(await purge(world, { filter: { status: 404 } })).toEqual({ purged: 0, isComplete: true })
  })

  it('that is only tried counts, and removes nothing', async () => {
    const world = filled()

    expect(await purge(world, { all: true, dryRun: true })).toMatchObject({ total: 6, isComplete: true })
    expect(await purge(world, { ids: ['0-1'], dryRun: true })).toMatchObject({ total: 1 })
    expect(await purge(world, { filter: { status: 404 }, dryRun: true })).toMatchObject({ total: 3 })

    expect(await open(world)).toHaveLength(6)
  })

  it.each([{ dryrun: true }, { dryRun: 'true' }, { after: '0-3' }])(
    'with the member %j is refused',
    async slip => {
      const world = filled()

      await expect(purge(world, { all: true, ...slip })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })

      expect(await open(world)).toHaveLength(6)
    },
  )

  it('that does not say what is meant is refused', async () => {
    const world = filled()

    for (const body of [{}, null, { filter: {} }, { all: true, filter: { status: 404 } }])
      await expect(purge(world, body)).rejects.toThrow()

    expect(await open(world)).toHaveLength(6)
  })
})

describe('a count', () => {
  it('is of letters that are open, those of a time apart; never of markers', async () => {
    const world = createLettersWorld()
    for (let index = 0; index < 5; index++) world.memory.letter()
    world.memory.close([{ first: 1, last: 1 }])
    world.memory.close([{ first: 4, last: 4 }])

    expect(await countOpen(world.parts, names, 1_002)).toEqual({ all: 3, since: 2 })
    world.hasTopic = false
    expect(await countOpen(world.parts, names, 0)).toEqual({ all: 0, since: 0 })
  })
})

describe('a summary', () => {
  it('counts open letters by class, status, cause and reason', async () => {
    const world = createLettersWorld()
    world.memory.letter({ class: 'refused', lastStatus: 404, reason: 'gone' })
    world.memory.letter({ class: 'expired', lastStatus: 500, reason: 'boom' })
    world.memory.letter({ class: 'expired', lastStatus: null, reason: 'boom' })
    world.memory.letter({ class: 'pipeline', lastStatus: null, reason: 'unreadable' })
    world.memory.close([{ first: 3, last: 3 }])

    expect(await summarizeDeadLetters(world.parts, { ...names, after: null, filter: everyLetter })).toEqual({
      total: 3,
      byClass: { refused: 1, expired: 2 },
      byStatus: { 404: 1, 500: 1, none: 1 },
      byCause: [
        { cause: 'other', count: 1, newest: 1002 },
        { cause: '500', count: 1, newest: 1001 },
        { cause: '404', count: 1, newest: 1000 },
      ],
      byReason: [
        { reason: 'boom', count: 2 },
        { reason: 'gone', count: 1 },
      ],
      otherReasons: 0,
      oldest: 1000,
      newest: 1002,
      isComplete: true,
    })
  })

  it('lists a bounded number of reasons and counts the rest', async () => {
    const world = createLettersWorld()
    for (let index = 0; index < 120; index++) world.memory.letter({ reason: `reason ${index}` })

    const summary = await summarizeDeadLetters(world.parts, { ...names, after: null, filter: everyLetter })

    expect(summary).toMatchObject({ total: 120, otherReasons: 20 })
    expect(summary.byReason).toHaveLength(100)
  })

  it('says when it was cut, and goes on there', async () => {
    const world = createLettersWorld()
    for (let index = 0; index < 2_000; index++) world.memory.letter()
    let looks = 0
    const clock = { ...world.time, monotonic: () => (looks++ === 0 ? 0 : looks * 2_000) }
    const query = { ...names, after: null, filter: everyLetter }

    const cut = await summarizeDeadLetters({ ...world.parts, clock }, query)
    const rest = await summarizeDeadLetters(world.parts, { ...query, after: cut.next ?? null })

    expect(cut).toMatchObject({ total: 500, isComplete: false })
    expect(rest).toMatchObject({ total: 1_500, isComplete: true })
    expect(rest).not.toHaveProperty('next')
  })
})
