import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { turnMsMax } from '@iris/common/time/turns'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooNode, ZooSession } from '@iris/common/zookeeper/session'
import { createCatalog } from './catalog.js'

const paths = zooPaths('/hermes')
const owner = { source: 'Plaintext', id: 'shop' }
const names = ['a', 'b', 'c']

function nodeOf(content: object): ZooNode {
  const stat = {
    czxid: 1,
    mzxid: 1,
    version: 0,
    ctimeMs: 1,
    mtimeMs: 1,
    ephemeralOwner: '',
    childrenCount: 0,
  }
  return { data: Buffer.from(JSON.stringify(content)), stat }
}

/** A tree of three topics with a subscription each; every look at the clock says that a turn is over. */
function setUp() {
  const time = createVirtualTime()
  const nodes = new Map<string, ZooNode>([[paths.group('g'), nodeOf({ groupName: 'g' })]])
  const children = new Map<string, readonly string[]>([
    [paths.groups, ['g']],
    [paths.topics('g'), names],
    ...names.map(name => [paths.subscriptions(`g.${name}`), ['s']] as const),
  ])
  for (const name of names) {
    nodes.set(paths.topic(`g.${name}`), nodeOf({ name: `g.${name}`, owner, description: '' }))
    const endpoint = 'http://shop.local/'
    const subscription = { topicName: `g.${name}`, name: 's', endpoint, owner, description: '' }
    nodes.set(paths.subscription(`g.${name}`, 's'), nodeOf(subscription))
  }
  const listeners = new Map<string, (node: ZooNode | null) => void>()
  const session = {
    read: () => Promise.resolve(null),
    isSettled: () => true,
    watchData(path: string, listener: (node: ZooNode | null) => void) {
      listeners.set(path, listener)
      listener(nodes.get(path) ?? null)
      return () => void listeners.delete(path)
    },
    watchChildren(path: string, listener: (found: readonly string[] | null) => void) {
      listener(children.get(path) ?? null)
      return () => undefined
    },
  } as unknown as ZooSession
  let [looks, turnsOfOthers] = [0, 0]
  const others: (() => void)[] = []
  const clock = { ...time, monotonic: () => ++looks * turnMsMax }
  const after: typeof time.after = (delayMs, run) => {
    turnsOfOthers++
    others.shift()?.()
    return time.after(delayMs, run)
  }
  const catalog = createCatalog({ session, log: silentLog, clock, scheduler: { ...time, after } }, '/hermes')
  catalog.start()
  return {
    time,
    catalog,
    turns: () => turnsOfOthers,
    /** In the first turn of others that comes. */
    meanwhile: (work: () => void) => void others.push(work),
    change: (path: string, node: ZooNode | null) => listeners.get(path)?.(node),
  }
}

describe('the catalog', () => {
  it('lets others in while it reads, once for all who ask, and reads nothing twice', async () => {
    const { time, catalog, turns } = setUp()
    const both = [catalog.view(), catalog.view()]
    await time.advance(0)
    const [first, second] = await Promise.all(both)

    expect(first?.topics.map(({ name }) => name)).toEqual(['g.a', 'g.b', 'g.c'])
    expect(first?.subscriptions.map(({ topicName }) => topicName)).toEqual(['g.a', 'g.b', 'g.c'])
    expect(second).toBe(first)
    expect(turns()).toBe(6)
    expect(await catalog.view()).toBe(first)
    expect(turns()).toBe(6)
  })

  it('is of one moment: what went while it was read is in no part of it', async () => {
    const { time, catalog, meanwhile, change } = setUp()
    meanwhile(() => {
      change(paths.topic('g.a'), null)
      change(paths.topic('g.b'), nodeOf({ nonsense: 7, owner: 'nobody' }))
    })
    const asked = catalog.view()
    await time.advance(0)
    const { topics, subscriptions } = await asked

    // What cannot be read is left out.
    expect(topics.map(({ name }) => name)).toEqual(['g.c'])
    expect(subscriptions.map(({ topicName }) => topicName)).toEqual(['g.b', 'g.c'])
  })
})
