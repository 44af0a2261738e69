import { describe, expect, it } from 'vitest'
import { kafkaCode } from './kafka-error.js'
import { createLayoutCache } from './layout-cache.js'

const brokers = [{ id: 1, host: '127.0.0.1', port: 9092 }]
const answer = (
  code: number,
  partitions = [{ partition: 0, leader: 1, replicaCount: 1, inSyncCount: 1 }],
) => ({
  brokers,
  controller: 1,
  topics: [{ topic: 't', code, partitions }],
})

describe('what is known of a topic', () => {
  it.each([
    ['leader not available', kafkaCode.LEADER_NOT_AVAILABLE],
    ['not authorized', 29],
    ['unknown server error', -1],
  ])('stays when the answer about it is: %s', (_what, code) => {
    const cache = createLayoutCache()
    const told: string[] = []
    cache.apply(answer(kafkaCode.NONE))
    cache.onLayout(topic => told.push(topic))

    cache.apply(answer(code, []))

    expect(cache.layout('t')).toHaveLength(1)
    expect(told).toEqual([])
  })

  it('goes when Kafka says that there is no such topic, and is told of both times', () => {
    const cache = createLayoutCache()
    const told: (number | undefined)[] = []
    cache.onLayout(topic => told.push(cache.layout(topic)?.length))

    cache.apply(answer(kafkaCode.NONE))
    cache.apply(answer(kafkaCode.UNKNOWN_TOPIC_OR_PARTITION, []))
    cache.apply(answer(kafkaCode.NONE))

    expect(told).toEqual([1, undefined, 1])
  })
})
