/**
 * What every use case of tasks needs.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { TaskStore } from '@iris/common/tasks/task-store'
import type { Vault } from '@iris/common/secrets/vault'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { KafkaNamespace } from '@iris/common/kafka/names'
import type { KafkaLetters } from '../store/letter-ports.js'
import type { SubscriptionStore, TopicStore } from '../store/ports.js'
import type { EndpointGuard } from '../subscriptions/endpoint-guard.js'
import type { PrivilegedSubscriber } from '../subscriptions/subscriber-permissions.js'

export interface TaskParts {
  readonly store: SubscriptionStore & TopicStore
  readonly tasks: TaskStore
  readonly letters: KafkaLetters
  readonly guard: EndpointGuard
  /** Who may send messages of restricted topics to other endpoints. */
  readonly privilegedSubscribers: readonly PrivilegedSubscriber[]
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly namespace: KafkaNamespace
  /** Keeps the password of a task's own endpoint. */
  readonly vault: Pick<Vault, 'seal'>
  /** Makes the last part of a task's id. */
  newId(): string
}

/** Whose tasks. */
export interface TaskNames {
  readonly topic: TopicName
  readonly name: SubscriptionName
}
