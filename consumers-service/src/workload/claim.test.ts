import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Lock } from '@iris/common/zookeeper/lock'
import { isInDoubt, type PartitionWork } from '../delivery/partition-work.js'
import { createClaim, type Claim } from './claim.js'
import { startAtOffset, type Start } from './openings.js'

class FakeLock implements Lock {
  path = ''
  held = true
  private readonly listeners = new Set<(reason: string) => void>()
  constructor(
    readonly number: number,
    private readonly events: string[],
  ) {}
  isHeld(): boolean {
    return this.held
  }
  release(): Promise<void> {
    this.held = false
    this.events.push(`released ${this.number}`)
    return Promise.resolve()
  }
  onLost(listener: (reason: string) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }
  lose(): void {
    this.held = false
    for (const listener of this.listeners) listener('expired')
  }
}

interface World {
  time: ReturnType<typeof createVirtualTime>
  events: string[]
  subject: Claim
  locks: FakeLock[]
  /** Lets the next waiting acquisition succeed. */
  grant(): Promise<FakeLock>
  connected: { isTrue: boolean }
  /** What Kafka's answer will be; `duringLook` is called while it is on its way. */
  untouched: { isTrue: boolean; duringLook: () => void }
  /** All that were opened, oldest first. */
  opened: PartitionWork[]
  resumed: { count: number }
  /** Where the next look finds the start, and how long it takes. */
  next: { offset: number; looks: number; order: Start['order'] }
}

function world(isOrdered = false): World {
  const time = createVirtualTime()
  const events: string[] = []
  const locks: FakeLock[] = []
  const waiting: ((lock: FakeLock) => void)[] = []
  const connected = { isTrue: true }
  const untouched = { isTrue: true, duringLook: (): void => undefined }
  const opened: PartitionWork[] = []
  const resumed = { count: 0 }
  const next: World['next'] = { offset: 5, looks: 0, order: null }
  const subject = createClaim(
    {
      scheduler: time,
      log: silentLog,
      isOrdered,
      acquire: (_partition, signal) =>
        new Promise((resolve, reject) => {
          events.push('asks for lock')
          waiting.push(resolve)
          signal.addEventListener('abort', () => {
            waiting.length = 0
            reject(signal.reason as Error)
          })
        }),
      start: async () => {
        const { offset, order } = next
        if (next.looks > 0) await new Promise<void>(resolve => void time.after(next.looks, resolve))
        return { ...startAtOffset(offset), order }
      },
      open(partition, start, lock) {
        events.push(`opens at ${start.offset} with ${lock}`)
        const state = {
          ...{ partition, lock, committed: { version: 3 }, isClosing: false, isDisowned: false },
          get isDoubtful(): boolean {
            return isInDoubt(this, connected.isTrue)
          },
        }
        const work = state as unknown as PartitionWork
        opened.push(work)
        return work
      },
      async drain() {
        events.push('drains')
        await new Promise<void>(resolve => void time.after(1000, resolve))
        events.push('drained')
      },
      commit: () => Promise.resolve(void events.push('commits')),
      resume: () => void resumed.count++,
      close: () => void events.push('closes'),
      async isUntouched() {
        await Promise.resolve()
        untouched.duringLook()
        return untouched.isTrue
      },
      silent: () => Promise.resolve(void events.push('is silent')),
      isConnected: () => connected.isTrue,
    },
    3,
  )
  const grant = async (): Promise<FakeLock> => {
    await time.advance(0)
    const lock = new FakeLock(locks.length + 1, events)
    locks.push(lock)
    waiting.shift()!(lock)
    await time.advance(0)
    return lock
  }
  return { time, events, subject, locks, grant, connected, untouched, opened, resumed, next }
}

describe('the claim of a partition', () => {
  it('reads only with the lock, and releases it only after drain and commit', async () => {
    const { time, events, subject, grant } = world()
    await time.advance(100)
    expect(subject.state()).toBe('waiting for the lock')
    await grant()
    expect(subject.state()).toBe('running')

    let isGiven = false
    void subject.give().then(() => (isGiven = true))
    await time.advance(999)
    expect(isGiven).toBe(false)
    await time.advance(1)
    expect(isGiven).toBe(true)
    expect(events).toEqual([
      'asks for lock',
      'opens at 5 with 1',
      'drains',
      'drained',
      'commits',
      'closes',
      'is silent',
      'released 1',
    ])
  })

  it('ends the wait for a lock at once when it is no longer wanted', async () => {
    const { time, events, subject } = world()
    await time.advance(0)
    let isGiven = false
    void subject.give().then(() => (isGiven = true))
    await time.advance(0)

    expect(isGiven).toBe(true)
    expect(events).toEqual(['asks for lock'])
  })

  it('without order, keeps its window and sends nothing while it takes a lost lock again', async () => {
    const { events, subject, grant, resumed } = world()
    const lock = await grant()
    lock.lose()
    expect(subject.work()?.isDoubtful).toBe(true)
    const second = await grant()

    expect(subject.state()).toBe('running')
    const regained = { lock: second.number, isDoubtful: false, committed: { version: -1 } }
    expect(subject.work()).toMatchObject(regained)
    expect(resumed.count).toBe(1)
    expect(events).toEqual(['asks for lock', 'opens at 5 with 1', 'asks for lock'])
  })

  it('begins anew where somebody else committed in between, without committing over it', async () => {
    const { time, events, grant, untouched } = world()
    const lock = await grant()
    untouched.isTrue = false
    lock.lose()
    await grant()
    await time.advance(1000)

    expect(events.slice(2)).toEqual(['asks for lock', 'drains', 'drained', 'closes', 'opens at 5 with 2'])
  })

  it('sends nothing with a lock that was lost again while it looked at the commit', async () => {
    const { grant, locks, untouched, opened, time } = world()
    const lock = await grant()
    lock.lose()
    untouched.duringLook = () => void (locks.at(-1)!.held = false)
    await grant()
    expect(opened[0]?.isDoubtful).toBe(true)

    untouched.duringLook = () => undefined
    const third = await grant()
    await time.advance(0)
    expect([opened.length, opened[0]?.lock, opened[0]?.isDoubtful]).toEqual([1, third.number, false])
  })

  it('sends nothing beside a foreign member that came while its lock was lost', async () => {
    const { events, subject, grant, untouched, opened, time } = world()
    const lock = await grant()
    lock.lose()
    untouched.duringLook = () => subject.foreign()
    await grant()

    expect(opened[0]?.isDoubtful).toBe(true)
    await time.advance(1_000)
    expect(events.slice(2)).toEqual(['asks for lock', 'drains', 'drained', 'closes', 'opens at 5 with 2'])
    expect([opened[1]?.isDoubtful, subject.state()]).toEqual([false, 'running'])
  })

  it('gives up a partition whose lost lock somebody else has, and waits for it', async () => {
    const { time, events, subject, grant } = world()
    const lock = await grant()
    lock.lose()
    await time.advance(3500)

    expect(events.slice(2)).toEqual(['asks for lock', 'drains', 'drained', 'closes', 'asks for lock'])
    expect(subject.state()).toBe('waiting for the lock')
    expect(subject.work()).toBeNull()
  })

  it('without order, goes on for as long as ZooKeeper is away, and stops the moment it is back', async () => {
    const { time, subject, grant, connected, resumed } = world()
    const lock = await grant()
    connected.isTrue = false
    lock.lose()
    await time.advance(60_000)

    expect(subject.state()).toBe('lock lost')
    expect(subject.work()?.isDoubtful).toBe(false)
    expect(resumed.count).toBeGreaterThan(0)
    connected.isTrue = true
    expect(subject.work()?.isDoubtful).toBe(true)
  })

  it('with order, ends delivery at once when the lock is lost', async () => {
    const { time, events, grant, opened } = world(true)
    const lock = await grant()
    lock.lose()
    await time.advance(1000)
    await grant()

    expect(events.slice(2)).toEqual(['drains', 'drained', 'closes', 'asks for lock', 'opens at 5 with 2'])
    expect(opened.map(each => each.isDoubtful)).toEqual([true, false])
  })

  it('sends nothing that it had begun once the lock is lost, nor beside a foreign member', async () => {
    const { time, subject, grant, connected, opened } = world(true)
    connected.isTrue = false
    const lock = await grant()
    lock.lose()
    opened[0]!.isClosing = true // as the drain does first
    expect(opened[0]!.isDoubtful).toBe(true)
    await time.advance(1000)
    connected.isTrue = true
    await grant()
    subject.foreign()

    expect(opened[1]!.isDoubtful).toBe(true)
  })

  it('ends delivery beside a foreign member without a commit, keeps the lock, and begins anew', async () => {
    const { time, events, subject, grant } = world()
    await grant()
    subject.foreign()
    await time.advance(1000)

    expect(events.slice(2)).toEqual(['drains', 'drained', 'closes', 'opens at 5 with 1'])
  })

  it('begins at the new log where the old one was replaced', async () => {
    const { time, events, subject, grant } = world()
    await grant()
    subject.replaced(0)
    await time.advance(1000)

    expect(events.slice(2)).toEqual(['drains', 'drained', 'closes', 'opens at 0 with 1'])
  })

  it('begins elsewhere with the same lock when it is ordered to, without committing the old place', async () => {
    const { time, events, subject, grant, next } = world(true)
    await grant()
    next.offset = 2
    subject.moved(7)
    await time.advance(1000)

    expect(events.slice(2)).toEqual(['drains', 'drained', 'closes', 'opens at 2 with 1'])
    expect(subject.state()).toBe('running')
  })

  it('looks again where an order came while it looked for its start', async () => {
    const { time, events, subject, grant, next } = world()
    next.looks = 100
    await grant()
    next.offset = 2
    subject.moved(7)
    await time.advance(1300)

    expect(events.filter(each => each.startsWith('opens'))).toEqual([
      'opens at 5 with 1',
      'opens at 2 with 1',
    ])
  })

  it('begins once with an order that it is told of while it looks', async () => {
    const { time, events, subject, grant, next } = world()
    Object.assign(next, { looks: 100, offset: 2, order: { partition: 3, offset: 2, path: '/o/3', id: 7 } })
    await grant()
    subject.moved(7)
    await time.advance(5_000)

    expect(events.slice(1)).toEqual(['opens at 2 with 1'])
    expect(subject.state()).toBe('running')
  })

  it('follows an order that came while its lock was lost as soon as it has it again', async () => {
    const { time, events, subject, grant, next } = world()
    const lock = await grant()
    lock.lose()
    await time.advance(100)
    next.offset = 2
    subject.moved(7)
    await grant()
    await time.advance(1000)

    expect(events.slice(2)).toEqual(['asks for lock', 'drains', 'drained', 'closes', 'opens at 2 with 2'])
  })

  it('commits nothing on the way out when it does not have the lock', async () => {
    const { time, events, subject, grant } = world()
    const lock = await grant()
    lock.lose()
    await time.advance(100)
    void subject.give()
    await time.advance(2000)

    expect(events).not.toContain('commits')
    expect(events.at(-1)).toBe('closes')
  })
})
