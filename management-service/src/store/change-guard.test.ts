import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError, ZooUnavailableError } from '@iris/common/zookeeper/zoo-errors'
import type { ChangeGuard } from './ports.js'
import { createChangeGuard } from './change-guard.js'

const paths = zooPaths('/hermes')
const nodePath = `${paths.iris.root}/management/changes/one`

interface SetUp {
  readonly time: VirtualTime
  readonly guard: ChangeGuard
  /** Owner of each node. */
  readonly nodes: Map<string, string>
  readonly away: { answersLost: boolean; cannotRead: boolean }
}

/** A guard over a ZooKeeper that can lose the answers to creations, and refuse questions. */
function setUp(): SetUp {
  const time = createVirtualTime()
  const nodes = new Map<string, string>()
  const away = { answersLost: false, cannotRead: false }
  const session = {
    sessionId: () => 'ours',
    create(path: string) {
      if (nodes.has(path)) return Promise.reject(new NodeExistsError(-110, path, 'there'))
      nodes.set(path, 'ours')
      return away.answersLost
        ? Promise.reject(new ZooUnavailableError('no answer came', true))
        : Promise.resolve(path)
    },
    read(path: string) {
      if (away.cannotRead) return Promise.reject(new ZooUnavailableError('away'))
      const ephemeralOwner = nodes.get(path)
      return Promise.resolve(ephemeralOwner === undefined ? null : { stat: { ephemeralOwner } })
    },
    remove: (path: string) => Promise.resolve(void nodes.delete(path)),
  } as unknown as ZooSession
  const guard = createChangeGuard({ session, log: silentLog, clock: time, scheduler: time }, paths)
  return { time, guard, nodes, away }
}

describe('the guard of changes', () => {
  it('leaves no node behind when the answer to its creation is lost', async () => {
    const { guard, nodes, away } = setUp()
    away.answersLost = true

    const refused = guard.exclusively('one', () => Promise.resolve())

    await expect(refused).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE', status: 503 })
    expect([...nodes]).toEqual([])
    away.answersLost = false
    expect(await guard.exclusively('one', () => Promise.resolve(nodes.get(nodePath)))).toBe('ours')
  })

  it('begins no change while the removal for the one before may still take its node', async () => {
    const { time, guard, nodes, away } = setUp()
    away.cannotRead = true
    const first = guard.exclusively('one', () => Promise.resolve('first'))
    let held: string | undefined
    await time.advance(2_100)

    const second = guard.exclusively('one', () => Promise.resolve((held = nodes.get(nodePath))))
    await time.advance(1_000)
    const heldBefore = held
    away.cannotRead = false
    await time.advance(1_000)

    expect(await first).toBe('first')
    expect(heldBefore).toBeUndefined()
    expect(await second).toBe('ours')
  })

  it('refuses a change when that removal is not confirmed in time', async () => {
    const { time, guard, away } = setUp()
    away.cannotRead = true
    const first = guard.exclusively('one', () => Promise.resolve('first'))
    await time.advance(2_100)

    const second = guard.exclusively('one', () => Promise.resolve()).catch((error: unknown) => error)
    await time.advance(5_100)

    expect(await first).toBe('first')
    expect(await second).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    away.cannotRead = false
    await time.advance(1_000)
    expect(await guard.exclusively('one', () => Promise.resolve(3))).toBe(3)
  })

  it('lets another process finish its change for so long, and then refuses', async () => {
    const { time, guard, nodes } = setUp()
    nodes.set(nodePath, 'theirs')

    const refused = guard.exclusively('one', () => Promise.resolve()).catch((error: unknown) => error)
    await time.advance(6_000)

    expect(await refused).toMatchObject({ code: 'CONFLICT' })
    expect(nodes.get(nodePath)).toBe('theirs')
  })
})
