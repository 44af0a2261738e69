import { describe, expect, it } from 'vitest'
import { plainVault } from '@iris/common/secrets/vault'
import type { Cluster } from '@iris/common/kafka/cluster'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Definitions, DefinitionNode } from '@iris/common/zookeeper/definitions'
import { createCatalogue } from './catalogue.js'
import { createFleet } from './fleet.js'
import { nothingRuns, type Runner, type Wish } from './runner.js'

const stat = { ctimeMs: 1, mtimeMs: 1 } as DefinitionNode['stat']
const node = (json: unknown): DefinitionNode => ({ data: Buffer.from(JSON.stringify(json)), stat })
const topicNode = node({ contentType: 'JSON', owner: { source: 'x', id: 'y' } })
const subscriptionNode = (members: object = {}): DefinitionNode =>
  node({
    endpoint: 'http://receiver/',
    state: 'ACTIVE',
    deliveryType: 'SERIAL',
    subscriptionPolicy: {},
    ...members,
  })

function setUp(partitions: [string, number][] = [['g.t', 4]]) {
  const time = createVirtualTime()
  const topics = new Map<string, DefinitionNode>([['g.t', topicNode]])
  const subscriptions = new Map<string, DefinitionNode>([['g.t$a', subscriptionNode()]])
  const listeners = {
    topic: new Set<(name: string, node: DefinitionNode | null) => void>(),
    subscription: new Set<(topic: string, name: string, node: DefinitionNode | null) => void>(),
    layout: new Set<(topic: string) => void>(),
  }
  const add = <T>(set: Set<T>, listener: T): (() => void) => {
    set.add(listener)
    return () => void set.delete(listener)
  }
  const definitions = {
    topic: (name: string) => topics.get(name),
    subscription: (id: string) => subscriptions.get(id),
    subscriptionIds: () => subscriptions.keys(),
    onTopic: (listener: (name: string, node: DefinitionNode | null) => void) =>
      add(listeners.topic, listener),
    onSubscription: (listener: (topic: string, name: string, node: DefinitionNode | null) => void) =>
      add(listeners.subscription, listener),
  } as unknown as Definitions
  const kafka = new Map<string, number>(partitions)
  const known = new Set<string>()
  const cluster = {
    layout: (topic: string) =>
      known.has(topic)
        ? Array.from({ length: kafka.get(topic)! }, (_, partition) => ({ partition, leader: 1 }))
        : undefined,
    refresh(names: readonly string[]) {
      for (const name of names) if (kafka.has(name)) known.add(name)
      for (const name of names) if (kafka.has(name)) for (const listener of listeners.layout) listener(name)
      return Promise.resolve()
    },
    onLayout: (listener: (topic: string) => void) => add(listeners.layout, listener),
  } as unknown as Cluster
  const wishes = new Map<string, (Wish | null)[]>()
  const catalogue = createCatalogue(
    { definitions, vault: plainVault, log: silentLog },
    {
      namespace: { namespace: '', separator: '_' },
      inflightMax: 100,
      inflightLimit: 1000,
      frontends: [],
      isFilteringEnabled: true,
      isHttp2Allowed: true,
      batchVolumeMax: 1e6,
    },
  )
  let changes = 0
  const fleet = createFleet(
    {
      ...{ catalogue, cluster, clock: time, scheduler: time, log: silentLog },
      changed: () => changes++,
      runner(id): Runner {
        const seen: (Wish | null)[] = wishes.get(id) ?? []
        wishes.set(id, seen)
        return {
          want: wish => void seen.push(wish),
          moved: () => undefined,
          settled: () => Promise.resolve(),
          isRunning: () => true,
          status: () => nothingRuns,
          sign: () => null,
        }
      },
    },
    { drainMs: 100, layoutRetryMs: 1000 },
  )
  const put = (name: string, value: DefinitionNode | null): void => {
    if (value === null) subscriptions.delete(`g.t$${name}`)
    else subscriptions.set(`g.t$${name}`, value)
    for (const listener of listeners.subscription) listener('g.t', name, value)
  }
  catalogue.start()
  fleet.start()
  const last = (id: string): Wish | null | undefined => wishes.get(id)?.at(-1)
  /** Kafka denies the topic once. */
  const deny = (topic: string): void => {
    known.delete(topic)
    for (const listener of listeners.layout) listener(topic)
  }
  return { time, fleet, kafka, wishes, last, put, deny, changeCount: () => changes }
}

describe('the fleet of a process', () => {
  it('runs what is assigned, with the partitions of its slot', async () => {
    const { time, fleet, last } = setUp()
    await time.advance(0)
    fleet.assigned(new Map([['g.t$a', { slot: 1, of: 2 }]]))

    expect(last('g.t$a')).toMatchObject({ partitions: [1, 3], partitionsTotal: 4 })
    expect(fleet.runningCount()).toBe(1)
    fleet.assigned(new Map([['g.t$a', { slot: 0, of: 1 }]]))
    expect(last('g.t$a')).toMatchObject({ partitions: [0, 1, 2, 3] })
    fleet.assigned(new Map())
    expect(last('g.t$a')).toBeNull()
  })

  it('tells of what nobody can run, though nobody is assigned it', () => {
    const { fleet, put } = setUp()
    const filters = [{ type: 'header', header: 'X', matcher: '(?=a)' }]
    put('b', subscriptionNode({ filters }))

    const problem = expect.stringMatching(/look ahead/) as string
    expect(fleet.rows()).toMatchObject([{ id: 'g.t$b', slot: null, notRunning: problem }])
    expect(fleet.rows('g.t$b')).toMatchObject([{ notRunning: problem }])
    expect(fleet.rows('g.t$a')).toEqual([])
    put('b', subscriptionNode({ filters: [] }))
    expect(fleet.rows()).toEqual([])
  })

  it('stops what is suspended, deleted or changed beyond us, and starts it again', async () => {
    const { time, fleet, last, put, changeCount } = setUp()
    await time.advance(0)
    fleet.assigned(new Map([['g.t$a', { slot: 0, of: 1 }]]))
    for (const stopped of [
      subscriptionNode({ state: 'SUSPENDED' }),
      subscriptionNode({ endpoint: 'jms://queue' }),
      null,
    ]) {
      const before = changeCount()
      put('a', stopped)
      expect(last('g.t$a')).toBeNull()
      expect(changeCount()).toBeGreaterThan(before)
      await time.advance(0)
      put('a', subscriptionNode())
      expect(last('g.t$a')).not.toBeNull()
    }
  })

  it('updates a running subscription live, and touches no other', async () => {
    const { time, fleet, wishes, put } = setUp()
    put('b', subscriptionNode())
    await time.advance(0)
    const slot = { slot: 0, of: 1 }
    fleet.assigned(
      new Map([
        ['g.t$a', slot],
        ['g.t$b', slot],
      ]),
    )
    put('a', subscriptionNode({ endpoint: 'http://other/' }))

    expect(wishes.get('g.t$a')?.map(wish => wish?.plan.endpoint.host)).toEqual(['receiver', 'other'])
    expect(wishes.get('g.t$b')).toHaveLength(1)
  })

  it('waits for a topic that Kafka does not know yet, and says so', async () => {
    const { time, fleet, last, kafka } = setUp([])
    fleet.assigned(new Map([['g.t$a', { slot: 0, of: 1 }]]))
    await time.advance(500)
    expect(last('g.t$a')).toBeUndefined()
    expect(fleet.rows()[0]?.notRunning).toContain('Kafka does not know')

    kafka.set('g.t', 2)
    await time.advance(2000)
    expect(last('g.t$a')).toMatchObject({ partitionsTotal: 2 })
  })

  it('asks on for a topic that Kafka denied once, and goes on when it is back', async () => {
    const { time, fleet, last, kafka, deny } = setUp()
    await time.advance(0)
    fleet.assigned(new Map([['g.t$a', { slot: 0, of: 1 }]]))
    kafka.delete('g.t')
    deny('g.t')
    expect(last('g.t$a')).toBeNull()

    kafka.set('g.t', 4)
    await time.advance(2000)

    expect(last('g.t$a')).toMatchObject({ partitions: [0, 1, 2, 3] })
  })

  it('says why something that is assigned does not run', async () => {
    const { time, fleet, put } = setUp()
    put('a', subscriptionNode({ endpoint: 'jms://queue' }))
    await time.advance(0)
    fleet.assigned(new Map([['g.t$a', { slot: 0, of: 1 }]]))

    expect(fleet.rows()).toMatchObject([
      { id: 'g.t$a', notRunning: expect.stringContaining('protocols') as string },
    ])
    expect(fleet.rows('g.t$a')).toEqual(fleet.rows())
    expect(fleet.rows('g.t$nobodys')).toEqual([])
  })

  it('survives definitions that nobody can read', async () => {
    const { time, fleet, put, last } = setUp()
    put('broken', { data: Buffer.from('{'), stat })
    await time.advance(0)
    fleet.assigned(
      new Map([
        ['g.t$broken', { slot: 0, of: 1 }],
        ['g.t$a', { slot: 0, of: 1 }],
      ]),
    )

    expect(fleet.rows().find(row => row.id === 'g.t$broken')?.notRunning).toContain('JSON')
    expect(last('g.t$a')).toBeTruthy()
  })

  it('stops everything at the end, and starts nothing any more', async () => {
    const { time, fleet, last, put } = setUp()
    await time.advance(0)
    fleet.assigned(new Map([['g.t$a', { slot: 0, of: 1 }]]))
    await fleet.stop(5000)
    put('a', subscriptionNode())

    expect(last('g.t$a')).toBeNull()
  })
})
