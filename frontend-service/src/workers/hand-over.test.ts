import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { closeWhatNobodyTook, type HandOverChannel } from './hand-over.js'

/** The channel to a worker; connections are named, and `closed` tells which were closed. */
function makeChannel() {
  const closed: string[] = []
  const sent: unknown[] = []
  const emitter = new EventEmitter()
  const channel: HandOverChannel = {
    send: (...all) => sent.push(all) > 0,
    on: (event, listener) => emitter.on(event, listener),
    once: (event, listener) => emitter.once(event, listener),
  }
  const underWay = closeWhatNobodyTook(channel)
  const hand = (seq: number, name: string): boolean =>
    channel.send({ cmd: 'NODE_CLUSTER', act: 'newconn', key: 'k', seq }, { close: () => closed.push(name) })
  const take = (ack: number): boolean =>
    emitter.emit('internalMessage', { cmd: 'NODE_CLUSTER', ack, accepted: true, seq: 9 })
  const die = (): boolean => emitter.emit('exit')
  return { channel, closed, sent, underWay, hand, take, die }
}

describe('a connection handed to a worker', () => {
  it('is closed when the worker dies before it took it', () => {
    const { closed, underWay, hand, die } = makeChannel()
    hand(1, 'a')
    expect([closed, underWay()]).toEqual([[], 1])
    die()

    expect([closed, underWay()]).toEqual([['a'], 0])
  })

  it('is the worker’s alone once it took it, or gave it back', () => {
    const { closed, hand, take, die } = makeChannel()
    hand(1, 'a')
    take(1)
    hand(2, 'b')
    die()

    expect(closed).toEqual(['b'])
  })

  it('passes as Node sent it, and other words mean nothing', () => {
    const { channel, closed, sent, die } = makeChannel()
    const handle = { close: () => closed.push('other') }
    const words = [{ kind: 'stop' }, null, { cmd: 'NODE_CLUSTER', act: 'listening', seq: 3 }, 'text']
    for (const word of words) expect(channel.send(word, handle, { keepOpen: false })).toBe(true)
    die()

    expect(sent).toEqual(words.map(word => [word, handle, { keepOpen: false }]))
    expect(closed).toEqual([])
  })
})
