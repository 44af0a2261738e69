import { describe, expect, it } from 'vitest'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { Task } from '@iris/common/tasks/task'
import { createLettersWorld, names, type LettersWorld } from '../dead-letters/testing/letters-world.js'
import type { KafkaSearch } from '../store/kafka-ports.js'
import type { Asked } from '../topics/create-topic.js'
import { replayMessages, type ReplayParts } from './replay.js'

/** Offsets 10 to 20 of partition 0 and 5 to 5 of partition 1; the message at an offset is as old. */
const ends = [
  { first: 10, next: 20 },
  { first: 5, next: 5 },
] as const

function setUp(): {
  world: LettersWorld
  parts: ReplayParts & Asked
  looked: { steps: number; stepsMax: number }
} {
  const world = createLettersWorld()
  const looked = { steps: 0, stepsMax: Infinity }
  const kafka: KafkaSearch = {
    partitions: topic => Promise.resolve(topic === 'acme.orders' ? [0, 1] : null),
    ranges: (_topic, _partitions, { fromMs, toMs }) =>
      Promise.resolve(
        ends.map(({ first, next }) => ({
          first: fromMs === null ? first : Math.min(next, Math.max(first, fromMs)),
          next: toMs === null ? next : Math.min(next, Math.max(first, toMs)),
        })),
      ),
    find: () => Promise.resolve([]),
  }
  const parts: ReplayParts & Asked = {
    ...world.parts,
    kafka,
    scan: (_topic, { from, to }, visit) => {
      let offset = from
      for (; offset < to && looked.steps < looked.stepsMax; offset++, looked.steps++) visit(entryAt(offset))
      return Promise.resolve(offset)
    },
  }
  return { world, parts, looked }
}

function entryAt(offset: number): LogEntry {
  const metadata = { timestampMs: offset, id: `m-${offset}`, externalMetadata: {} }
  const value = Buffer.concat(wrapEnvelope(metadata, Buffer.from(`{"isEven":"${offset % 2 === 0}"}`)))
  return { offset, problem: null, value, headers: () => [] } as unknown as LogEntry
}

async function replay(parts: ReplayParts & Asked, body: unknown): Promise<Task> {
  const replayed = await replayMessages(parts, names, body)
  if (!('task' in replayed)) throw new Error('only counted')
  return replayed.task
}

describe('a replay', () => {
  it.each([
    [{ from: 'earliest' }, [{ partition: 0, from: 10, to: 20 }]],
    [{ from: 15 }, [{ partition: 0, from: 15, to: 20 }]],
    [
      { from: '1970-01-01T00:00:00.012Z', to: '1970-01-01T00:00:00.014Z' },
      [{ partition: 0, from: 12, to: 14 }],
    ],
    [{ from: { 0: 3 } }, [{ partition: 0, from: 10, to: 20 }]],
    [{ from: { 0: 18 }, to: 19 }, [{ partition: 0, from: 18, to: 19 }]],
    [{ from: { 1: 5 } }, []],
    [{ from: 99, to: 'now' }, []],
  ])('of %j reads %j', async (body, ranges) => {
    const { parts } = setUp()

    expect((await replay(parts, body)).spec).toEqual({
      ranges,
      rate: null,
      endpoint: null,
      deadLetters: false,
    })
  })

  it('counts first, with the filters of the subscription, and makes no task then', async () => {
    const { world, parts } = setUp()
    const dry = { from: 12, dryRun: true }
    expect(await replayMessages(parts, names, dry)).toEqual({
      dryRun: { partitions: [{ partition: 0, from: 12, to: 20, messages: 8 }], total: 8, isComplete: true },
    })

    const stored = await parts.store.subscription(names.topic, names.name)
    const filters = [{ type: 'jsonpath', path: '$.isEven', matcher: 'true' }]
    await parts.store.updateSubscription({ ...stored!.value, filters }, stored!.version)

    expect(await replayMessages(parts, names, dry)).toEqual({
      dryRun: {
        partitions: [{ partition: 0, from: 12, to: 20, messages: 8, matching: 4 }],
        ...{ total: 4, isComplete: true },
      },
    })
    expect(world.tasks.held.size).toBe(0)
  })

  it('says when it could not count all', async () => {
    const { parts, looked } = setUp()
    const stored = await parts.store.subscription(names.topic, names.name)
    const filters = [{ type: 'jsonpath', path: '$.isEven', matcher: '.*' }]
    await parts.store.updateSubscription({ ...stored!.value, filters }, stored!.version)
    looked.stepsMax = 3

    expect(await replayMessages(parts, names, { from: 'earliest', dryRun: true })).toMatchObject({
      dryRun: { total: 3, isComplete: false },
    })
  })

  it('and a redrive may be open at the same time, two replays may not', async () => {
    const { parts } = setUp()
    await replay(parts, { from: 'earliest' })

    await expect(replay(parts, { from: 'earliest' })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it.each([
    [{}, 'from must be'],
    [{ from: 'yesterday' }, 'from must be'],
    [{ from: true }, 'from must be earliest'],
    [{ from: {} }, 'from must name'],
    [{ from: { 0: -1 } }, 'from must be offsets'],
    [{ from: { x: 1 } }, 'from must be offsets'],
    [{ from: { 7: 1 } }, 'partition 7'],
    [{ from: 'earliest', to: 'later' }, 'to must be'],
    [{ from: 'earliest', to: { 0: 1 } }, 'to must be'],
    [{ from: 'earliest', deadLetters: 1 }, 'deadLetters must be'],
    [{ from: 'earliest', until: 1 }, 'until is none of'],
    [null, 'must be a JSON object'],
  ])('asked for as %j is refused', async (body, problem) => {
    const { world, parts } = setUp()

    await expect(replay(parts, body)).rejects.toThrow(problem)

    expect(world.tasks.held.size).toBe(0)
  })
})
