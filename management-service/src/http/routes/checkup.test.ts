import { expect, it } from 'vitest'
import { catalogOf } from '../../catalog/in-memory.js'
import { holdTopic } from '../../changes/testing/held.js'
import type { Checkup, CheckupParts } from '../../checkup/checkup.js'
import { createGate } from '../../gate.js'
import { createMemoryStore } from '../../store/in-memory.js'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { callRoute } from '../testing/call-route.js'
import { checkupRoutes } from './checkup.js'

const startedMs = Date.parse('2026-05-01T12:00:00Z')
const self = { version: '0.1.0', node: 'v20.19.0', isReady: true, settings: {}, disk: null }

async function checkup(overrides: Partial<CheckupParts> = {}): Promise<Checkup> {
  const time = createVirtualTime()
  const store = createMemoryStore()
  holdTopic(store, 'g.t')
  const parts: CheckupParts = {
    ...{ clock: time, scheduler: time, catalog: catalogOf(store), ratePeriodMs: 10_000 },
    namespace: { namespace: 'iris', separator: '_' },
    asker: { json: () => Promise.resolve({ ...self, nowMs: time.now() + 4_000 }) },
    cluster: { anyConnection: () => Promise.reject(new Error('no Kafka broker can be reached')) },
    processes: () =>
      Promise.resolve([
        {
          id: 'f',
          kind: 'frontend',
          host: 'h',
          port: 1,
          pid: 2,
          url: 'http://h:1',
          certificate: null,
          version: '0.1.0',
          startedMs,
        },
      ]),
    touchZooKeeper: () => Promise.resolve(null),
    answeredAgoMs: () => 10,
    ...overrides,
  }
  const { status, body } = await callRoute(checkupRoutes(parts, createGate(1, 'looks')), 'GET', '/checkup')
  expect(status).toBe(200)
  return body as Checkup
}

it('tells the clock of each process beside that of management, and who does not answer', async () => {
  const told = await checkup()

  expect(told.zookeeper).toEqual({ tookMs: 0, problem: null })
  expect(told.kafka).toMatchObject({ tookMs: null, problem: 'no Kafka broker can be reached', brokers: [] })
  expect(told.processes).toMatchObject([
    { id: 'f', answering: true, problem: null, clockAheadMs: 4_000, self: { version: '0.1.0' } },
  ])
})

it('is given also where ZooKeeper and a process are silent, or a process is of an earlier version', async () => {
  const broker = { id: 1, host: 'k', port: 9092 }
  const connection = { request: () => Promise.resolve({ brokers: [broker], topics: [] }) }
  const away = await checkup({
    touchZooKeeper: () => Promise.reject(new Error('not connected')),
    processes: () => Promise.reject(new Error('not connected')),
    catalog: { ...catalogOf(createMemoryStore()), view: () => Promise.reject(new Error('not connected')) },
    cluster: { anyConnection: () => Promise.resolve(connection as never) },
  })
  const silent = await checkup({ asker: { json: () => Promise.reject(new Error('it answered 404')) } })

  // Kafka is asked all the same, and is not blamed.
  expect(away.kafka).toMatchObject({ problem: null, tookMs: 0, brokers: [broker], topics: 0 })
  expect([away.zookeeper.problem, away.processes]).toEqual(['not connected', []])
  expect(silent.processes).toMatchObject([{ self: null, clockAheadMs: null, problem: 'it answered 404' }])
})
