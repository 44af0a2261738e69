import { describe, expect, it } from 'vitest'
import { createRoom, type Held } from './room.js'

const publication = (): Held => ({ heldBytes: 0 })

describe('room for bodies', () => {
  it('is given up to its bound and not a byte over it', () => {
    const room = createRoom(100)

    expect(room.hold(publication(), 60)).toBe(true)
    expect(room.hold(publication(), 41)).toBe(false)
    expect(room.hold(publication(), 40)).toBe(true)
    expect(room.bytesHeld()).toBe(100)
  })

  it('is given back once, however often', () => {
    const room = createRoom(100)
    const one = publication()
    room.hold(one, 10)
    room.hold(one, 20)

    room.release(one)
    room.release(one)

    expect(room.bytesHeld()).toBe(0)
  })
})
