import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { BadVersionError } from '@iris/common/zookeeper/zoo-errors'
import { beforeEach, describe, expect, it } from 'vitest'
import { decodeAssignment } from './assignment-node.js'
import { createLeader, type Leader, type WantedSubscription } from './leader.js'

interface Kept {
  data: Buffer
  version: number
}

/** As much of a session as the leader uses, over a map. */
function createTree(): { nodes: Map<string, Kept>; writes: string[]; session: ZooSession } {
  const nodes = new Map<string, Kept>()
  const writes: string[] = []
  const name = (path: string): string => path.split('/').at(-1) ?? ''
  const session = {
    ensure: () => Promise.resolve(),
    children: () => Promise.resolve([...nodes.keys()]),
    read: (path: string) => {
      const node = nodes.get(name(path))
      return Promise.resolve(node === undefined ? null : { data: node.data, stat: { version: node.version } })
    },
    create: (path: string, data: Buffer) => {
      writes.push(name(path))
      nodes.set(name(path), { data, version: 0 })
      return Promise.resolve(path)
    },
    write: (path: string, data: Buffer, version: number) => {
      const node = nodes.get(name(path))
      if (node?.version !== version) return Promise.reject(new BadVersionError(-103, path, 'bad version'))
      writes.push(name(path))
      nodes.set(name(path), { data, version: version + 1 })
      return Promise.resolve({})
    },
    remove: (path: string) => {
      nodes.delete(name(path))
      return Promise.resolve()
    },
  }
  return { nodes, writes, session: session as unknown as ZooSession }
}

describe('the leader of the consumers', () => {
  let time: VirtualTime
  let tree: ReturnType<typeof createTree>
  let instances: string[]
  let wanted: WantedSubscription[]
  let isLeader: boolean
  let leader: Leader
  let membershipChanged: () => void

  beforeEach(() => {
    time = createVirtualTime()
    tree = createTree()
    instances = ['one']
    wanted = [{ id: 'a.b$c', partitions: 4 }]
    isLeader = true
    membershipChanged = () => undefined
    leader = createLeader(
      {
        session: tree.session,
        log: silentLog,
        scheduler: time,
        election: { isLeader: () => isLeader, onChange: () => () => undefined } as never,
        membership: {
          instances: () => instances,
          onChange: (listener: () => void) => {
            membershipChanged = listener
            return () => undefined
          },
        } as never,
        wanted: () => wanted,
      },
      { path: '/assignments', consumersPerSubscription: 2, debounceMs: 50, retryMs: 1_000 },
    )
    leader.start()
  })

  const slotsOf = (instance: string): unknown =>
    Object.fromEntries(decodeAssignment(tree.nodes.get(instance)?.data ?? Buffer.alloc(0)) ?? [])

  it('gives a subscription to the only instance', async () => {
    await time.advance(100)

    expect(slotsOf('one')).toEqual({ 'a.b$c': { slot: 0, of: 1 } })
    expect(leader.figures()).toEqual({ isLeader: true, assignedCount: 1, missingCount: 0 })
  })

  it('answers a new subscription within the debounce', async () => {
    await time.advance(100)
    wanted.push({ id: 'a.b$new', partitions: 1 })

    leader.changed()
    await time.advance(60)

    expect(slotsOf('one')).toHaveProperty('a.b$new')
  })

  it('shares a subscription when a second instance comes, and takes the node of one that is gone', async () => {
    await time.advance(100)
    instances = ['one', 'two']

    membershipChanged()
    await time.advance(100)
    const shared = [slotsOf('one'), slotsOf('two')]
    instances = ['two']
    membershipChanged()
    await time.advance(100)

    expect(shared).toEqual([{ 'a.b$c': { slot: 0, of: 2 } }, { 'a.b$c': { slot: 1, of: 2 } }])
    expect(slotsOf('two')).toEqual({ 'a.b$c': { slot: 0, of: 1 } })
    expect(tree.nodes.has('one')).toBe(false)
  })

  it('writes nothing when nothing changed', async () => {
    await time.advance(100)
    tree.writes.length = 0

    leader.changed()
    await time.advance(100)

    expect(tree.writes).toEqual([])
  })

  it('does nothing while another leads', async () => {
    isLeader = false

    await time.advance(1_000)

    expect(tree.nodes.size).toBe(0)
  })

  it('looks again when somebody wrote meanwhile', async () => {
    await time.advance(100)
    wanted.push({ id: 'a.b$new', partitions: 1 })
    const original = tree.session.write
    let races = 0
    tree.session.write = (path, data, version) => {
      if (races++ > 0) return original(path, data, version)
      return Promise.reject(new BadVersionError(-103, path, 'bad version'))
    }

    leader.changed()
    await time.advance(500)

    expect(races).toBe(2)
    expect(slotsOf('one')).toHaveProperty('a.b$new')
  })

  it('counts what Kafka does not know yet, and tries again', async () => {
    wanted = [{ id: 'a.b$c', partitions: undefined }]
    await time.advance(100)
    const missing = leader.figures().missingCount
    wanted = [{ id: 'a.b$c', partitions: 1 }]

    await time.advance(1_100)

    expect(missing).toBe(1)
    expect(slotsOf('one')).toHaveProperty('a.b$c')
  })

  it('leaves slots where they are while it has not heard of their topic', async () => {
    await time.advance(100)
    const before = slotsOf('one')
    wanted = [{ id: 'a.b$c', partitions: undefined }]

    leader.changed()
    await time.advance(100)

    expect(slotsOf('one')).toEqual(before)
    expect(leader.figures()).toMatchObject({ missingCount: 1 })
  })

  it('takes nothing from anybody while it does not know who is alive', async () => {
    await time.advance(100)
    const before = slotsOf('one')
    instances = []

    membershipChanged()
    await time.advance(100)

    expect(slotsOf('one')).toEqual(before)
  })

  it('ends its last balance before it stops', async () => {
    await leader.stop()
    await time.advance(1_000)

    expect(tree.nodes.size).toBe(0)
  })
})
