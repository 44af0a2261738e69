import { describe, expect, it } from 'vitest'
import { createVirtualTime } from '../time/virtual-time.js'
import type { ZooSession } from './session.js'
import { createSharedCounters, readSharedCounter } from './shared-counters.js'
import { BadVersionError, NodeExistsError, NoNodeError } from './zoo-errors.js'

const topic = '/groups/g/topics/t'
const path = `${topic}/metrics/published`

function setUp() {
  const time = createVirtualTime(0)
  const nodes = new Map<string, { data: Buffer; version: number }>([
    [topic, { data: Buffer.from('{}'), version: 0 }],
  ])
  let beforeWrite: () => void = () => undefined
  let isAway = false
  const answer = <T>(work: () => T): Promise<T> =>
    isAway ? Promise.reject(new Error('away')) : Promise.resolve().then(work)
  const session = {
    read: (at: string) =>
      answer(() => {
        const node = nodes.get(at)
        return node === undefined ? null : { data: node.data, stat: { version: node.version } }
      }),
    create: (at: string, data: Buffer) =>
      answer(() => {
        if (nodes.has(at)) throw new NodeExistsError(-110, at, 'exists')
        if (!nodes.has(at.slice(0, at.lastIndexOf('/')))) throw new NoNodeError(-101, at, 'no parent')
        nodes.set(at, { data, version: 0 })
        return at
      }),
    write: (at: string, data: Buffer, version: number) =>
      answer(() => {
        beforeWrite()
        const node = nodes.get(at)
        if (node === undefined) throw new NoNodeError(-101, at, 'gone')
        if (node.version !== version) throw new BadVersionError(-103, at, 'changed')
        nodes.set(at, { data, version: version + 1 })
      }),
  } as unknown as ZooSession
  const counter = { value: 0 }
  const counted = [{ path, counter }]
  const log = { debug() {}, info() {}, warn() {}, error() {} } as never
  const counters = createSharedCounters({ session, log, scheduler: time }, 1_000, () => counted)
  counters.start()
  return {
    counter,
    counted,
    counters,
    nodes,
    total: () => readSharedCounter(nodes.get(path)?.data ?? Buffer.alloc(0)),
    async period() {
      await time.advance(1_000)
      // Each gives promises some turns; a race takes more of them than one step gives.
      for (let step = 0; step < 5; step++) await time.advance(0)
    },
    setAway: (away: boolean) => void (isAway = away),
    interruptOnce(work: () => void) {
      beforeWrite = () => {
        beforeWrite = () => undefined
        work()
      }
    },
    others(amount: number) {
      const data = Buffer.alloc(8)
      const node = nodes.get(path)
      data.writeBigInt64BE(BigInt(readSharedCounter(node?.data ?? data) + amount))
      nodes.set(path, { data, version: (node?.version ?? -1) + 1 })
    },
  }
}

describe('a shared counter', () => {
  it('gets what was counted since the last period, and nothing twice', async () => {
    const { counter, period, total } = setUp()
    counter.value = 5
    await period()
    await period()
    counter.value = 7
    await period()

    expect(total()).toBe(7)
  })

  it('keeps what another process adds at the same moment', async () => {
    const { counter, period, total, others, interruptOnce } = setUp()
    counter.value = 1
    await period()
    counter.value = 3
    interruptOnce(() => others(10))
    await period()

    expect(total()).toBe(13)
  })

  it('gets later what could not be added', async () => {
    const { counter, period, total, setAway } = setUp()
    counter.value = 4
    setAway(true)
    await period()
    setAway(false)
    await period()

    expect(total()).toBe(4)
  })

  it('gets the last of a counter that ended, and of a process that stops', async () => {
    const { counter, counted, counters, period, total } = setUp()
    counter.value = 2
    counters.note()
    counter.value = 6
    counted.splice(0)
    await period()
    expect(total()).toBe(6)

    const other = { value: 1 }
    counted.push({ path, counter: other })
    await counters.stop(1_000)
    expect(total()).toBe(7)
  })

  it('is not made for a topic that is gone', async () => {
    const { counter, nodes, period } = setUp()
    nodes.clear()
    counter.value = 1
    await period()

    expect([...nodes.keys()]).toEqual([])
  })
})
