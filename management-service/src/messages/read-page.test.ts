import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexOfKey } from '@iris/common/kafka/partitioner'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { readMessagesQuery, type AskedMessages } from './message-query.js'
import { lookedBytesMax, searchMs } from './look.js'
import { readPage, type PageParts } from './read-page.js'
import { createMessageLog, type MessageLog } from './testing/message-log.js'

const none: AskedMessages = { from: null, partition: null, key: null, max: null, next: null }

function setUp(partitions = 3) {
  const log = createMessageLog(partitions)
  const clock = createVirtualTime()
  const parts: PageParts = { clock, search: log.search, scan: log.scan }
  const page = (asked: Partial<AskedMessages> = {}) =>
    readPage(parts, 'g.t', readMessagesQuery({ ...none, ...asked }))
  /** All pages, as values. */
  const walk = async (asked: Partial<AskedMessages>, of = parts): Promise<string[][]> => {
    const pages: string[][] = []
    for (let next: string | null = ''; next !== null; ) {
      const read = await readPage(of, 'g.t', readMessagesQuery({ ...none, ...asked, next }))
      pages.push(read.entries.map(({ value }) => value?.toString() ?? ''))
      next = read.next
      if (pages.length > 1_000) throw new Error('it does not end')
    }
    return pages
  }
  return { log, clock, parts, page, walk }
}

/** Numbers in the order of their time, over partitions that `place` chooses. */
function fill(log: MessageLog, count: number, place: (n: number) => number, from = 0): void {
  for (let n = from; n < from + count; n++)
    log.append({ partition: place(n), timeMs: 1_000 + n, value: `${n}` })
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: Math.abs(to - from) }, (_each, n) => String(from < to ? from + n : from - n - 1))

describe('pages of messages', () => {
  it('begin with the newest over all partitions, and go back to the oldest without a gap', async () => {
    const { log, walk } = setUp()
    fill(log, 230, n => (n * 7) % 3)
    const pages = await walk({ max: 50 })

    expect(pages.map(each => each.length)).toEqual([50, 50, 50, 50, 30])
    expect(pages.flat()).toEqual(numbers(230, 0))
  })

  it('from the earliest go forward, in the order of time', async () => {
    const { log, walk } = setUp()
    fill(log, 120, n => (n * n) % 3)
    log.forget(0, 5)
    const read = (await walk({ from: 'earliest', max: 7 })).flat()

    expect(read).toHaveLength(115)
    expect(read).toEqual([...read].sort((one, other) => Number(one) - Number(other)))
  })

  it('from a time, and from an offset of a partition, begin there', async () => {
    const { log, walk } = setUp()
    fill(log, 60, n => n % 3)

    expect((await walk({ from: new Date(1_050).toISOString() })).flat()).toEqual(numbers(50, 60))
    expect((await walk({ from: '17', partition: '1' })).flat()).toEqual(['52', '55', '58'])
    expect((await walk({ from: '0', partition: 2, max: 500 })).flat()).toHaveLength(20)
  })

  it('keep the order of a partition whose times are not in order, and lose nothing', async () => {
    const { log, walk } = setUp(2)
    for (const [n, timeMs] of [5, 3, 9, 1, 7].entries()) log.append({ timeMs, value: `a${n}` })
    for (const [n, timeMs] of [2, 8, 4].entries()) log.append({ partition: 1, timeMs, value: `b${n}` })
    const read = (await walk({ max: 2 })).flat()

    expect(read.filter(each => each.startsWith('a'))).toEqual(['a4', 'a3', 'a2', 'a1', 'a0'])
    expect(read.filter(each => each.startsWith('b'))).toEqual(['b2', 'b1', 'b0'])
    expect(read).toHaveLength(8)
  })

  it('pass over offsets that hold no message, and what retention took between two pages', async () => {
    const { log, page, walk } = setUp(1)
    for (let n = 0; n < 40; n++) log.append({ timeMs: n, value: `${n}`, gap: n % 2 === 0 ? 300 : 0 })

    expect((await walk({ max: 15 })).flat()).toEqual(numbers(40, 0))
    const { next } = await page({ max: 10 })
    log.forget(0, 35)
    expect((await page({ max: 10, next })).entries).toHaveLength(0)
  })

  it.each(['latest', 'earliest'])('pass over a long gap in few steps: from %s', async from => {
    const { log, parts, walk } = setUp(2)
    let scans = 0
    const counted: PageParts['scan'] = (...request) => (scans++, log.scan(...request))
    fill(log, 40, n => n % 2)
    log.append({ timeMs: 2_000, value: '40', gap: 1_000_000 })
    log.append({ timeMs: 2_001, value: '41', gap: 1_000_000 })
    log.append({ partition: 1, timeMs: 2_002, value: '42', gap: 50_000 })
    const pages = await walk({ from, max: 20 }, { ...parts, scan: counted })

    expect(pages.flat()).toEqual(from === 'latest' ? numbers(43, 0) : numbers(0, 43))
    expect(scans).toBeLessThan(60)
  })

  it.each(['latest', 'earliest'])('lose and repeat nothing among gaps of any length: from %s', async from => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.constantFrom(0, 0, 0, 1, 15, 16, 17, 400, 70_000)), {
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 20 }),
        async (records, max) => {
          const { log, walk } = setUp()
          for (const [n, [partition, gap]] of records.entries())
            log.append({ partition, gap, timeMs: 1_000 + n, value: `${n}` })
          const all = numbers(0, records.length)

          expect((await walk({ from, max })).flat()).toEqual(from === 'latest' ? all.toReversed() : all)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are nothing of an empty topic, and complete', async () => {
    expect(await setUp().page()).toEqual({ entries: [], next: null })
  })

  it('hold no more bytes than an answer may, but at least one message', async () => {
    const { log, page } = setUp(1)
    const huge = 'x'.repeat(5 * 1024 * 1024)
    for (let n = 0; n < 3; n++) log.append({ timeMs: n, value: huge })
    const { entries, next } = await page()

    expect(entries).toHaveLength(1)
    expect((await page({ next })).entries).toHaveLength(1)
  })

  it('read on one page what is newest although one partition has nearly all', async () => {
    const { log, page } = setUp()
    log.append({ partition: 2, timeMs: 1, value: 'old' })
    fill(log, 2_000, () => 0)
    const { entries } = await page({ max: 500 })

    expect(entries.map(({ value }) => value?.toString())).toEqual(numbers(2_000, 1_500))
  })
})

describe('messages of a key', () => {
  const key = 'order-7'

  it('are looked for where the key belongs, and nowhere else while they are found there', async () => {
    const { log, page } = setUp(4)
    const home = indexOfKey(Buffer.from(key), 4)
    for (let n = 0; n < 100; n++)
      for (let partition = 0; partition < 4; partition++)
        log.append({
          ...{ partition, timeMs: n, value: `${n}` },
          key: partition === home && n % 10 === 0 ? key : 'other',
        })
    const { entries } = await page({ key, max: 5 })

    expect(entries.map(({ value }) => value?.toString())).toEqual(['90', '80', '70', '60', '50'])
    expect(entries.every(({ partition }) => partition === home)).toBe(true)
    // One partition, once to find and once to read what lies about it: not all four.
    expect(log.lookedAt()).toBeLessThan(200)
  })

  it('are found where fewer partitions had put them, the older behind the newer', async () => {
    const { log, walk } = setUp(4)
    const homes = (of: string): number[] => [4, 3].map(count => indexOfKey(Buffer.from(of), count))
    const key = numbers(0, 50).find(each => homes(each)[0] !== homes(each)[1]) ?? ''
    const [now = 0, before = 0] = homes(key)
    expect(now).not.toBe(before)
    for (let n = 0; n < 3; n++) log.append({ partition: before, timeMs: n, key, value: `before ${n}` })
    for (let n = 3; n < 6; n++) log.append({ partition: now, timeMs: n, key, value: `now ${n}` })
    const [old, young] = [numbers(0, 3).map(n => `before ${n}`), numbers(3, 6).map(n => `now ${n}`)]

    for (const max of [2, 3, 50])
      expect((await walk({ key, max })).flat()).toEqual([...young.toReversed(), ...old.toReversed()])
    expect((await walk({ key, from: 'earliest', max: 2 })).flat()).toEqual([...old, ...young])
  })

  it('hold no more bytes than an answer may, out of all places of the key together', async () => {
    const { log, page } = setUp(4)
    const homes = (of: string): number[] => [4, 3].map(count => indexOfKey(Buffer.from(of), count))
    const key = numbers(0, 50).find(each => homes(each)[0] !== homes(each)[1]) ?? ''
    const [now = 0, before = 0] = homes(key)
    const value = Buffer.alloc(3 * 1024 * 1024)
    for (let n = 0; n < 2; n++) log.append({ partition: before, timeMs: n, key, value })
    for (let n = 2; n < 4; n++) log.append({ partition: now, timeMs: n, key, value })
    const first = await page({ key })
    const second = await page({ key, next: first.next })

    expect([first, second].map(({ entries }) => entries.map(({ timestampMs }) => timestampMs))).toEqual([
      [3, 2],
      [1, 0],
    ])
    expect(second.next).toBeNull()
  })

  it('in Latin-1 are found as those in UTF-8', async () => {
    const { log, walk } = setUp(1)
    log.append({ timeMs: 1, key: 'jürgen', value: 'a' })
    log.append({ timeMs: 2, key: 'jurgen', value: 'b' })

    expect((await walk({ key: 'jürgen' })).flat()).toEqual(['a'])
  })

  it('end a page when time is over, and go on where that ended', async () => {
    const { log, clock, parts, walk } = setUp(1)
    log.append({ timeMs: 0, key, value: 'found' })
    fill(log, 20_000, () => 0, 1)
    const scan: PageParts['scan'] = async (...request) => {
      await clock.advance(searchMs)
      return parts.scan(...request)
    }
    const query = (next: string | null) => readMessagesQuery({ ...none, key, next })
    const first = await readPage({ ...parts, scan }, 'g.t', query(null))

    expect([first.entries.length, first.next]).toEqual([0, expect.stringMatching(/^older:0-\d+$/)])
    expect((await walk({ key })).flat()).toEqual(['found'])
  })
})

describe('a page that would read much', () => {
  const mebibyte = 1024 * 1024
  const large = Buffer.alloc(mebibyte)
  /** Every entry once, by pages; `parts` may be others than those of the log. */
  const walkPlaces = async (parts: PageParts, asked: Partial<AskedMessages>): Promise<string[][]> => {
    const pages: string[][] = []
    for (let next: string | null = ''; next !== null; ) {
      const read = await readPage(parts, 'g.t', readMessagesQuery({ ...none, ...asked, next }))
      pages.push(read.entries.map(({ partition, offset }) => `${partition}-${offset}`))
      next = read.next
      if (pages.length > 1_000) throw new Error('it does not end')
    }
    return pages
  }
  const places = (partitions: number, offsets: number): string[] =>
    Array.from(
      { length: partitions * offsets },
      (_each, n) => `${n % partitions}-${Math.floor(n / partitions)}`,
    )

  it.each(['latest', 'earliest'])('is cut within a stretch of large messages: from %s', async from => {
    const { log, parts, page } = setUp(1)
    // Sizes would be guessed from the first ones that are looked at.
    if (from === 'earliest') fill(log, 20, () => 0)
    for (let n = 0; n < 100; n++) log.append({ timeMs: 2_000 + n, value: large })
    if (from === 'latest') fill(log, 20, () => 0, 5_000)
    const { entries, next } = await page({ from, max: 500 })

    expect(entries.length).toBeGreaterThan(20)
    expect(next).not.toBeNull()
    expect(log.lookedAtBytes()).toBeLessThan(70 * mebibyte)
    const all = places(1, 120)
    expect((await walkPlaces(parts, { from, max: 500 })).flat()).toEqual(
      from === 'latest' ? all.toReversed() : all,
    )
  })

  it('reads a few stretches beyond a gap on the way back, and not all that lies there', async () => {
    const { log, page } = setUp(1)
    for (let n = 0; n < 10_000; n++) log.append({ timeMs: n, value: large.subarray(0, 16 * 1024) })
    log.append({ timeMs: 20_000, value: 'newest', gap: 1_000_000 })
    const { entries } = await page({ max: 10 })

    expect(entries.map(({ offset }) => offset)).toEqual([1_010_000, ...numbers(10_000, 9_991).map(Number)])
    expect(log.lookedAtBytes()).toBeLessThan(20 * mebibyte)
  })

  it('reads so many bytes of all partitions together', async () => {
    const { log, page } = setUp(100)
    for (let n = 0; n < 800; n++) log.append({ partition: n % 100, timeMs: n, value: large })
    const { entries, next } = await page()

    expect([entries.length > 0, next === null]).toEqual([true, false])
    // Beyond it: an entry of each partition, what was under way, and the chosen ones once more.
    expect(log.lookedAtBytes()).toBeLessThan(lookedBytesMax + 150 * mebibyte)
  })

  it.each(['latest', 'earliest'])('is cut when time is over, and goes on there: from %s', async from => {
    const { log, parts } = setUp(3)
    for (let n = 0; n < 120; n++)
      log.append({ partition: n % 3, timeMs: n, value: large.subarray(0, 128 * 1024) })
    let nowMs = 0
    const clock = { now: () => nowMs, monotonic: () => nowMs }
    const scan: PageParts['scan'] = (topic, range, visit, mayGoOn) =>
      parts.scan(
        topic,
        range,
        entry => {
          nowMs += searchMs / 20
          visit(entry)
        },
        mayGoOn,
      )
    const pages = await walkPlaces({ ...parts, clock, scan }, { from, max: 100 })

    const all = places(3, 40)
    expect(pages.flat()).toEqual(from === 'latest' ? all.toReversed() : all)
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThan(25)
  })
})

describe('what is asked for', () => {
  it.each([
    [{ from: 'soon' }, 'from must be milliseconds since the epoch or a date'],
    [{ from: '17' }, 'from is an offset, which only means something together with partition'],
    [{ partition: 'x' }, 'partition must be a whole number'],
    [{ max: '501' }, 'max must be a number from 1 to 500'],
    [{ max: 0 }, 'max must be a number from 1 to 500'],
    [{ next: '0-17' }, 'next must be the next of an answer'],
    [{ next: 'older:x' }, 'next must be the next of an answer'],
    [{ key: 'x'.repeat(8_193) }, 'key must not be longer than 8192 letters'],
  ])('%j is refused', (asked, problem) => {
    expect(() => readMessagesQuery({ ...none, ...asked })).toThrow(problem)
  })

  it('is refused where the topic has no such partition', async () => {
    await expect(setUp().page({ partition: 3 })).rejects.toThrow('partition 3 does not exist in the topic')
  })
})
