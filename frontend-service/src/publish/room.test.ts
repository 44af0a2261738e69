import { describe, expect, it } from 'vitest'
import type { Publication } from './publication.js'
import { createRoom } from './room.js'

const publication = (): Publication => ({ heldBytes: 0 }) as Publication

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
