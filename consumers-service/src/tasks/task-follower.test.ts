import { describe, expect, it } from 'vitest'
import type { FollowRequest, Follower, LogEntry } from '@iris/common/kafka/reader'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createLimiter } from '../delivery/pace/limiter.js'
import { followForTask, type TaskFollower } from './task-follower.js'

/** A log with an entry at each of these offsets. */
function log(offsets: readonly number[], end: number): (request: FollowRequest) => Follower {
  return ({ offset }) => {
    let position = offset
    return {
      next() {
        const found = offsets.find(each => each >= position)
        position = found === undefined ? end : found + 1
        return found === undefined ? null : ({ offset: found } as LogEntry)
      },
      get position() {
        return position
      },
      endOffset: end,
      seek: () => undefined,
      close: () => undefined,
    }
  }
}

function take(follower: TaskFollower): number[] {
  const taken: number[] = []
  for (let entry = follower.next(); entry !== null; entry = follower.next()) taken.push(entry.offset)
  return taken
}

describe('a task’s place in a log', () => {
  const time = createVirtualTime()
  const request: FollowRequest = {
    ...{ topic: 't', partition: 0, offset: 2, onReady: () => undefined, onSkipped: () => undefined },
  }
  const all = (entry: LogEntry): LogEntry => entry

  it.each([
    [[2, 3, 4, 5, 6], 5, [2, 3, 4]],
    [[2, 9], 5, [2]],
    [[], 5, []],
    [[2, 3], 2, []],
  ])('in a log of %j that ends for it at %d gives %j', (offsets, to, expected) => {
    const follower = followForTask({ clock: time, scheduler: time }, request, log(offsets, 10), {
      to,
      limiter: null,
      shape: all,
    })

    expect(take(follower)).toEqual(expected)
    expect(follower.isExhausted()).toBe(true)
    expect(follower.position).toBe(to)
  })

  it('passes over what is not wanted, and is not paced for it', () => {
    const follower = followForTask({ clock: time, scheduler: time }, request, log([2, 3, 4, 5, 6, 7], 8), {
      to: 8,
      limiter: createLimiter(1),
      shape: entry => (entry.offset === 7 ? entry : null),
    })

    expect(take(follower)).toEqual([7])
    expect(follower.isExhausted()).toBe(true)
  })

  it('tells once when the rate lets the next one go', async () => {
    let readyCount = 0
    const follower = followForTask(
      { clock: time, scheduler: time },
      { ...request, onReady: () => readyCount++ },
      log([2, 3, 4], 5),
      { to: 5, limiter: createLimiter(2), shape: all },
    )

    expect([take(follower), take(follower)]).toEqual([[2], []])
    await time.advance(499)
    expect(readyCount).toBe(0)
    await time.advance(2)
    expect(readyCount).toBe(1)
    expect(take(follower)).toEqual([3])
    expect(follower.isExhausted()).toBe(false)
  })
})
