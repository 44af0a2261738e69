import { describe, expect, it } from 'vitest'
import type { PartitionOffset } from '@iris/common/kafka/offsets'
import { ForeignMemberError } from '@iris/common/kafka/offsets'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { CatalogueEntry } from './catalogue.js'
import { startKeeper, type KeeperParts } from './keeper.js'

const hourMs = 3_600_000

interface World {
  readonly entries: readonly (readonly [name: string, state: string])[]
  /** Offsets by consumer group and Kafka topic; -1 where none is committed. */
  readonly committed?: Readonly<Record<string, readonly number[]>>
  readonly isLeader?: () => boolean
  readonly failing?: Readonly<Record<string, Error>>
  /** Settles each fetch. */
  readonly whenFetched?: Promise<void>
}

function entryOf(name: string, state: string): CatalogueEntry {
  const entry = { id: `g.t$${name}`, kafkaTopic: 't', delayTopic: `t.${name}_delay`, groupId: name, state }
  const plan = state === 'UNUSABLE' ? { problem: 'its endpoint is refused' } : {}
  return { ...entry, suspendedReason: null, plan } as unknown as CatalogueEntry
}

/** A keeper with an hour of virtual time between its rounds; gives the commits as `group topic offsets`. */
function keeping(world: World) {
  const time = createVirtualTime()
  const commits: string[] = []
  let fetchCount = 0
  const held = (groupId: string, topic: string): readonly number[] | undefined =>
    world.committed?.[`${groupId} ${topic}`]
  const known = new Set<string>(['t'])
  const parts = {
    catalogue: { all: () => world.entries.map(each => entryOf(...each)).values() },
    cluster: {
      layout: (topic: string) => (known.has(topic) ? [{ partition: 0 }, { partition: 1 }] : undefined),
      refresh: () => Promise.resolve(),
    },
    offsets: {
      async fetch(groupId: string, topic: string): Promise<readonly PartitionOffset[]> {
        fetchCount++
        await world.whenFetched
        const error = world.failing?.[groupId]
        if (error !== undefined) throw error
        const offsets = held(groupId, topic) ?? [-1, -1]
        return offsets.map((offset, partition) => ({ partition, offset, metadata: `of ${partition}` }))
      },
      commit(groupId: string, topic: string, rows: readonly PartitionOffset[]) {
        const shown = rows.map(each => `${each.partition}@${each.offset} ${each.metadata}`)
        commits.push(`${groupId} ${topic}: ${shown.join(', ')}`)
        return Promise.resolve()
      },
    },
    scheduler: time,
    log: silentLog,
    isLeader: world.isLeader ?? (() => true),
  } as unknown as KeeperParts
  const cancel = startKeeper(parts, hourMs)
  return { time, commits, cancel, known, fetchCount: () => fetchCount }
}

describe('the keeper of offsets', () => {
  it('commits each hour what a suspended subscription has committed, with its metadata', async () => {
    const { time, commits } = keeping({ entries: [['s', 'SUSPENDED']], committed: { 's t': [5, 0] } })

    await time.advance(hourMs - 1)
    expect(commits).toEqual([])
    await time.advance(1)
    expect(commits).toEqual(['s t: 0@5 of 0, 1@0 of 1'])
    await time.advance(2 * hourMs)
    expect(commits).toHaveLength(3)
  })

  it('keeps what waits in the delay topic too', async () => {
    const committed = { 's t': [5, 6], 's t.s_delay': [1, 2] }
    const { time, commits, known } = keeping({ entries: [['s', 'SUSPENDED']], committed })
    known.add('t.s_delay')

    await time.advance(hourMs)

    expect(commits).toEqual(['s t: 0@5 of 0, 1@6 of 1', 's t.s_delay: 0@1 of 0, 1@2 of 1'])
  })

  it('keeps a subscription that cannot be delivered, and leaves those to their owners that run', async () => {
    const committed = { 'broken t': [1, 2], 'running t': [3, 4] }
    const entries = [['running', 'ACTIVE'] as const, ['broken', 'UNUSABLE'] as const]
    const { time, commits } = keeping({ entries, committed })

    await time.advance(hourMs)

    expect(commits).toEqual(['broken t: 0@1 of 0, 1@2 of 1'])
  })

  it('makes up no offset where none is committed', async () => {
    const { time, commits } = keeping({
      entries: [
        ['new', 'SUSPENDED'],
        ['half', 'SUSPENDED'],
      ],
      committed: { 'half t': [-1, 7] },
    })

    await time.advance(hourMs)

    expect(commits).toEqual(['half t: 1@7 of 1'])
  })

  it('is the work of the leader alone, also of one that is no longer it in the middle', async () => {
    let isLeader = false
    const entries = ['a', 'b', 'c'].map(name => [name, 'SUSPENDED'] as const)
    const committed = { 'a t': [1, 1], 'b t': [1, 1], 'c t': [1, 1] }
    const { time, commits } = keeping({ entries, committed, isLeader: () => isLeader && commits.length < 2 })

    await time.advance(hourMs)
    expect(commits).toEqual([])
    isLeader = true
    await time.advance(hourMs)
    expect(commits.map(each => each[0])).toEqual(['a', 'b'])
  })

  it('goes on to the next when Kafka refuses one, such as a group with members', async () => {
    const entries = [['foreign', 'SUSPENDED'] as const, ['s', 'SUSPENDED'] as const]
    const failing = { foreign: new ForeignMemberError('foreign', 'UNKNOWN_MEMBER_ID') }
    const { time, commits } = keeping({ entries, committed: { 's t': [1, 1] }, failing })

    await time.advance(hourMs)

    expect(commits).toEqual(['s t: 0@1 of 0, 1@1 of 1'])
  })

  it('begins no round while one is under way, and none when it was cancelled', async () => {
    let release = (): void => undefined
    const whenFetched = new Promise<void>(resolve => (release = resolve))
    const { time, fetchCount, cancel } = keeping({ entries: [['s', 'SUSPENDED']], whenFetched })

    await time.advance(3 * hourMs)
    expect(fetchCount()).toBe(1)
    release()
    await time.advance(hourMs)
    expect(fetchCount()).toBe(2)
    cancel()
    await time.advance(2 * hourMs)
    expect(fetchCount()).toBe(2)
  })
})
