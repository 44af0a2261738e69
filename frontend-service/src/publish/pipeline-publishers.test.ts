import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusal } from '@iris/common/errors/hermes-error'
import type { AppendOutcome } from '@iris/common/kafka/producer'
import type { TopicGate } from '../access/topic-gate.js'
import type { TopicTold } from '../publishers/publishers.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { createPipelineWorld, type PipelineWorld } from './in-memory-pipeline.js'
import type { Origin } from './origin.js'

const stored: AppendOutcome = { kind: 'stored', partition: 0, offset: 1 }
let world: PipelineWorld

beforeEach(async () => {
  world = await createPipelineWorld()
})
afterEach(() => world.stop())

/** Lets everybody in who brings credentials that are not `wrong`. */
const gate: TopicGate = {
  asksWho: true,
  permit: ({ sent }) =>
    sent.headers.authorization === 'wrong' ? refusal('UNAUTHENTICATED', {}, 'frontend') : null,
  nameOf: ({ sent }) => (sent.headers.authorization === undefined ? null : 'shop'),
  charge: ({ sent }) => (sent.headers['x-over'] === undefined ? null : refusal('AUTH_ERROR', {}, 'frontend')),
  received: () => null,
}

const send = (
  more: Partial<Origin> = {},
  headers: Record<string, string> = { authorization: 'right' },
): void =>
  world.pipeline.publish(
    {
      sent: { headers, rawHeaders: [] },
      announcedBytes: 2,
      address: '10.1.2.3',
      read(taker) {
        taker.onBody(Buffer.from('{}'))
        return null
      },
      stored: () => undefined,
      accepted: () => undefined,
      refused: () => undefined,
      ...more,
    },
    'acme.orders',
  )
const told = (): TopicTold => world.publishers.tell('acme.orders', world.time.monotonic())
const counts = (): unknown =>
  told()
    .publishers.map(({ publisher, accepted, refused }) => [
      publisher.name ?? publisher.network,
      accepted,
      refused,
    ])
    .sort()

const topic = (overrides: Partial<RoutedTopic>): void =>
  void world.topics.set('acme.orders', world.topic(overrides))

describe('a message is counted for its publisher', () => {
  it('when Kafka has it, and not before', () => {
    topic({ gate })
    send()
    expect(counts()).toEqual([])
    world.producer.appended.shift()?.done(stored)

    expect(counts()).toEqual([['shop', 1, 0]])
  })

  it('by the network it came from where its topic asks nobody', () => {
    send()
    world.producer.appended.shift()?.done(stored)

    expect(counts()).toEqual([['10.1.2.0/24', 1, 0]])
  })

  it('as refused when it is, by Kafka or before; wrong credentials stand for nobody', () => {
    topic({ gate })
    send()
    world.producer.appended.shift()?.done({ kind: 'notStored', detail: 'no' } as AppendOutcome)
    send({}, { authorization: 'right', 'x-over': 'yes' })
    send({}, { authorization: 'wrong' })

    expect(counts()).toEqual([
      ['10.1.2.0/24', 0, 1],
      ['shop', 0, 2],
    ])
  })

  it('once: of one that a fellow passes on, there', () => {
    topic({ gate })
    send({ isForwarded: true })
    world.producer.appended.shift()?.done(stored)

    expect(counts()).toEqual([])
  })

  it.each([
    [true, []],
    [false, [['shop', 1, 0]]],
  ])('once: where its key stands for an earlier one (%s), for that', (isReplay, expected) => {
    topic({ gate })
    send({}, { authorization: 'right', 'idempotency-key': '"k"' })
    const [publication] = world.keyed
    if (publication === undefined) throw new Error('it has no key')
    world.keyedEvents?.found(publication, { messageId: 'm', scheduled: null, isReplay })

    expect(counts()).toEqual(expected)
  })

  it('of no topic that is gone when Kafka has it', () => {
    send()
    world.topics.delete('acme.orders')
    world.publishers.forget('acme.orders')
    world.producer.appended.shift()?.done(stored)

    expect(counts()).toEqual([])
  })

  it('of no topic that is not there', () => {
    world.topics.clear()
    send()
    world.lookUps[0]?.('absent')

    expect(counts()).toEqual([])
  })
})
