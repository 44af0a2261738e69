import { describe, expect, it } from 'vitest'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { DefinitionNode } from '@iris/common/zookeeper/definitions'
import type { TopicCache } from './cache.js'
import type { RoutedTopic } from './routed-topic.js'
import { createUnknownTopics, type LookUpAnswer, type UnknownTopics } from './unknown-topics.js'

const node = { data: Buffer.from('{}') } as unknown as DefinitionNode

interface World {
  readonly topics: UnknownTopics
  readonly time: ReturnType<typeof createVirtualTime>
  /** What ZooKeeper says next; an error is thrown. */
  answer: DefinitionNode | null | Error
  watched: Set<string>
  asked: string[]
  warned: number
  readonly known: Map<string, RoutedTopic>
  ask(name: string): Promise<string>
}

function createWorld(): World {
  const time = createVirtualTime()
  const known = new Map<string, RoutedTopic>()
  const cache = {
    find: (name: string) => known.get(name),
    learn(name: string) {
      const topic = { name } as RoutedTopic
      known.set(name, topic)
      return topic
    },
    forget: (name: string) => void known.delete(name),
  } as unknown as TopicCache
  const world: World = {
    time,
    known,
    answer: null,
    watched: new Set(),
    asked: [],
    warned: 0,
    topics: createUnknownTopics({
      cache,
      definitions: {
        topic: name => (world.watched.has(name) ? node : undefined),
        lookUpTopic(name) {
          world.asked.push(name)
          return world.answer instanceof Error ? Promise.reject(world.answer) : Promise.resolve(world.answer)
        },
      },
      clock: time,
      scheduler: time,
      warn() {
        world.warned++
      },
    }),
    ask: name =>
      new Promise(resolve =>
        world.topics.lookUp(name, (answer: LookUpAnswer) =>
          resolve(typeof answer === 'string' ? answer : `found ${answer.name}`),
        ),
      ),
  }
  return world
}

describe('unknown topics', () => {
  it('are found when ZooKeeper has them', async () => {
    const world = createWorld()
    world.answer = node

    expect(await world.ask('g.t')).toBe('found g.t')
  })

  it('are absent for a second without asking again, then looked up anew', async () => {
    const world = createWorld()

    expect(await world.ask('g.t')).toBe('absent')
    await world.time.advance(999)
    expect(await world.ask('g.t')).toBe('absent')
    expect(world.asked).toHaveLength(1)
    world.answer = node
    await world.time.advance(1)

    expect(await world.ask('g.t')).toBe('found g.t')
  })

  it('are asked for once, however many wait', async () => {
    const world = createWorld()

    const answers = await Promise.all(Array.from({ length: 50 }, () => world.ask('g.t')))

    expect(new Set(answers)).toEqual(new Set(['absent']))
    expect(world.asked).toHaveLength(1)
  })

  it.each(['', 'nodot', 'a/../b.c', 'g.', '.t', 'g.t t', 'g.%2f', '__proto__', 'g.é'])(
    'are absent without asking when the name %j is none',
    async name => {
      const world = createWorld()

      expect(await world.ask(name)).toBe('absent')
      expect(world.asked).toHaveLength(0)
    },
  )

  it('are unclear when ZooKeeper cannot be asked, and that is not remembered', async () => {
    const world = createWorld()
    world.answer = new Error('away')

    expect(await world.ask('g.t')).toBe('unclear')
    expect(world.warned).toBe(1)
    world.answer = node

    expect(await world.ask('g.t')).toBe('found g.t')
  })

  it('are unclear at once when too many others are being looked up', async () => {
    const world = createWorld()

    const answers = await Promise.all(Array.from({ length: 70 }, (_, index) => world.ask(`g.t${index}`)))

    expect(answers.filter(answer => answer === 'absent')).toHaveLength(64)
    expect(answers.filter(answer => answer === 'unclear')).toHaveLength(6)
  })

  it('leave again when the watched tree never shows them and ZooKeeper no longer has them', async () => {
    const world = createWorld()
    world.answer = node
    await world.ask('g.t')

    await world.time.advance(6_000)
    expect(world.known.has('g.t')).toBe(true)
    world.answer = new Error('away')
    await world.time.advance(5_000)
    expect(world.known.has('g.t')).toBe(true)
    world.answer = null
    await world.time.advance(5_000)

    expect(world.known.has('g.t')).toBe(false)
    expect(world.time.pending()).toBe(0)
  })

  it('stay when the watched tree shows them', async () => {
    const world = createWorld()
    world.answer = node
    await world.ask('g.t')
    world.watched.add('g.t')
    world.answer = null

    await world.time.advance(60_000)

    expect(world.known.has('g.t')).toBe(true)
    expect(world.time.pending()).toBe(0)
  })
})
