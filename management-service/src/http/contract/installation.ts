/**
 * What the routes about the installation as a whole promise.
 */
import { z } from 'zod'
import { listedSubscription, listedTopic } from '../../installation/listing.js'
import { overviewShape } from '../../installation/overview.js'
import { processShape } from '../../installation/processes.js'
import { checkupShape } from '../../checkup/checkup.js'
import { json, type ResourceContract } from './contract.js'
import { words } from './parameters.js'

const process = {
  id: 'iris-1_8080',
  kind: 'frontend',
  host: '10.0.0.1',
  port: 8080,
  pid: 4711,
  version: '0.1.0',
  startedAt: '2026-05-01T12:00:00.000Z',
  answering: true,
}
const stuck = {
  topic: 'demo.orders',
  subscription: 'billing',
  circuit: 'probing',
  text: 'attempts fail, so only a probe goes out now and then; the last attempt: answered 503',
}
const overview = {
  at: '2026-05-01T12:30:00.000Z',
  counts: { groups: 1, topics: 2, subscriptions: 3, suspended: 1 },
  rates: { publishedPerS: 12.5, deliveredPerS: 25, failedPerS: 0.2, retriedPerS: 0.2, discardedPerS: 0 },
  lag: 37,
  busiest: [{ topic: 'demo.orders', publishedPerS: 12.5, deliveredPerS: 25, bytesPerS: 6_400 }],
  stuckCount: 1,
  stuck: [{ ...stuck, cause: 'CIRCUIT_OPEN', lag: 37 }],
  openCircuitCount: 1,
  openCircuits: [stuck],
  tasks: [],
  processCounts: { frontend: 1, consumers: 1, management: 1 },
  processes: [process],
  problems: [],
}

const answeredAtOnce = { tookMs: 3, problem: null }
const checkup = {
  at: '2026-05-01T12:30:00.000Z',
  zookeeper: answeredAtOnce,
  kafka: {
    ...{ ...answeredAtOnce, brokers: [{ id: 1, host: 'kafka-1', port: 9092 }], topics: 2, problemCount: 1 },
    problems: [
      {
        ...{ topic: 'demo.orders', problem: 'ONE_REPLICA' },
        text: 'it has one replica: a lost disk loses messages',
      },
    ],
  },
  processes: [
    {
      ...{ ...process, ...answeredAtOnce, clockAheadMs: -2 },
      self: {
        ...{ version: '0.1.0', node: 'v20.19.0', nowMs: 1_777_637_400_000, isReady: true },
        ...{ settings: { 'kafka.namespace': 'e3b0c44298fc' }, disk: null },
      },
    },
  ],
}

const listed = {
  topic: {
    ...{ name: 'demo.orders', owner: 'Shop team', contentType: 'JSON', subscriptions: 2 },
    ...{ publishRate: 12.5, deliveryRate: 25 },
  },
  subscription: {
    ...{ topicName: 'demo.orders', name: 'billing', state: 'ACTIVE', owner: 'Billing team' },
    ...{ endpoint: 'http://billing.example/in', mode: 'ANYCAST', deliveryType: 'SERIAL' },
    ...{ deliveryRate: 12.5, failureRate: 0, circuit: 'closed', lag: 0, trouble: null },
  },
}

export const installationContract: ResourceContract = {
  tag: 'Installation',
  description: 'All of it at a glance. An addition of Iris.',
  routes: {
    'GET /overview': {
      summary: 'Shows what flows, what is stuck and who lives',
      description:
        'Rates are those of the last `management.rates.period`, told by the services themselves. Nothing of it asks ' +
        'Kafka. Each caller sees what it may read.',
      right: 'reader',
      isForEachCaller: true,
      // Tasks name who started them, and what for.
      shows: 'contents',
      answers: { 200: json(overviewShape, overview) },
      errors: ['NOT_READY', 'OVERLOADED'],
    },
    'GET /listing/topics': {
      summary: 'Lists all topics in short, with their rates',
      right: 'reader',
      isForEachCaller: true,
      query: { groupName: words('Only topics of this group') },
      answers: { 200: json(z.array(listedTopic), [listed.topic]) },
      errors: ['NOT_READY', 'OVERLOADED'],
    },
    'GET /listing/subscriptions': {
      summary: 'Lists all subscriptions in short, with their rates and what is wrong',
      right: 'reader',
      isForEachCaller: true,
      query: { topicName: words('Only subscriptions of this topic') },
      answers: { 200: json(z.array(listedSubscription), [listed.subscription]) },
      errors: ['NOT_READY', 'OVERLOADED'],
    },
    'GET /checkup': {
      summary: 'Looks at all that the installation stands on',
      description:
        'Asks ZooKeeper, Kafka and every process, three seconds at most. Of settings that have to be the same everywhere ' +
        'digests are told, nothing of others. `iris doctor` says what the answer means.',
      right: 'reader',
      answers: { 200: json(checkupShape, checkup) },
      errors: ['OVERLOADED'],
    },
    'GET /processes': {
      summary: 'Lists the processes that live',
      right: 'reader',
      answers: { 200: json(z.array(processShape), [process]) },
    },
  },
}
