/**
 * One subscription and its dead-letter topic in memory, for tests of the use cases.
 */
import { everybody } from '@iris/common/access/principal'
import { createMemoryLog, type MemoryLog } from '@iris/common/dead-letters/testing/memory-log'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { parseSubscription } from '@iris/common/domain/subscription'
import { parseTopic } from '@iris/common/domain/topic'
import { createMemoryTasks, type MemoryTasks } from '@iris/common/tasks/testing/memory-tasks'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import { createMemoryStore } from '../../store/in-memory.js'
import { plainVault } from '@iris/common/secrets/vault'
import type { KafkaLetters } from '../../store/letter-ports.js'
import type { Asked } from '../../topics/create-topic.js'
import type { TaskParts } from '../../tasks/task-parts.js'
import type { CopyParts } from '../copy.js'

export const names = { topic: 'acme.orders' as TopicName, name: 'billing' as SubscriptionName }
export const kafkaTopic = 'acme.orders.billing_dlq'
const owner = { source: 'Plaintext', id: 'x' }

export interface LettersWorld {
  readonly memory: MemoryLog
  readonly time: VirtualTime
  readonly parts: CopyParts & TaskParts & Asked
  readonly tasks: MemoryTasks
  /** Endpoints that were asked about. */
  readonly guarded: string[]
  /** Whether there is a dead-letter topic at all. */
  hasTopic: boolean
}

/** Makes it, without letters. */
export function createLettersWorld(first = 0): LettersWorld {
  const memory = createMemoryLog(first)
  const time = createVirtualTime()
  const store = createMemoryStore()
  const body = { topicName: names.topic, name: names.name, description: '', endpoint: 'http://h/', owner }
  store.held.subscriptions.set(`${names.topic}$${names.name}`, { value: parseSubscription(body), version: 0 })
  const topic = {
    name: names.topic,
    description: '',
    owner,
    retentionTime: { duration: 1 },
    contentType: 'JSON',
  }
  store.held.topics.set(names.topic, { value: parseTopic(topic), version: 0 })
  const letters: KafkaLetters = {
    open(wanted, fromMs) {
      if (!world.hasTopic || wanted !== kafkaTopic) return Promise.resolve(null)
      return Promise.resolve({ first: memory.firstSince(fromMs), next: memory.next, log: memory.log })
    },
    append: (_topic, record) => Promise.resolve(memory.append(record)),
    close: (_topic, ranges, as) => Promise.resolve(memory.close(ranges, as)),
    remove: (_topic, before) => Promise.resolve(memory.removeBelow(before)),
  }
  const tasks = createMemoryTasks()
  const guarded: string[] = []
  const world: LettersWorld = {
    ...{ memory, time, tasks, guarded },
    hasTopic: true,
    parts: {
      ...{ store, letters, tasks, clock: time, scheduler: time },
      guard: endpoint => Promise.resolve(void guarded.push(endpoint)),
      namespace: { namespace: '', separator: '_' },
      vault: plainVault,
      principal: everybody,
      privilegedSubscribers: [],
      newId: () => String(tasks.held.size),
    },
  }
  return world
}
