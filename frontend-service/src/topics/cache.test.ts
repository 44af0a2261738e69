import { describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import type { DefinitionNode, Definitions } from '@iris/common/zookeeper/definitions'
import { createTopicCache } from './cache.js'
import type { RoutedTopic } from './routed-topic.js'

function node(text: string): DefinitionNode {
  return { data: Buffer.from(text), stat: { ctimeMs: 1, mtimeMs: 2 } } as DefinitionNode
}

function createWorld(): {
  readonly nodes: Map<string, DefinitionNode>
  change(name: string, node: DefinitionNode | null): void
  readonly removed: string[]
  readonly cache: ReturnType<typeof createTopicCache>
} {
  const nodes = new Map<string, DefinitionNode>()
  const removed: string[] = []
  let listener: (name: string, node: DefinitionNode | null) => void = () => undefined
  const definitions = {
    isLoaded: () => true,
    topicNames: () => nodes.keys(),
    topic: (name: string) => nodes.get(name),
    onTopic(listen: typeof listener) {
      listener = listen
      return () => undefined
    },
  } as unknown as Definitions
  const cache = createTopicCache({
    definitions,
    log: silentLog,
    route: topic => ({ name: topic.name, bodyBytesMax: topic.maxMessageSize }) as unknown as RoutedTopic,
    onRemoved: topic => removed.push(topic.name),
  })
  return { nodes, removed, cache, change: (name, changed) => listener(name, changed) }
}

describe('cache of topics', () => {
  it('holds what is there at the start, and follows changes', () => {
    const world = createWorld()
    world.nodes.set('g.one', node('{"name":"g.one"}'))

    world.cache.start()
    world.change('g.two', node('{"name":"g.two","maxMessageSize":2048}'))
    world.change('g.two', node('{"name":"g.two","maxMessageSize":4096}'))

    expect(world.cache.find('g.one')?.name).toBe('g.one')
    expect(world.cache.find('g.two')?.bodyBytesMax).toBe(4_096)
    expect(world.cache.count()).toBe(2)
  })

  it('forgets what is gone, and says so once', () => {
    const world = createWorld()
    world.cache.start()
    world.change('g.t', node('{"name":"g.t"}'))

    world.change('g.t', null)
    world.change('g.t', null)

    expect(world.cache.find('g.t')).toBeUndefined()
    expect(world.removed).toEqual(['g.t'])
  })

  it.each(['not json', '[]', '', '{"name":"g.bad","maxMessageSize":"many"}'])(
    'leaves out a node that holds %j and keeps the others',
    text => {
      const world = createWorld()
      world.cache.start()
      world.change('g.good', node('{"name":"g.good"}'))

      world.change('g.bad', node(text))

      expect(world.cache.find('g.bad')).toBeUndefined()
      expect(world.cache.find('g.good')).toBeDefined()
    },
  )

  it('finds nothing under the names of every object', () => {
    const world = createWorld()

    expect(world.cache.find('__proto__')).toBeUndefined()
    expect(world.cache.find('constructor')).toBeUndefined()
  })
})
