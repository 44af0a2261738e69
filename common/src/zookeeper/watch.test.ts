import { describe, expect, it } from 'vitest'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime } from '../time/virtual-time.js'
import type { WatchEvent, ZooConnection } from './connection.js'
import type { ZooNode } from './node.js'
import { Watches, type WatchOptions } from './watch.js'
import { ConnectionLostError, zooError } from './zoo-errors.js'

const node = (text: string, mzxid: number): ZooNode => ({
  data: Buffer.from(text),
  stat: { czxid: 1, mzxid, version: 0, ctimeMs: 0, mtimeMs: 0, ephemeralOwner: '', childrenCount: 0 },
})

/** Data nodes only: answers `read`, `look for` and `watch` from a map, and counts. */
function setUp(options: WatchOptions = { readsMax: 200, watchesMax: 1_000 }) {
  const time = createVirtualTime()
  const tree = new Map<string, ZooNode | number>()
  const asked: string[] = []
  let inFlight = 0
  let inFlightMax = 0
  let isAnswering = true
  const connect = (): ZooConnection => ({
    async send(call) {
      asked.push(call.name)
      inFlightMax = Math.max(inFlightMax, ++inFlight)
      await Promise.resolve()
      inFlight--
      if (!isAnswering) throw new ConnectionLostError('gone')
      const found = tree.get(call.path)
      if (typeof found === 'number') throw zooError(found, call.path)
      if (call.name.startsWith('look for')) return (found?.stat ?? null) as never
      return (call.name.startsWith('watch') ? undefined : (found ?? null)) as never
    },
    zxid: () => Buffer.from([0, 0, 0, 0, 0, 0, 0, 9]),
    endSession: () => undefined,
    destroy: () => undefined,
  })
  const watches = new Watches({ log: silentLog, scheduler: time }, options)
  const notify = (kind: WatchEvent['kind'], path: string): void => watches.notified({ kind, path })
  return {
    time,
    tree,
    asked,
    watches,
    connect,
    notify,
    inFlightMax: () => inFlightMax,
    answer: (value: boolean) => (isAnswering = value),
  }
}
const textOf = (value: ZooNode | null): string => value?.data.toString() ?? 'absent'

describe('watches', () => {
  it('read with so many at once as allowed, and no more', async () => {
    const { time, watches, connect, asked, inFlightMax } = setUp({ readsMax: 7, watchesMax: 100 })
    for (let count = 0; count < 50; count++) watches.onData(`/n${count}`, () => undefined)

    watches.connected(connect(), false)
    while (!watches.isSettled()) await time.advance(1)

    expect(inFlightMax()).toBe(7)
    expect(asked.filter(name => name.startsWith('read'))).toHaveLength(50)
  })

  it('are as many as the bound; one more is refused, and one that ended makes room', () => {
    const { watches } = setUp({ readsMax: 1, watchesMax: 2 })
    const cancel = watches.onData('/a', () => undefined)
    watches.onChildren('/a', () => undefined)
    watches.onData('/a', () => undefined)

    expect(() => watches.onData('/b', () => undefined)).toThrow('/b is one too many')
    cancel()
    expect(() => watches.onData('/b', () => undefined)).toThrow('/b is one too many')

    const other = setUp({ readsMax: 1, watchesMax: 1 }).watches
    other.onData('/a', () => undefined)()
    expect(() => other.onData('/b', () => undefined)).not.toThrow()
  })

  it('make one value of many events, and none of an event without a change', async () => {
    const { time, tree, watches, connect, notify } = setUp()
    const seen: string[] = []
    tree.set('/a', node('one', 1))
    watches.onData('/a', value => seen.push(textOf(value)))
    watches.connected(connect(), false)
    await time.advance(1)

    notify('changed', '/a')
    await time.advance(1)
    tree.set('/a', node('two', 2))
    for (let count = 0; count < 10; count++) notify('changed', '/a')
    await time.advance(1)

    expect(seen).toEqual(['one', 'two'])
  })

  it('are set again by packets and not by reads when the session goes on', async () => {
    const { time, watches, connect, asked } = setUp()
    for (let count = 0; count < 100; count++) watches.onData(`/n${count}`, () => undefined)
    const first = connect()
    watches.connected(first, false)
    while (!watches.isSettled()) await time.advance(1)
    asked.length = 0

    watches.disconnected(first)
    watches.connected(connect(), true)
    while (!watches.isSettled()) await time.advance(1)

    expect(asked).toEqual(['watch /n0'])
  })

  it('are read again besides when the session is new', async () => {
    const { time, tree, watches, connect, asked } = setUp()
    const seen: string[] = []
    tree.set('/a', node('one', 7))
    watches.onData('/a', value => seen.push(textOf(value)))
    const first = connect()
    watches.connected(first, false)
    await time.advance(10)
    asked.length = 0

    watches.disconnected(first)
    tree.set('/a', node('of another tree', 3))
    watches.connected(connect(), false)
    await time.advance(10)

    expect(asked.toSorted()).toEqual(['read /a', 'watch /a'])
    expect(seen).toEqual(['one', 'of another tree'])
  })

  it('that were being read when the connection broke are read on the next', async () => {
    const { time, tree, watches, connect, answer } = setUp()
    const seen: string[] = []
    tree.set('/a', node('one', 1))
    answer(false)
    const first = connect()
    watches.onData('/a', value => seen.push(textOf(value)))

    watches.connected(first, false)
    watches.disconnected(first)
    await time.advance(1)
    expect(seen).toEqual([])
    answer(true)
    watches.connected(connect(), true)
    await time.advance(1)

    expect(seen).toEqual(['one'])
  })

  it('count what may not be read as absent, stop no other, and look again each second', async () => {
    const { time, tree, watches, connect } = setUp()
    const seen: string[] = []
    tree.set('/secret', -102)
    tree.set('/open', node('open', 1))
    watches.onData('/secret', value => seen.push(`secret ${textOf(value)}`))
    watches.onData('/open', value => seen.push(`open ${textOf(value)}`))
    watches.connected(connect(), false)
    await time.advance(5_000)
    expect(seen.toSorted()).toEqual(['open open', 'secret absent'])
    expect(watches.isSettled()).toBe(false)

    tree.set('/secret', node('told', 2))
    await time.advance(1_000)

    expect(seen.at(-1)).toBe('secret told')
    expect(watches.isSettled()).toBe(true)
  })

  it('keep the last value of what may not be read any more', async () => {
    const { time, tree, watches, connect, notify } = setUp()
    const seen: string[] = []
    tree.set('/a', node('one', 1))
    watches.onData('/a', value => seen.push(textOf(value)))
    watches.connected(connect(), false)
    await time.advance(1)

    tree.set('/a', -102)
    notify('changed', '/a')
    await time.advance(3_000)

    expect(seen).toEqual(['one'])
  })
})
