import { describe, expect, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { writeMarks, writeScheduleHeaders, type MarkKind } from '@iris/common/schedule/schedule-record'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { listScheduled, type ScheduleParts } from './list-scheduled.js'
import { cancelScheduled, showScheduled } from './one-scheduled.js'

const topic = 'g.t' as TopicName

/** One partition of the schedule topic in memory; `beforeMark` runs before a cancel's mark is appended. */
function setUp() {
  const time = createVirtualTime(1_000_000)
  const log: LogEntry[] = []
  let committed = 0
  let beforeMark: () => void = () => undefined
  const append = (value: Buffer, headers: readonly (readonly [string, Buffer])[]): number => {
    const header = (name: string): Buffer | null => headers.findLast(([each]) => each === name)?.[1] ?? null
    const entry = {
      ...{ topic: 'iris_scheduled', partition: 0, offset: log.length, lastOffset: log.length },
      ...{ timestampMs: time.now(), key: null, value, problem: null, header, headers: () => headers },
      detach: () => entry,
    } as unknown as LogEntry
    return log.push(entry) - 1
  }
  const message = (dueMs: number, of = 'g.t', topicCreatedMs = 5): string => {
    const facts = { topic: of, topicCreatedMs, dueMs, isTraced: false }
    const offset = append(Buffer.from('{}'), [['id', Buffer.from('m')], ...writeScheduleHeaders(facts)])
    return `0-${offset}`
  }
  const mark = (kind: MarkKind, ...ids: readonly string[]): number => {
    const offsets = ids.map(id => Number(id.slice(2)))
    const [record] = writeMarks({ kind, offsets, ...(kind === 'refused' ? { reason: 'too large' } : {}) })
    return append(record!.value, record!.headers)
  }
  const parts: ScheduleParts = {
    clock: time,
    store: {
      topic: name => Promise.resolve(name === topic ? ({ value: { createdAtMs: 5 } } as never) : null),
    },
    schedule: {
      stretches: () => Promise.resolve([{ partition: 0, first: committed, next: log.length }]),
      wholes: () => Promise.resolve([{ partition: 0, first: 0, next: log.length }]),
      whole: partition => Promise.resolve(partition === 0 ? { partition, first: 0, next: log.length } : null),
      offsetAt: (_partition, timeMs) => {
        const found = log.findIndex(entry => entry.timestampMs >= timeMs)
        return Promise.resolve(found < 0 ? log.length : found)
      },
      scan({ first, next }, _untilMs, visit) {
        log.slice(first, next).some(visit)
        return Promise.resolve(true)
      },
      cancel(_partition, offset) {
        beforeMark()
        return Promise.resolve(mark('cancelled', `0-${offset}`))
      },
    },
  }
  const list = async (query: { limit?: string; after?: string; state?: string } = {}): Promise<unknown> => {
    const page = await listScheduled(parts, { topic, limit: null, after: null, state: null, ...query })
    return { ...page, items: page.items.map(({ id, state }) => `${id} ${state}`) }
  }
  return {
    ...{ time, message, mark, parts, list },
    cancel: (id: string) => cancelScheduled(parts, { topic, id }),
    show: async (id: string) => (await showScheduled(parts, { topic, id })).state,
    /** Nothing that was written so far counts any more. */
    commit: () => void (committed = log.length),
    before: (run: () => void) => void (beforeMark = run),
  }
}

describe('the scheduled messages of a topic', () => {
  it('are listed by time, without what is over and what belongs to others', async () => {
    const { time, message, mark, list } = setUp()
    const far = message(time.now() + 9_000)
    const near = message(time.now() + 1_000)
    const [gone, done, under] = [message(time.now()), message(time.now()), message(time.now())]
    message(time.now(), 'g.other')
    message(time.now(), 'g.t', 4)
    mark('cancelled', gone)
    mark('taken', done, under)
    mark('cancelled', under)
    mark('delivered', done)

    const items = [`${under} delivering`, `${near} scheduled`, `${far} scheduled`]
    expect(await list()).toEqual({ items, isComplete: true })
    const first = (await list({ limit: '2' })) as { items: string[]; next: string }
    expect(first.items).toEqual(items.slice(0, 2))
    expect(await list({ limit: '2', after: first.next })).toEqual({ items: items.slice(2), isComplete: true })
  })

  it('that Kafka has refused are listed when asked for, with the reason, however long ago', async () => {
    const { time, message, mark, parts, list, show, cancel, commit } = setUp()
    const [refused, done] = [message(time.now()), message(time.now())]
    mark('taken', refused, done)
    mark('refused', refused)
    mark('delivered', done)
    commit()

    expect(await list()).toEqual({ items: [], isComplete: true })
    expect(await list({ state: 'refused' })).toEqual({ items: [`${refused} refused`], isComplete: true })
    const shown = await showScheduled(parts, { topic, id: refused })
    expect(shown).toMatchObject({ state: 'refused', reason: 'too large' })
    expect(await showScheduled(parts, { topic, id: done })).not.toHaveProperty('reason')
    await expect(cancel(refused)).rejects.toMatchObject({ code: 'SCHEDULED_MESSAGE_DELIVERED' })
    expect(await show(refused)).toBe('refused')
  })

  it.each([
    [{ limit: '0' }],
    [{ state: 'delivered' }],
    [{ limit: '101' }],
    [{ limit: 'x' }],
    [{ after: '0-1' }],
    [{ after: '' }],
  ])('are not listed with %j', async query => {
    await expect(setUp().list(query)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})

describe('taking a scheduled message back', () => {
  it('counts when its mark stands first, also the second time and after its time', async () => {
    const { time, message, mark, cancel, show } = setUp()
    const id = message(time.now() + 1_000)

    expect(await cancel(id)).toEqual({ id, state: 'cancelled' })
    await time.advance(3_600_000)
    // Whoever had not read the cancel yet may still mark it as taken; it then reads that it was not.
    mark('taken', id)
    expect(await cancel(id)).toEqual({ id, state: 'cancelled' })
    expect(await show(id)).toBe('cancelled')
  })

  it('is refused when the message was taken first, even at the last moment', async () => {
    const { time, message, mark, cancel, show, before } = setUp()
    const id = message(time.now() + 1_000)
    await time.advance(1_000)
    before(() => void mark('taken', id))

    await expect(cancel(id)).rejects.toMatchObject({ code: 'SCHEDULED_MESSAGE_DELIVERED', status: 409 })
    expect(await show(id)).toBe('delivering')
    mark('delivered', id)
    expect(await show(id)).toBe('delivered')
  })

  it('is refused for what is no message of this topic', async () => {
    const { time, message, mark, cancel } = setUp()
    const other = message(time.now() + 1_000, 'g.other')
    const marked = mark('taken', other)

    for (const id of [other, `0-${marked}`, '0-99', '7-0', 'x'])
      await expect(cancel(id), id).rejects.toMatchObject({ code: 'SCHEDULED_MESSAGE_NOT_EXISTS' })
  })
})
