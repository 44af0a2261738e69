import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '@iris/common/time/clock'
import { turnMsMax } from './feed.js'
import type { StreamItem } from './item.js'
import { readPosition } from './position.js'
import { Reading } from './reading.js'
import { createStreamWorld, kafkaTopic, placesOf, type StreamWorld } from './testing/stream-world.js'
import type { Start } from './wish.js'
import { comesTrue } from './testing/comes-true.js'

const worlds: StreamWorld[] = []
const world = (...bounds: Parameters<typeof createStreamWorld>): StreamWorld => {
  const made = createStreamWorld(...bounds)
  worlds.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(worlds.splice(0).map(each => each.stop()))
})
const earliest: Start = { kind: 'earliest' }
const at = (text: string): Start => ({ kind: 'position', text, next: readPosition(text) ?? [] })
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))
const numbers = (partition: number, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${partition}:${from + index}`)

describe('a reader', () => {
  it('hears what comes from now on, unless it asks for more', async () => {
    const made = world(2)
    made.broker.append(kafkaTopic, 0, numbered(3))
    const [now, all] = await Promise.all([made.read({ kind: 'latest' }), made.read(earliest)])
    made.broker.append(kafkaTopic, 1, ['new'])

    await comesTrue(() => expect(placesOf(now.items)).toEqual(['1:0']))
    await comesTrue(() => expect(placesOf(all.items)).toEqual(['0:0', '0:1', '0:2', '1:0']))
    expect(now.items[0]?.position).toBe('1-0,0-2')
  })

  it('shares one reading of the log with all others near the head', async () => {
    const made = world(1)
    const readers = await Promise.all(Array.from({ length: 50 }, () => made.read({ kind: 'latest' })))
    for (let round = 0; round < 5; round++) {
      made.broker.append(kafkaTopic, 0, ['x'])
      await comesTrue(() => expect(readers.every(({ items }) => items.length === round + 1)).toBe(true))
    }

    expect(made.reader.stats().followers).toBe(1)
    expect(readers.every(({ items }) => items[3] === readers[0]?.items[3])).toBe(true)
  })

  it('gets the newest of all partitions, from memory or from the log', async () => {
    const made = world(2)
    for (let round = 0; round < 4; round++) made.broker.append(kafkaTopic, round % 2, [`${round}`])
    const fromLog = await made.read({ kind: 'replay', count: 1 })
    await comesTrue(() => expect(fromLog.items).toHaveLength(1))

    const live = await made.read({ kind: 'latest' })
    made.broker.append(kafkaTopic, 0, numbered(5))
    await comesTrue(() => expect(live.items).toHaveLength(5))
    const fromMemory = await made.read({ kind: 'replay', count: 3 })
    expect(placesOf(fromMemory.items)).toEqual(numbers(0, 4, 7))
    expect(fromMemory.reading.isBehind()).toBe(false)

    const few = await made.read({ kind: 'replay', count: 100 })
    await comesTrue(() => expect(few.items).toHaveLength(9))
  })

  it('is told what retention has removed before it came back', async () => {
    const made = world(2)
    made.broker.append(kafkaTopic, 0, numbered(10))
    made.broker.append(kafkaTopic, 1, numbered(5))
    made.broker.trim(kafkaTopic, 0, 10)

    const resumed = await made.read(at('0-2,1-3'))

    await comesTrue(() => expect(resumed.items).toHaveLength(2))
    expect(placesOf(resumed.items)).toEqual(['0:3>10', '1:4'])
    expect(resumed.items[1]?.position).toBe('1-4,0-9')
  })

  it('begins anew, and is told so, where the topic has fewer messages than it has read', async () => {
    const made = world(1)
    made.broker.append(kafkaTopic, 0, numbered(2))
    const resumed = await made.read(at('0-500'))

    await comesTrue(() => expect(placesOf(resumed.items)).toEqual(['0:501>0', '0:0', '0:1']))
  })

  it('loses and repeats nothing over partitions that were added while it was away', async () => {
    const made = world(1)
    const first = await made.read(earliest)
    made.broker.append(kafkaTopic, 0, numbered(2))
    await comesTrue(() => expect(first.items).toHaveLength(2))
    const lastEventId = first.items[1]?.position ?? ''
    first.reading.close()
    made.broker.append(kafkaTopic, 0, ['2'])
    grow(made, 3)
    made.broker.append(kafkaTopic, 2, numbered(4))

    const resumed = await made.read(at(lastEventId))
    const feed = await made.feed()
    feed.grow()

    await comesTrue(() => expect(resumed.items).toHaveLength(5))
    expect(placesOf(resumed.items).sort()).toEqual(['0:2', ...numbers(2, 0, 4)])
  })

  it('reads partitions that are added while it listens', async () => {
    const made = world(1)
    const listening = await made.read({ kind: 'latest' })
    grow(made, 2)
    made.broker.append(kafkaTopic, 1, numbered(3))
    const feed = await made.feed()
    feed.grow()

    await comesTrue(() => expect(placesOf(listening.items)).toEqual(numbers(1, 0, 3)))
  })

  it('goes on from where it stands when the head has left it behind', async () => {
    const made = world(1, 16)
    let isOpen = true
    const slow = await made.read({ kind: 'latest' }, () => isOpen)
    const quick = await made.read({ kind: 'latest' })
    made.broker.append(kafkaTopic, 0, ['first'])
    await comesTrue(() => expect(slow.items).toHaveLength(1))
    isOpen = false
    made.broker.append(kafkaTopic, 0, numbered(200))
    await comesTrue(() => expect(quick.items).toHaveLength(201))
    expect(slow.items).toHaveLength(1)
    isOpen = true
    slow.reading.pump()

    await comesTrue(() => expect(slow.reading.isAtHead()).toBe(true))
    expect(placesOf(slow.items)).toEqual(numbers(0, 0, 201))
  })

  it('lets others have their turn when what it gives takes its time', async () => {
    const made = world(1)
    const quick = await made.read({ kind: 'latest' })
    made.broker.append(kafkaTopic, 0, numbered(4))
    await comesTrue(() => expect(quick.items).toHaveLength(4))
    const given: StreamItem[] = []
    const give = (item: StreamItem): void => {
      given.push(item)
      const endMs = systemClock.monotonic() + turnMsMax
      while (systemClock.monotonic() < endMs);
    }
    const place = { kind: 'live', number: 0, position: 'start' } as const
    const slow = new Reading(await made.feed(), { hasRoom: () => true, give }, place)
    slow.pump()

    expect(given).toHaveLength(1)
    await comesTrue(() => expect(given).toHaveLength(4))
  })

  it('that catches up holds of each partition one message, or of one only where there is no room', async () => {
    const heldBy = async (aheadBytesMax: number): Promise<{ most: number; left: number }> => {
      const made = world(3, 16, aheadBytesMax)
      for (const partition of [0, 1, 2]) made.broker.append(kafkaTopic, partition, numbered(10))
      const { ahead } = (await made.feed()).parts
      let most = 0
      const hasRoom = (): boolean => {
        most = Math.max(most, ahead.bytes)
        return true
      }
      const all = await made.read(earliest, hasRoom)
      await comesTrue(() => expect(all.items).toHaveLength(30))
      checkOrder(all.items, [])
      return { most, left: ahead.bytes }
    }

    expect(await heldBy(1)).toEqual({ most: 0, left: 0 })
    const { most, left } = await heldBy(1_000_000)
    expect([most > 0, left]).toEqual([true, 0])
  })

  it('that goes while it catches up gives back what it holds', async () => {
    const made = world(2)
    for (const partition of [0, 1]) made.broker.append(kafkaTopic, partition, numbered(10))
    const { ahead } = (await made.feed()).parts
    let looksLeft = 6
    const reader = await made.read(earliest, () => looksLeft-- > 0)
    await comesTrue(() => expect(ahead.bytes).toBeGreaterThan(0))
    reader.reading.close()

    expect(ahead.bytes).toBe(0)
  })

  it('is left alone when the log was replaced: its owner has to end it', async () => {
    const made = world(1)
    made.broker.append(kafkaTopic, 0, numbered(3))
    await made.read({ kind: 'latest' })
    const feed = await made.feed()
    expect(feed.isReplaced).toBe(false)
    made.broker.create(kafkaTopic, 1)

    await comesTrue(() => expect(feed.isReplaced).toBe(true))
    expect(await made.feed()).not.toBe(feed)
  })
})

/** More partitions, the ones that are there as they are. */
function grow(made: StreamWorld, partitions: number): void {
  made.broker.grow(kafkaTopic, partitions)
}

describe('readers that come, go and dawdle', () => {
  it.each([1, 2, 3, 4])('get every message once, in the order of its partition (%i)', async seed => {
    const random = createRandom(seed)
    const made = world(3, 16)
    const ends = [0, 0, 0]
    const publish = (): void => {
      const partition = Math.floor(random() * 3)
      const count = 1 + Math.floor(random() * 12)
      made.broker.append(kafkaTopic, partition, numbered(count))
      ends[partition] = (ends[partition] ?? 0) + count
    }
    publish()
    const told: StreamItem[][] = []
    const lastIds = ['start']
    const visit = async (): Promise<void> => {
      const lastEventId = lastIds[Math.floor(random() * lastIds.length)] ?? 'start'
      const before = readPosition(lastEventId) ?? []
      const reader = await made.read(at(lastEventId), () => random() < 0.8)
      for (let step = 0; step < 5; step++) {
        publish()
        await new Promise(resolve => setTimeout(resolve, random() * 4))
        reader.reading.pump()
      }
      reader.reading.close()
      checkOrder(reader.items, before)
      told.push(reader.items)
      lastIds.push(reader.reading.position)
    }
    for (let round = 0; round < 8; round++) await Promise.all([visit(), visit()])

    const last = await made.read(at(lastIds[1] ?? 'start'))
    const total = ends.reduce((sum, end) => sum + end, 0)
    const before = (readPosition(lastIds[1] ?? 'start') ?? []).reduce<number>(
      (sum, next) => sum + (next ?? 0),
      0,
    )
    await comesTrue(() => expect(last.items).toHaveLength(total - before))
    checkOrder(last.items, readPosition(lastIds[1] ?? 'start') ?? [])
    expect(told.flat().length).toBeGreaterThan(0)
  })
})

/** Each partition goes on without a hole from where it was, and each position tells exactly that. */
function checkOrder(items: readonly StreamItem[], before: readonly (number | undefined)[]): void {
  const next = Array.from({ length: 3 }, (_, partition) => before[partition] ?? 0)
  for (const item of items) {
    if (item.kind === 'gap') throw new Error('a gap')
    expect(`${item.partition}:${item.offset}`).toBe(`${item.partition}:${next[item.partition]}`)
    next[item.partition] = item.offset + 1
    const told = readPosition(item.position) ?? []
    expect(next.map((_, partition) => told[partition] ?? 0)).toEqual(next)
  }
}

function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}
