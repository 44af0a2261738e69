import { describe, expect, it } from 'vitest'
import {
  decodeParkedKeys,
  encodeParkedKeys,
  parkedKeysMax,
  type ParkedKey,
} from '@iris/common/domain/parked-keys'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import { keyHash } from '@iris/common/trace/event'
import { BadVersionError, NodeExistsError } from '@iris/common/zookeeper/zoo-errors'
import { createParking, type Parking } from './parking.js'
import { world, type World } from './testing/pipeline-world.js'

/** ZooKeeper with one node, and the parking of one process over it. */
function setUp(before: readonly ParkedKey[] | null = null) {
  const time = createVirtualTime()
  const node = { data: before === null ? null : encodeParkedKeys(before), version: 0 }
  const failures: Error[] = []
  const listeners = new Set<(node: { data: Buffer } | null) => void>()
  const fail = (): void => {
    const failure = failures.shift()
    if (failure !== undefined) throw failure
  }
  const put = (data: Buffer): void => {
    Object.assign(node, { data, version: node.version + 1 })
    for (const listener of listeners) listener({ data })
  }
  const session = {
    read: async () => (node.data === null ? null : { data: node.data, stat: { version: node.version } }),
    async write(_path: string, data: Buffer, version: number) {
      fail()
      if (version !== node.version) throw new BadVersionError(-103, '/p', 'BAD_VERSION')
      put(data)
    },
    async create(_path: string, data: Buffer) {
      fail()
      if (node.data !== null) throw new NodeExistsError(-110, '/p', 'NODE_EXISTS')
      put(data)
      return '/p'
    },
    ensure: () => Promise.resolve(),
    watchData(_path: string, listener: (node: { data: Buffer } | null) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const open = (clock: VirtualTime = time): Parking =>
    createParking({ session: session as never, clock, scheduler: clock, log: silentLog }, '/parked/s')
  const keys = (): readonly ParkedKey[] => (node.data === null ? [] : decodeParkedKeys(node.data))
  const clear = (): void => put(encodeParkedKeys([]))
  return { time, open, keys, clear, failures }
}

const key = (text: string): ParkedKey => ({
  ...{ hash: keyHash(Buffer.from(text)), key: text, since: 1, messageId: `id-of-${text}` },
  ...{ partition: 0, offset: 0, reason: 'because' },
})
const orderedBy = (parking: Parking): World => world({ plan: { ordering: 'KEY', isParking: true }, parking })
const abc = [
  { body: 'a1', key: 'a' },
  { body: 'a2', key: 'a' },
  { body: 'b1', key: 'b' },
]

describe('a parked key', () => {
  it('is kept before its dead letter settles; what follows is a dead letter untried, other keys go on', async () => {
    const { open, keys } = setUp()
    const made = orderedBy(open())
    const work = await made.open(0, abc)
    await made.answer('a1', 400)
    expect([keys(), made.bodies()]).toEqual([[], ['b1']])

    made.dead[0]?.stored(7)
    expect(work.window.commitPosition()).toBe(0)
    await made.time.advance(0)
    expect(keys()).toMatchObject([
      { hash: keyHash(Buffer.from('a')), key: 'a', messageId: 'id-a1', offset: 0 },
    ])
    expect(made.dead[1]?.facts).toMatchObject({ class: 'parked', attempts: 0, offset: 1 })
    expect(made.dead[1]?.facts.reason).toContain('id-a1')
    made.dead[1]?.stored(8)
    await made.answer('b1')
    expect(work.window.commitPosition()).toBe(3)
    expect(made.bodies()).toEqual([])
  })

  it('is known to the next owner before it reads, and until it is cleared', async () => {
    const { open, clear } = setUp([key('a')])
    const parking = open()
    await parking.ready()
    const made = orderedBy(parking)
    const work = await made.open(0, abc.slice(0, 1))
    expect(made.dead[0]?.facts.class).toBe('parked')

    clear()
    await made.append(work, [{ body: 'a9', key: 'a' }])
    made.dead[0]?.stored(0)
    await made.time.advance(0)
    expect(made.bodies()).toEqual(['a9'])
  })

  it('waits with its message while ZooKeeper is away, and says so', async () => {
    const { time, open, keys, failures } = setUp()
    const parking = open()
    const made = orderedBy(parking)
    const work = await made.open(0, abc.slice(0, 2))
    await made.answer('a1', 400)
    failures.push(new Error('away'))
    made.dead[0]?.stored(7)
    await made.time.advance(0)
    expect([work.window.commitPosition(), keys()]).toEqual([0, []])
    expect(made.pipeline.status().heldBack).toContain('ZooKeeper does not take a parked key: away')

    await time.advance(1_000)
    await made.time.advance(0)
    expect([work.window.commitPosition(), keys().length]).toEqual([1, 1])
    expect(made.pipeline.status().heldBack).toBeNull()
  })

  it('takes the thousandth place; the next stands still until another is cleared', async () => {
    const many = Array.from({ length: parkedKeysMax - 1 }, (_, index) => key(`k${index}`))
    const { time, open, keys, clear } = setUp(many)
    const made = orderedBy(open())
    const work = await made.open(0, [
      { body: 'a1', key: 'a' },
      { body: 'b1', key: 'b' },
    ])
    await made.answer('a1', 400)
    made.dead[0]?.stored(0)
    await made.time.advance(0)
    expect([keys().length, work.window.commitPosition()]).toEqual([parkedKeysMax, 1])

    await made.answer('b1', 400)
    made.dead[1]?.stored(0)
    await made.time.advance(0)
    expect([keys().length, work.window.commitPosition()]).toEqual([parkedKeysMax, 1])
    expect(made.pipeline.status().heldBack).toContain('1000 keys are parked')
    clear()
    await time.advance(1_000)
    await made.time.advance(0)
    expect([keys().map(each => each.key), work.window.commitPosition()]).toEqual([['b'], 2])
  })

  it('is added to those that another owner parked meanwhile', async () => {
    const { open, keys } = setUp([key('x')])
    const [one, other] = [open(), open()]
    const letterOf = async (text: string) => {
      const made = world()
      await made.open(0, [{ body: text, key: text }])
      return made.sent[0]!
    }
    const parked: string[] = []
    one.park(await letterOf('a'), 'because', () => parked.push('a'))
    other.park(await letterOf('b'), 'because', () => parked.push('b'))
    await createVirtualTime().advance(0)

    expect(parked.sort()).toEqual(['a', 'b'])
    expect(
      keys()
        .map(each => each.key)
        .sort(),
    ).toEqual(['a', 'b', 'x'])
  })

  it('is no matter of a message without a key', async () => {
    const { open, keys } = setUp()
    const made = orderedBy(open())
    const work = await made.open(0, [{ body: 'x' }])
    await made.answer('x', 400)
    made.dead[0]?.stored(0)

    expect([work.window.commitPosition(), keys()]).toEqual([1, []])
  })
})
