import { describe, expect, it } from 'vitest'
import { named } from './publisher.js'
import { createPublishers, type PublisherLimits, type Publishers } from './publishers.js'

const limits: PublisherLimits = { publishersEachMax: 3, publishersMax: 5, quietMsMax: 1_000 }
const table = (sinceMs = 0): Publishers => createPublishers(limits, sinceMs, topic => topic !== 'a.gone')
/** One accepted message of each, a millisecond apart. */
const publish = (publishers: Publishers, topic: string, names: string, fromMs = 1): void =>
  names.split(' ').forEach((name, at) => publishers.count(topic, named(name, null), true, fromMs + at))
const refuse = (publishers: Publishers, topic: string, name: string, atMs: number): void =>
  publishers.count(topic, named(name, null), false, atMs)
const namesOf = (publishers: Publishers, topic: string, nowMs = 100): string =>
  publishers
    .tell(topic, nowMs)
    .publishers.map(({ publisher }) => publisher.name)
    .join('')

describe('the publishers of a topic', () => {
  it('are told with what became of their messages, the last one first', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y x')
    refuse(publishers, 'a.b', 'y', 9)

    expect(publishers.tell('a.b', 10)).toEqual({
      sinceMs: 0,
      publishers: [
        expect.objectContaining({
          publisher: named('y', null),
          accepted: 1,
          refused: 1,
          firstMs: 2,
          lastMs: 9,
        }),
        expect.objectContaining({
          publisher: named('x', null),
          accepted: 2,
          refused: 0,
          firstMs: 1,
          lastMs: 3,
        }),
      ],
      others: null,
    })
  })

  it('are nobody for a topic that nobody published to, whoever publishes to others', () => {
    const publishers = table(7)
    publish(publishers, 'a.b', 'x', 8)

    expect(publishers.tell('a.c', 10)).toEqual({ sinceMs: 7, publishers: [], others: null })
  })

  it('are nobody for a topic that is gone, however late its messages are answered', () => {
    const publishers = table()
    publish(publishers, 'a.gone', 'x y')

    expect(publishers.tell('a.gone', 10)).toEqual({ sinceMs: 0, publishers: [], others: null })
  })

  it('are as many as there is place for; the one longest quiet becomes one of the others', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x x y z x')
    expect(publishers.tell('a.b', 9)).toMatchObject({ others: null })
    refuse(publishers, 'a.b', 'y', 9)
    publish(publishers, 'a.b', 'w', 10)

    expect(namesOf(publishers, 'a.b')).toBe('wyx')
    expect(publishers.tell('a.b', 11)).toMatchObject({
      sinceMs: 0,
      others: { accepted: 1, refused: 0, lastMs: 4 },
    })
  })

  it('give way only when no crowd of the refused can: these leave first, however lately they came', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y')
    for (const [at, name] of ['a', 'b', 'c', 'd', 'e', 'f'].entries())
      refuse(publishers, 'a.b', name, 10 + at)

    expect(namesOf(publishers, 'a.b')).toBe('fyx')
    expect(publishers.tell('a.b', 20)).toMatchObject({ others: { accepted: 0, refused: 5, lastMs: 14 } })
  })

  it('who are all accepted give way to nobody who is refused, only to another accepted one', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y z')
    refuse(publishers, 'a.b', 'a', 10)
    refuse(publishers, 'a.b', 'b', 11)

    expect(namesOf(publishers, 'a.b')).toBe('zyx')
    expect(publishers.tell('a.b', 20).others).toEqual({ accepted: 0, refused: 2, lastMs: 11 })

    publish(publishers, 'a.b', 'a', 12)
    expect(namesOf(publishers, 'a.b')).toBe('azy')
    expect(publishers.tell('a.b', 20).others).toEqual({ accepted: 1, refused: 2, lastMs: 11 })
  })

  it('add up with the others to all messages', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y z u v w x y z u v w x')
    const told = publishers.tell('a.b', 20)

    const sum = told.publishers.reduce((all, { accepted }) => all + accepted, told.others?.accepted ?? 0)
    expect([sum, told.publishers.length]).toEqual([13, limits.publishersEachMax])
  })

  it('are forgotten with their topic', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y z')
    publish(publishers, 'a.c', 'x', 5)
    publishers.forget('a.b')
    publishers.forget('a.b')
    // There is place for all but one of these only where nobody of the other topic takes one.
    publish(publishers, 'a.d', 'u v w', 6)
    publish(publishers, 'a.e', 'u', 9)

    expect(['a.b', 'a.c', 'a.d', 'a.e'].map(topic => namesOf(publishers, topic))).toEqual([
      '',
      'x',
      'wvu',
      'u',
    ])
    expect(publishers.tell('a.b', 20)).toMatchObject({ others: null, sinceMs: 0 })
  })
})

describe('the publishers of all topics', () => {
  it('are as many as there is place for; who leaves is told by the time since which all are known', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y z')
    publish(publishers, 'a.c', 'x y', 4)
    publish(publishers, 'a.b', 'x', 6)
    expect(publishers.tell('a.b', 6).sinceMs).toBe(0)
    publish(publishers, 'a.d', 'x', 7)

    expect(['a.b', 'a.c', 'a.d'].map(topic => namesOf(publishers, topic))).toEqual(['xz', 'yx', 'x'])
    expect(publishers.tell('a.d', 8).sinceMs).toBe(2)
  })

  it('leave first where no message of theirs was accepted, whichever topic it is', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y')
    refuse(publishers, 'a.c', 'a', 3)
    refuse(publishers, 'a.c', 'b', 4)
    refuse(publishers, 'a.c', 'c', 5)
    publish(publishers, 'a.c', 'a', 6)
    refuse(publishers, 'a.d', 'd', 7)
    refuse(publishers, 'a.d', 'e', 8)
    publish(publishers, 'a.d', 'u', 9)

    expect(['a.b', 'a.c', 'a.d'].map(topic => namesOf(publishers, topic))).toEqual(['yx', 'a', 'ue'])
    expect(publishers.tell('a.b', 10)).toMatchObject({ sinceMs: 7, others: null })
  })

  it('who are all accepted lose one place to a crowd of refused', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y z')
    publish(publishers, 'a.c', 'x y', 4)
    for (let at = 0; at < 50; at++) refuse(publishers, `a.d${at}`, 'a', 10 + at)

    expect(['a.b', 'a.c', 'a.d49'].map(topic => namesOf(publishers, topic))).toEqual(['zy', 'yx', 'a'])
  })

  it('are forgotten when they were quiet for long, others too once nobody of the topic is left', () => {
    const publishers = table()
    publish(publishers, 'a.b', 'x y z w')
    publish(publishers, 'a.c', 'x', 1_004)

    expect(namesOf(publishers, 'a.b', 1_004)).toBe('w')
    expect(publishers.tell('a.b', 1_005)).toEqual({ sinceMs: 4, publishers: [], others: null })
    expect(namesOf(publishers, 'a.c', 1_005)).toBe('x')

    refuse(publishers, 'a.c', 'y', 1_006)
    expect(namesOf(publishers, 'a.c', 2_005)).toBe('y')
    expect(namesOf(publishers, 'a.c', 2_007)).toBe('')
  })

  it('stay within the bound whatever comes', () => {
    const publishers = table()
    const topics = ['a.b', 'a.c', 'a.d', 'a.e']
    for (let at = 0; at < 200; at++)
      publishers.count(topics[at % 4] ?? '', named(String(at % 7), null), at % 3 > 0, at)

    const counts = topics.map(topic => publishers.tell(topic, 200).publishers.length)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(limits.publishersMax)
  })
})
