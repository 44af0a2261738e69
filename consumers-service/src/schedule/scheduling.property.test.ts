import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Follower, FollowRequest } from '@iris/common/kafka/reader'
import { silentLog } from '@iris/common/lifecycle/log'
import {
  readScheduleRecord,
  writeMarks,
  writeScheduleHeaders,
  type NewMark,
} from '@iris/common/schedule/schedule-record'
import { seededRandom } from '@iris/common/time/seeded-random'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { runPartition, type PartitionRun, type PartitionRunParts } from './partition-run.js'

interface Plan {
  readonly seed: number
  readonly rowsMax: number
  /** Whether Kafka is perfect and nobody dies. */
  readonly isCalm: boolean
  /** Whether a second topic has no leader until the end. */
  readonly isOneStuck?: boolean
}

interface Message {
  readonly offset: number
  readonly dueMs: number
  readonly topic: string
  cancel: 'cancelled' | 'delivered' | null
  readonly arrivals: number[]
}

const storeMs = 3_000
const nothing = (): void => undefined
const options = {
  ...{
    underWayMax: 6,
    topicUnderWayMax: 3,
    sendMax: 4,
    topicSendMax: 2,
    sendBytesMax: 10_000,
    commitMs: 500,
    recommitMs: 60_000,
    retryMs: 300,
  },
}

/** One partition in memory: a log, a topic that messages arrive in, and owners that come and go. */
async function live({ seed, rowsMax, isCalm, isOneStuck = false }: Plan) {
  const time = createVirtualTime()
  const random = seededRandom(seed)
  const between = (from: number, to: number): number => Math.floor(from + random() * (to - from))
  const log: LogEntry[] = []
  const followers = new Set<{ wake(): void }>()
  const messages = new Map<number, Message>()
  let committed = 0
  let deaths = 0
  let isStuck = isOneStuck

  const append = (value: Buffer, headers: readonly (readonly [string, Buffer])[]): number => {
    const offset = log.length
    const header = (name: string): Buffer | null => headers.findLast(([each]) => each === name)?.[1] ?? null
    const entry = { partition: 0, offset, lastOffset: offset, value, header, problem: null }
    log.push(entry as unknown as LogEntry)
    for (const each of followers) each.wake()
    return offset
  }
  const publish = (delayMs: number): void => {
    const dueMs = time.now() + delayMs
    const topic = isOneStuck && random() < 0.5 ? 'g.stuck' : 'g.t'
    const facts = { topic, topicCreatedMs: 1, dueMs, isTraced: false }
    const offset = append(Buffer.from('v'), writeScheduleHeaders(facts))
    messages.set(offset, { offset, dueMs, topic, cancel: null, arrivals: [] })
  }
  /** As management does: the mark, then a look at what stands before it. */
  const cancel = (message: Message): void => {
    if (message.cancel !== null) return
    const [mark] = writeMarks({ kind: 'cancelled', offsets: [message.offset] })
    const at = append(mark!.value, mark!.headers)
    const isTaken = log.slice(0, at).some(entry => {
      const read = readScheduleRecord(entry)?.mark
      const isMeant = read?.ranges.some(
        ({ first, last }) => first <= message.offset && message.offset <= last,
      )
      return isMeant === true && read?.kind === 'taken'
    })
    message.cancel = isTaken ? 'delivered' : 'cancelled'
  }
  const later = (run: () => void): void => void time.after(between(1, isCalm ? 20 : 400), run)

  const own = (): { readonly run: PartitionRun; kill(isFrozen: boolean): void } => {
    let state: 'alive' | 'frozen' | 'dead' = 'alive'
    const follow = (request: Omit<FollowRequest, 'topic'>): Follower => {
      let position = request.offset
      let isWaiting = false
      const wake = (): void => {
        if (isWaiting) time.after(between(1, 10), () => state === 'alive' && request.onReady())
        isWaiting = false
      }
      const self = { wake }
      followers.add(self)
      return {
        next: () => {
          const entry = log[position] ?? null
          if (entry !== null) position++
          isWaiting = entry === null
          return entry
        },
        get position() {
          return position
        },
        get endOffset() {
          return log.length
        },
        seek: (offset: number) => void (position = offset),
        close: () => void followers.delete(self),
      }
    }
    const parts: PartitionRunParts = {
      ...{ clock: time, scheduler: time, log: silentLog, follow },
      figures: { delivered: nothing, dropped: nothing, refused: nothing, cancelled: nothing, waits: nothing },
      writeMarks: (_partition: number, mark: NewMark) =>
        new Promise((resolve, reject) => {
          if (state === 'dead') return
          later(() => {
            const isLost = !isCalm && random() < 0.2
            const isStored = !isLost || random() < 0.5
            if (isStored) for (const each of writeMarks(mark)) append(each.value, each.headers)
            if (state === 'dead') return
            if (isLost) reject(new Error('no word of Kafka'))
            else resolve()
          })
        }),
      send(_partition, due, ended) {
        for (const message of due) {
          const { topic } = messages.get(message.offset)!
          if (isStuck && topic === 'g.stuck')
            time.after(storeMs, () => ended(message, { againAtMs: time.now() + 300, waits: 'no_word' }))
          else
            later(() => {
              // What is on its way arrives, whoever sent it is dead or not.
              const isRefused = !isCalm && random() < 0.2
              if (!isRefused) messages.get(message.offset)!.arrivals.push(time.now())
              if (state !== 'dead')
                ended(message, isRefused ? { againAtMs: time.now() + 300, waits: 'no_word' } : 'delivered')
            })
        }
      },
      async commit(_partition, offset) {
        if (state === 'alive') committed = offset
        await Promise.resolve()
      },
      heldBack: () => (state === 'alive' ? null : 'the lock is lost'),
    }
    const start = { partition: 0, offset: committed, end: log.length }
    const run = runPartition(parts, { ...options, rowsMax }, start)
    return {
      run,
      kill(isFrozen) {
        state = isFrozen ? 'frozen' : 'dead'
        deaths++
        void run.stop(isFrozen ? 1_000 : 0)
      },
    }
  }

  let owner = own()
  for (let step = 0; step < 120; step++) {
    const chance = random()
    if (chance < 0.45) publish(random() < 0.2 ? 0 : between(0, 8_000))
    else if (chance < 0.55) {
      const all = [...messages.values()]
      const some = all[between(0, all.length)]
      if (some !== undefined) cancel(some)
    } else if (chance < 0.6 && !isCalm) {
      owner.kill(random() < 0.5)
      owner = own()
    }
    await time.advance(between(0, 200))
  }
  await time.advance(10_000)
  isStuck = false
  await time.advance(40_000)
  const left = owner.run.pendingCount()
  await owner.run.stop(0)
  return { messages: [...messages.values()], deaths, left, committed, end: log.length }
}

describe('scheduled messages, whatever happens to Kafka and their owners', () => {
  it.each([
    [1_000, 'all known at a time'],
    [16, 'more than can be known at a time'],
  ])('arrive, never early, and never after a true cancel (%d rows: %s)', async rowsMax => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async seed => {
        const { messages, left, deaths } = await live({ seed, rowsMax, isCalm: false })

        for (const { dueMs, arrivals, cancel } of messages) {
          for (const atMs of arrivals) expect(atMs).toBeGreaterThanOrEqual(dueMs)
          if (cancel === 'cancelled') expect(arrivals).toEqual([])
          else expect(arrivals.length).toBeGreaterThan(0)
          expect(arrivals.length).toBeLessThanOrEqual(1 + deaths)
        }
        expect(left).toBe(0)
      }),
      // The example: two owners have taken so much that nothing forgotten finds room when it is read again.
      { numRuns: 40, examples: [[1_713_982_714]] },
    )
  })

  it.each([1_000, 16])('arrive once and within a second where nothing fails (%d rows)', async rowsMax => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async seed => {
        const { messages, committed, end } = await live({ seed, rowsMax, isCalm: true })

        for (const { dueMs, arrivals, cancel } of messages) {
          expect(arrivals.length).toBe(cancel === 'cancelled' ? 0 : 1)
          if (arrivals.length === 1) expect(arrivals[0]! - dueMs).toBeLessThan(1_000)
        }
        expect(committed).toBe(end)
      }),
      { numRuns: 40 },
    )
  })

  it('arrive in time beside a topic without a leader, whose own arrive once it has one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async seed => {
        const { messages, left } = await live({ seed, rowsMax: 1_000, isCalm: true, isOneStuck: true })

        for (const { dueMs, topic, arrivals, cancel } of messages) {
          expect(arrivals.length).toBe(cancel === 'cancelled' ? 0 : 1)
          if (topic === 'g.t' && arrivals.length === 1) expect(arrivals[0]! - dueMs).toBeLessThan(1_000)
        }
        expect(left).toBe(0)
      }),
      { numRuns: 20 },
    )
  })
})
