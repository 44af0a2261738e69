import { describe, expect, it } from 'vitest'
import { topicProblemsOf } from './kafka-findings.js'

const partition = (leader: number, replicaCount: number, inSyncCount: number) => ({
  ...{ partition: 0, leader, replicaCount, inSyncCount },
})
const broker = (id: number) => ({ id, host: 'kafka', port: 9092 })

function problems(
  partitions: readonly ReturnType<typeof partition>[],
  settings: Record<string, string> = {},
) {
  const inSyncMin = new Map(settings['min'] === undefined ? [] : [['a.b', settings['min']]])
  const unclean = new Map([['a.b', settings['unclean'] ?? 'false']])
  const metadata = {
    brokers: [broker(1), broker(2), broker(3)],
    topics: [{ code: 0, topic: 'a.b', partitions }],
  }
  return topicProblemsOf({ wanted: ['a.b'], metadata, inSyncMin, unclean }).map(({ problem, text }) => [
    problem,
    text,
  ])
}

describe('the topics of an installation', () => {
  it('are well with three replicas in sync of which two must be', () => {
    expect(problems([partition(1, 3, 3), partition(2, 3, 3)], { min: '2' })).toEqual([])
  })

  it('are told with what stops publishing first', () => {
    const settings = { min: '2', unclean: 'true' }
    expect(problems([partition(-1, 3, 0), partition(1, 3, 1), partition(2, 3, 2)], settings)).toEqual([
      ['NO_LEADER', '1 of 3 partitions have no leader'],
      ['TOO_FEW_IN_SYNC', '1 of 3 partitions have fewer than 2 replicas in sync'],
      ['UNDER_REPLICATED', 'replicas of 1 of 3 partitions are not in sync'],
      ['UNCLEAN_ELECTION', 'unclean.leader.election.enable may lose acknowledged messages'],
    ])
  })

  it('have a replica to spare, and more than one where there are several brokers', () => {
    expect(problems([partition(1, 2, 2)], { min: '2' }).map(([problem]) => problem)).toEqual([
      'NO_SPARE_REPLICA',
    ])
    expect(problems([partition(1, 1, 1)]).map(([problem]) => problem)).toEqual(['ONE_REPLICA'])
  })

  it('are missing where Kafka does not have them', () => {
    const told = { metadata: { brokers: [broker(1)], topics: [] }, inSyncMin: new Map(), unclean: new Map() }
    expect(topicProblemsOf({ ...told, wanted: ['a.b'] })).toEqual([
      { topic: 'a.b', problem: 'MISSING', text: 'Kafka has no such topic' },
    ])
  })
})
