import { describe, expect, it } from 'vitest'
import { writeDelayHeaders, type DelayFacts } from '@iris/common/kafka/delay-headers'
import type { LogEntry } from '@iris/common/kafka/reader'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { delayedEntry, delayOfEntry } from './delayed-entry.js'
import { followHeld } from './held-follower.js'

const start = 1_700_000_000_000
const facts: DelayFacts = {
  topic: 'g.t',
  partition: 3,
  offset: 42,
  publishedMs: 5,
  firstAttemptMs: start,
  attempts: 1,
  dueMs: start + 10_000,
  untilMs: start + 12_000,
  lastStatus: 503,
  lastReason: 'because',
  lastCause: '503',
}

function entry(offset: number, dueMs: number | null, detached: string[] = []): LogEntry {
  const ours = dueMs === null ? [] : writeDelayHeaders({ ...facts, dueMs })
  const headers: (readonly [string, Buffer])[] = [['id', Buffer.from('m')], ...ours]
  const self: LogEntry = {
    ...{ topic: 'g.t.s_delay', partition: 0, offset, lastOffset: offset, timestampMs: start },
    ...{ key: Buffer.from('k'), value: Buffer.from('v'), problem: null },
    header: name => headers.findLast(([each]) => each === name)?.[1] ?? null,
    headers: () => headers,
    detach() {
      detached.push(`${offset}`)
      return self
    },
  }
  return self
}

function setUp(log: LogEntry[]) {
  const time = createVirtualTime(start)
  const calls: string[] = []
  let position = 0
  const follower = followHeld(
    { clock: time, scheduler: time },
    { topic: 'g.t.s_delay', partition: 0, offset: 0, onReady: () => calls.push('ready'), onSkipped: () => 0 },
    () => ({
      next: () => log[position++] ?? (position--, null),
      get position() {
        return position
      },
      endOffset: log.length,
      seek: (offset: number) => void (position = offset),
      close: () => calls.push('closed'),
    }),
  )
  return { time, calls, follower }
}

describe('a place in a delay topic', () => {
  it('holds its entry until it is due, says so once, and stands at it meanwhile', async () => {
    const detached: string[] = []
    const { time, calls, follower } = setUp([entry(0, start + 10_000, detached), entry(1, start + 10_500)])

    expect([follower.next(), follower.next()]).toEqual([null, null])
    expect([follower.position, follower.dueMs(), detached]).toEqual([0, start + 10_000, ['0']])
    await time.advance(9_999)
    expect(calls).toEqual([])
    await time.advance(1)
    expect(calls).toEqual(['ready'])
    expect(follower.next()?.offset).toBe(0)
    expect([follower.position, follower.dueMs()]).toEqual([1, null])
    expect(follower.next()).toBeNull()
    await time.advance(500)
    expect(follower.next()?.offset).toBe(1)
    expect(calls).toEqual(['ready', 'ready'])
  })

  it('gives what is due already without a pause and without a copy', () => {
    const detached: string[] = []
    const { follower } = setUp([entry(0, start - 1, detached), entry(1, start)])

    expect([follower.next()?.offset, follower.next()?.offset, follower.next()]).toEqual([0, 1, null])
    expect(detached).toEqual([])
  })

  it('holds nothing longer than its level, whatever the record says', async () => {
    const { time, follower } = setUp([entry(0, start + 86_400_000)])
    expect(follower.next()).toBeNull()

    await time.advance(10_000)
    expect(follower.next()?.offset).toBe(0)
  })

  it('forgets what it holds when it goes elsewhere or ends', async () => {
    const { time, calls, follower } = setUp([entry(0, start + 10_000), entry(1, start)])
    follower.next()
    follower.seek(1)
    expect(follower.next()?.offset).toBe(1)
    follower.seek(0)
    follower.next()
    follower.close()
    await time.advance(20_000)

    expect(calls).toEqual(['closed'])
    expect(time.pending()).toBe(0)
  })
})

describe('an entry of a delay topic', () => {
  it('is the message that was published, with its own time and without our lines', () => {
    const delayed = delayedEntry(entry(7, start))

    expect(delayed).toMatchObject({ offset: 7, timestampMs: 5, problem: null })
    expect(delayed.headers()).toEqual([['id', Buffer.from('m')]])
    expect([String(delayed.key), String(delayed.value)]).toEqual(['k', 'v'])
    expect([String(delayed.header('id')), delayed.header('Delay-Due')]).toEqual(['m', null])
    expect(delayOfEntry(delayed.detach())).toEqual({ ...facts, dueMs: start })
  })

  it('is unreadable where nobody of ours wrote it', () => {
    expect(delayedEntry(entry(7, null))).toMatchObject({
      problem: 'no record of a delay topic',
      delay: null,
    })
    const broken = { ...entry(7, null), problem: 'bad checksum' }
    expect(delayedEntry(broken).problem).toBe('bad checksum')
  })
})
