import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FetchPlace } from './fetch-call.js'
import { FetchSession, type SessionRequest } from './fetch-session.js'

const place = (name: string, offset: number): FetchPlace => ({
  topic: 't',
  partition: Number(name),
  offset,
  bytesMax: 9,
})
const named = (request: SessionRequest) => ({
  id: request.sessionId,
  epoch: request.sessionEpoch,
  places: request.places.map(({ partition, offset }) => `${partition}@${offset}`),
  forgotten: request.forgotten.map(({ partition }) => partition),
})
const begun = (): FetchSession => {
  const session = new FetchSession()
  session.set('1', place('1', 10))
  session.set('2', place('2', 20))
  session.next()
  session.accepted(77)
  return session
}

describe('a fetch session', () => {
  it('begins with everything and goes on with what changed', () => {
    const session = new FetchSession()
    session.set('1', place('1', 10))
    session.set('2', place('2', 20))

    expect(named(session.next())).toEqual({ id: 0, epoch: 0, places: ['1@10', '2@20'], forgotten: [] })
    session.accepted(77)
    expect(named(session.next())).toEqual({ id: 77, epoch: 1, places: [], forgotten: [] })
    session.accepted(77)
    session.set('1', place('1', 15))
    session.remove('2')
    session.set('3', place('3', 0))
    expect(named(session.next())).toEqual({ id: 77, epoch: 2, places: ['1@15', '3@0'], forgotten: [2] })
  })

  it('takes a partition back that left and came again', () => {
    const session = begun()
    session.remove('1')
    session.set('1', place('1', 11))

    expect(named(session.next())).toMatchObject({ places: ['1@11'], forgotten: [] })
    expect(session.offsetOf('1')).toBe(11)
    expect(session.offsetOf('9')).toBe(-1)
  })

  it('says everything again after a doubt, and closes the session that it may have', () => {
    const session = begun()
    session.remove('2')
    session.reset(false)

    expect(named(session.next())).toEqual({ id: 77, epoch: 0, places: ['1@10'], forgotten: [] })
  })

  it('names no session that the broker has told to be gone', () => {
    const session = begun()
    session.reset(true)

    expect(named(session.next())).toMatchObject({ id: 0, epoch: 0, places: ['1@10', '2@20'] })
  })

  it('says everything each time while the broker has no room for a session', () => {
    const session = begun()
    session.accepted(0)

    expect(named(session.next())).toMatchObject({ id: 0, epoch: 0, places: ['1@10', '2@20'] })
  })

  it('leaves the broker with what is held, whatever happens to requests', () => {
    const name = fc.integer({ min: 0, max: 5 }).map(String)
    const action = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), name, offset: fc.nat(99) }),
      fc.record({ kind: fc.constant('remove' as const), name }),
      fc.record({
        kind: fc.constantFrom('ok' as const, 'lost' as const, 'lostAfter' as const, 'evicted' as const),
      }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), actions => {
        const session = new FetchSession()
        const held = new Map<string, number>()
        const broker = { id: 0, epoch: 0, ids: 0, known: new Map<string, number>() }
        const ask = (kind: 'ok' | 'lost' | 'lostAfter' | 'evicted'): void => {
          const request = session.next()
          if (kind === 'lost') return session.reset(false)
          if (kind === 'evicted') broker.id = 0
          if (request.sessionEpoch === 0) {
            broker.id = ++broker.ids
            broker.epoch = 0
            broker.known.clear()
          } else if (request.sessionId !== broker.id) return session.reset(true)
          else if (request.sessionEpoch !== broker.epoch) return session.reset(false)
          for (const { partition } of request.forgotten) broker.known.delete(String(partition))
          for (const { partition, offset } of request.places) broker.known.set(String(partition), offset)
          broker.epoch += 1
          if (kind === 'lostAfter') return session.reset(false)
          session.accepted(broker.id)
        }

        for (const step of actions) {
          if (step.kind === 'set') {
            session.set(step.name, place(step.name, step.offset))
            held.set(step.name, step.offset)
          } else if (step.kind === 'remove') {
            session.remove(step.name)
            held.delete(step.name)
          } else ask(step.kind)
        }
        ask('ok')
        ask('ok')

        expect(broker.known).toEqual(held)
        expect(session.size).toBe(held.size)
      }),
      { numRuns: 500 },
    )
  })
})
