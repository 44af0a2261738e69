import { afterEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { systemClock } from '../time/clock.js'
import { systemScheduler } from '../time/scheduler.js'
import { FakeBroker } from './fake-broker.js'
import { kafkaCode } from './protocol/kafka-error.js'
import {
  createLogReader,
  logReaderDefaults,
  type Follower,
  type LogReader,
  type LogReaderOptions,
} from './reader.js'

const readers: LogReader[] = []
const startReader = (broker: FakeBroker, options: Partial<LogReaderOptions> = {}): LogReader => {
  const parts = { cluster: broker.cluster(), log: silentLog, clock: systemClock, scheduler: systemScheduler }
  const reader = createLogReader(parts, { ...logReaderDefaults, fetchWaitMs: 200, ...options })
  reader.start()
  readers.push(reader)
  return reader
}
const numbered = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(first + index))

/**
 * A follower that takes what there is, in bites, and checks on the way that nothing is missing or comes
 * twice.
 */
interface Eater {
  readonly follower: Follower
  readonly values: string[]
  readonly skips: [number, number][]
  /** Offsets that came out of turn. */
  readonly faults: string[]
  readyCount: number
  isHungry: boolean
  eat(): void
  seek(offset: number): void
}
const follow = (
  reader: LogReader,
  topic: string,
  offset: number,
  partition = 0,
  biteMax = Infinity,
): Eater => {
  let expected = offset
  const eater: Eater = {
    values: [],
    skips: [],
    faults: [],
    readyCount: 0,
    isHungry: true,
    follower: reader.follow({
      topic,
      partition,
      offset,
      onReady() {
        eater.readyCount += 1
        eater.eat()
      },
      onSkipped(from, to) {
        if (from !== expected) eater.faults.push(`skipped ${from} in place of ${expected}`)
        expected = to
        eater.skips.push([from, to])
      },
    }),
    eat() {
      for (let bite = 0; bite < biteMax && eater.isHungry; bite++) {
        const entry = eater.follower.next()
        if (entry === null) return
        if (entry.offset !== expected) eater.faults.push(`${entry.offset} in place of ${expected}`)
        expected = entry.lastOffset + 1
        eater.values.push(entry.value!.toString())
      }
      if (eater.isHungry) setImmediate(() => eater.eat())
    },
    seek(to) {
      expected = to
      eater.follower.seek(to)
    },
  }
  eater.eat()
  return eater
}
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 })

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.stop()
})

describe('a log reader', { timeout: 30_000 }, () => {
  it('goes on after lost answers, evicted sessions and refusals, losing and repeating nothing', async () => {
    const broker = new FakeBroker()
    broker.create('t', 2)
    const reader = startReader(broker)
    const eaters = [follow(reader, 't', 0, 0), follow(reader, 't', 0, 1)]

    for (let round = 0; round < 12; round++) {
      const [first, second, third] = [round % 3 === 0, round % 3 === 1, round % 3 === 2]
      if (first) broker.answersToLose = 2
      if (second) broker.evictSessions()
      if (third) broker.refuse('t', round % 2, kafkaCode.NOT_LEADER_OR_FOLLOWER)
      for (const partition of [0, 1]) broker.append('t', partition, numbered(round * 10, 10))
      await new Promise(resolve => setTimeout(resolve, 30))
    }

    await soon(() => expect(eaters.map(({ values }) => values.length)).toEqual([120, 120]))
    for (const { values } of eaters) expect(values).toEqual(numbered(0, 120))
    expect(eaters.flatMap(({ faults }) => faults)).toEqual([])
  })

  it('calls onReady once for each next that gave null', async () => {
    const broker = new FakeBroker()
    broker.create('t', 1)
    const reader = startReader(broker)
    let readyCount = 0
    const follower = reader.follow({
      topic: 't',
      partition: 0,
      offset: 0,
      onReady: () => (readyCount += 1),
      onSkipped: () => undefined,
    })
    broker.append('t', 0, ['a', 'b'])
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(readyCount).toBe(0)
    expect(broker.fetchCount).toBe(0)

    expect(follower.next()).toBeNull()
    expect(follower.next()).toBeNull()
    await soon(() => expect(readyCount).toBe(1))
    broker.append('t', 0, ['c'])
    await new Promise(resolve => setTimeout(resolve, 50))

    expect(readyCount).toBe(1)
    expect([follower.next(), follower.next()].map(entry => entry!.value!.toString())).toEqual(['a', 'b'])
  })

  it('reads for a hundred followers as for one', async () => {
    const broker = new FakeBroker()
    broker.create('t', 1)
    const value = 'x'.repeat(500)
    for (let batch = 0; batch < 20; batch++) broker.append('t', 0, Array<string>(50).fill(value))
    const reader = startReader(broker)

    const eaters = Array.from({ length: 100 }, () => follow(reader, 't', 0))
    await soon(() => expect(eaters.every(({ values }) => values.length === 1_000)).toBe(true))

    expect(reader.stats().fetchedBytes).toBeLessThan(1_000 * 520 * 1.1)
    expect(reader.bytesHeld()).toBe(0)
  })

  it('does not hold up one follower for another who stopped reading, and keeps within its bytes', async () => {
    const broker = new FakeBroker()
    broker.create('t', 1)
    for (let batch = 0; batch < 100; batch++) broker.append('t', 0, Array<string>(10).fill('x'.repeat(1_000)))
    const reader = startReader(broker, { cacheBytesMax: 100_000, partitionBytesMax: 40_000 })

    const lazy = follow(reader, 't', 0, 0, 5)
    await soon(() => expect(lazy.values.length).toBeGreaterThanOrEqual(5))
    lazy.isHungry = false
    const taken = lazy.values.length
    const quick = follow(reader, 't', 0)
    await soon(() => expect(quick.values).toHaveLength(1_000))
    const held = reader.bytesHeld()
    lazy.isHungry = true
    lazy.eat()

    await soon(() => expect(lazy.values).toHaveLength(1_000))
    expect(taken).toBeLessThan(1_000)
    expect(held).toBeLessThanOrEqual(100_000)
  })

  it('lets an error in a callback end the process and not the reading of others', async () => {
    const broker = new FakeBroker()
    broker.create('t', 2)
    const reader = startReader(broker)
    const thrown: unknown[] = []
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.once('uncaughtException', error => thrown.push(error))
    const onReady = (): void => {
      throw new Error('a defect')
    }
    const bad = reader.follow({ topic: 't', partition: 0, offset: 0, onReady, onSkipped: () => undefined })
    expect(bad.next()).toBeNull()
    const good = follow(reader, 't', 0, 1)

    broker.append('t', 0, ['a'])
    broker.append('t', 1, ['b'])

    await soon(() => expect(good.values).toEqual(['b']))
    await soon(() => expect(thrown).toHaveLength(1))
    for (const listener of listeners) process.on('uncaughtException', listener)
  })

  it('may be stopped while it polls, and answers nothing afterwards', async () => {
    const broker = new FakeBroker()
    broker.create('t', 1)
    const reader = startReader(broker)
    const eater = follow(reader, 't', 0)
    await soon(() => expect(broker.fetchCount).toBeGreaterThan(1))

    await reader.stop()
    broker.append('t', 0, ['late'])
    const late = reader.follow({
      topic: 't',
      partition: 0,
      offset: 0,
      onReady: () => undefined,
      onSkipped: () => undefined,
    })

    expect(eater.follower.next()).toBeNull()
    expect(late.next()).toBeNull()
    expect(reader.stats()).toMatchObject({ followers: 0, partitions: 0 })
  })
})

describe('a log reader under any treatment', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'gives every follower every offset once and in order (seed %i)',
    async seed => {
      let state = seed * 7_919
      const random = (below: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return Math.floor((state / 2 ** 32) * below)
      }
      const broker = new FakeBroker()
      broker.create('t', 3)
      const reader = startReader(broker, {
        cacheBytesMax: 30_000,
        partitionBytesMax: 6_000,
        requestBytesMax: 20_000,
        fetchWaitMs: 30,
      })
      let eaters: Eater[] = []
      let heldMax = 0
      const actions: (() => void)[] = [
        () =>
          broker.append(
            't',
            random(3),
            Array.from({ length: 1 + random(20) }, () => 'x'.repeat(random(600))),
          ),
        () => broker.append('t', random(3), ['one']),
        () => {
          const partition = random(3)
          eaters.push(
            follow(reader, 't', random(broker.endOf('t', partition) + 1), partition, 1 + random(30)),
          )
        },
        () => {
          const eater = eaters[random(eaters.length)]
          if (eater === undefined) return
          eater.isHungry = !eater.isHungry
          eater.eat()
        },
        () => {
          const gone = eaters.splice(random(eaters.length), 1)
          for (const { follower } of gone) follower.close()
        },
        () => {
          const eater = eaters[random(eaters.length)]
          eater?.seek(random(Math.max(1, eater.follower.endOffset + 1)))
        },
        () => (broker.answersToLose = random(2)),
        () => broker.evictSessions(),
        () => broker.refuse('t', random(3), [3, 6, 9, 56][random(4)]!),
        () => {
          const partition = random(3)
          broker.trim('t', partition, random(broker.endOf('t', partition) + 1))
        },
      ]
      const weights = [0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9]

      for (let step = 0; step < 600; step++) {
        actions[weights[random(weights.length)]!]!()
        heldMax = Math.max(heldMax, reader.bytesHeld())
        if (random(3) === 0) await new Promise(resolve => setTimeout(resolve, random(4)))
      }
      for (const eater of eaters) eater.isHungry = true
      for (const eater of eaters) eater.eat()

      await soon(() => {
        for (const { follower } of eaters) expect(follower.position).toBe(follower.endOffset)
      })
      expect(eaters.length).toBeGreaterThan(0)
      expect(eaters.flatMap(({ faults }) => faults)).toEqual([])
      expect(heldMax).toBeLessThanOrEqual(30_000)
      for (const { follower } of eaters) follower.close()
      eaters = []
      expect(reader.bytesHeld()).toBe(0)
    },
    30_000,
  )
})
