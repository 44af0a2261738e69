import { describe, expect, it } from 'vitest'
import { DeadlineExceeded, sleep, withDeadline } from './scheduler.js'
import { createVirtualTime } from './virtual-time.js'

describe('virtual time', () => {
  it('fires timers in order of time, then of making', async () => {
    const time = createVirtualTime()
    const fired: string[] = []
    time.after(20, () => fired.push('late'))
    time.after(10, () => fired.push('first'))
    time.after(10, () => fired.push('second'))

    await time.advance(15)

    expect(fired).toEqual(['first', 'second'])
    expect(time.pending()).toBe(1)
  })

  it('repeats until cancelled', async () => {
    const time = createVirtualTime()
    let count = 0
    const cancel = time.every(10, () => void count++)

    await time.advance(35)
    cancel()
    await time.advance(100)

    expect(count).toBe(3)
  })

  it('moves both clocks', async () => {
    const time = createVirtualTime(1_000)

    await time.advance(250)

    expect(time.now()).toBe(1_250)
    expect(time.monotonic()).toBe(250)
  })

  it('lets a timer that a timer made fire in the same step', async () => {
    const time = createVirtualTime()
    let isDone = false
    time.after(10, () => time.after(10, () => (isDone = true)))

    await time.advance(20)

    expect(isDone).toBe(true)
  })
})

describe('a deadline', () => {
  it('gives the result of work that is done in time', async () => {
    const time = createVirtualTime()

    const result = withDeadline(
      time,
      100,
      'reading',
      sleep(time, 50).then(() => 'read'),
    )
    await time.advance(60)

    await expect(result).resolves.toBe('read')
    expect(time.pending()).toBe(0)
  })

  it('names what was not done', async () => {
    const time = createVirtualTime()

    const result = withDeadline(time, 100, 'reading', new Promise(() => undefined))
    const outcome = expect(result).rejects.toThrow(new DeadlineExceeded('reading', 100).message)
    await time.advance(101)

    await outcome
  })
})
