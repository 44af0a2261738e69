import { describe, expect, it } from 'vitest'
import { createFirstLoad } from './first-load.js'

describe('a first load', () => {
  it('is done when the last look that led to no other has ended', async () => {
    const load = createFirstLoad()
    load.begin()
    const waiting = load.whenDone()
    load.begin()
    load.end()
    expect(load.isDone()).toBe(false)

    load.end()
    load.begin()

    await waiting
    await load.whenDone()
    expect(load.isDone()).toBe(true)
  })

  it('ends the wait of all when it is abandoned, and of nobody when it was done', async () => {
    const load = createFirstLoad()
    load.begin()
    const waiting = load.whenDone()

    load.abandon(new Error('stopped'))
    load.end()

    await expect(waiting).rejects.toThrow('stopped')
    await expect(load.whenDone()).rejects.toThrow('stopped')
    expect(load.isDone()).toBe(false)
    const done = createFirstLoad()
    done.begin()
    done.end()
    done.abandon(new Error('late'))
    await done.whenDone()
  })
})
