import { describe, expect, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import { parseSubscription, type Subscription } from '@iris/common/domain/subscription'
import { parseTopic, type Topic } from '@iris/common/domain/topic'
import { forwardsOf, wayBetween } from './forwards.js'
import { graphOf, type Graph } from './graph.js'

const ownerOf = (id: string): object => ({ source: 'Plaintext', id })

function topic(name: string, owner: string, publishers: readonly string[] = []): Topic {
  const auth = { enabled: publishers.length > 0, publishers }
  return parseTopic({
    ...{ name, description: '', owner: ownerOf(owner), contentType: 'JSON', auth },
    retentionTime: { duration: 1 },
  })
}

function subscription(topicName: string, owner: string, endpoint: string): Subscription {
  const name = `s${owner}`
  return parseSubscription({ topicName, name, description: '', endpoint, owner: ownerOf(owner) })
}

const graph = (topics: Topic[], subscriptions: Subscription[]): Graph =>
  graphOf({ groups: ['shop'], topics, subscriptions }, true)

describe('the graph', () => {
  it('has subscriptions as edges to hosts and topics', () => {
    const { topics, subscriptions, cycles } = graph(
      [topic('shop.t2', 'B'), topic('shop.t1', 'A')],
      [
        subscription('shop.t1', 'B', 'http://u:p@b.example:8080/in'),
        subscription('shop.t2', 'A', 'topic:shop.t3'),
        subscription('shop.t1', 'C', 'http://{host}.example/x'),
      ],
    )

    expect(topics.map(({ name }) => name)).toEqual(['shop.t1', 'shop.t2'])
    expect(subscriptions.map(({ hosts, forwardsTo }) => [hosts, forwardsTo])).toEqual([
      [['b.example:8080'], null],
      [['template.example'], null],
      [[], 'shop.t3'],
    ])
    expect(cycles).toEqual([])
  })

  it('says nothing of rings where nobody asks', () => {
    expect(graphOf({ groups: [], topics: [], subscriptions: [] }, false).cycles).toBeNull()
  })
})

describe('a ring', () => {
  it('closes over who subscribes and publishes, by owner, by host, or by declared publishers', () => {
    const byOwner = [subscription('shop.t1', 'B', 'http://x/'), subscription('shop.t2', 'A', 'http://x/')]
    const byHost = [subscription('shop.t1', 'x', 'http://b/'), subscription('shop.t2', 'x', 'http://a/')]

    expect(graph([topic('shop.t1', 'A'), topic('shop.t2', 'B')], byOwner).cycles).toEqual([
      ['shop.t1', 'shop.t2'],
    ])
    expect(graph([topic('shop.t1', 'x', ['a']), topic('shop.t2', 'x', ['b'])], byHost).cycles).toEqual([
      ['shop.t1', 'shop.t2'],
    ])
  })

  it('closes over forwards', () => {
    const topics = ['shop.t1', 'shop.t2', 'shop.t3'].map(name => topic(name, 'A'))
    const ring = [
      subscription('shop.t3', 'x', 'topic:shop.t1'),
      subscription('shop.t1', 'x', 'topic:shop.t2'),
      subscription('shop.t2', 'x', 'topic:shop.t3'),
    ]

    expect(graph(topics, ring).cycles).toEqual([['shop.t1', 'shop.t2', 'shop.t3']])
    expect(graph(topics, ring.slice(1)).cycles).toEqual([])
  })

  it('is no ring where a team subscribes to what it owns, and one where a declared publisher does', () => {
    const own = [subscription('shop.t1', 'A', 'http://x/')]

    expect(graph([topic('shop.t1', 'A')], own).cycles).toEqual([])
    expect(graph([topic('shop.t1', 'B', ['A'])], own).cycles).toEqual([['shop.t1']])
  })
})

describe('a large installation', () => {
  it('is gone through in a bounded number of steps, whoever owns it', () => {
    const topics = Array.from({ length: 5_000 }, (_, index) => topic(`shop.t${index}`, 'A'))
    const chain = topics.map((_, index) =>
      subscription(`shop.t${index}`, `o${index}`, `topic:shop.t${index + 1}`),
    )
    const own = topics.map(({ name }) => subscription(name, 'A', 'http://a/'))

    expect(graph(topics, own).cycles).toEqual([])
    expect(graph(topics, chain).cycles).toEqual([])
  })
})

describe('a way of forwards', () => {
  const forwards = forwardsOf([
    subscription('shop.a', 'x', 'topic:shop.b'),
    subscription('shop.b', 'x', 'topic:shop.c'),
    subscription('shop.b', 'y', 'http://host/'),
  ])

  it('leads from topic to topic, and nowhere else', () => {
    const way = (from: string, to: string): unknown =>
      wayBetween(forwards, from as TopicName, to as TopicName)

    expect(way('shop.a', 'shop.c')).toEqual(['shop.a', 'shop.b', 'shop.c'])
    expect(way('shop.a', 'shop.a')).toEqual(['shop.a'])
    expect(way('shop.c', 'shop.a')).toBeNull()
  })
})
