import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '../domain/names.js'
import {
  collidesInKafka,
  consumerGroupId,
  deadLetterTopicName,
  kafkaTopicName,
  traceTopicName,
} from './names.js'

const plain = { namespace: '', separator: '_' }
const named = { namespace: 'dlvm', separator: '_' }

describe('names in Kafka', () => {
  it.each([
    [plain, 'pl.smoke.orders', 'sub1', 'pl.smoke.orders', 'pl.smoke_orders_sub1'],
    [named, 'dlv.j', 'batch', 'dlvm_dlv.j', 'dlvm_dlv_j_batch'],
    [plain, 'a.b_c', 's_t', 'a.b_c', 'a_b__c_s__t'],
  ])('are those of Hermes for %o %s %s', (where, topic, subscription, kafkaTopic, group) => {
    expect(kafkaTopicName(where, topic as TopicName)).toBe(kafkaTopic)
    expect(consumerGroupId(where, topic as TopicName, subscription as SubscriptionName)).toBe(group)
  })

  it('put dead letters beside the topic', () => {
    expect(deadLetterTopicName(plain, 'a.b' as TopicName, 'c' as SubscriptionName)).toBe('a.b.c_dlq')
  })

  it('put all traces into one topic of the installation', () => {
    expect([traceTopicName(plain), traceTopicName(named)]).toEqual(['iris_traces', 'dlvm_iris_traces'])
  })

  it.each([
    ['a.b', 'a_b', true],
    ['a.b', 'a.b', false],
    ['a.b', 'a.c', false],
  ])('%s and %s collide: %s', (one, other, collides) => {
    expect(collidesInKafka(one, other)).toBe(collides)
  })
})
