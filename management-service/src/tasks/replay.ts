/**
 * The replay of a topic for one subscription: messages of a stretch delivered again, beside normal delivery.
 * Takes two moments or offsets, and options. Gives a task, or with `dryRun` what it would deliver.
 * Promises: the subscription's offsets stay as they are; what is published after the question is not part
 * of it.
 */
import { compileFilters, type CompiledFilters } from '@iris/common/filter/filters'
import { refusal } from '@iris/common/errors/hermes-error'
import { invalidMember } from '@iris/common/errors/member-about'
import { kafkaTopicName } from '@iris/common/kafka/names'
import type { Task } from '@iris/common/tasks/task'
import { patchOf } from '../requests.js'
import { existingSubscription, existingTopic } from '../store/existing.js'
import type { KafkaSearch } from '../store/kafka-ports.js'
import type { Asked } from '../topics/create-topic.js'
import { addTask } from './add-task.js'
import { countReplay, type ReplayCount, type ScanMessages } from './replay-count.js'
import { replayRanges } from './replay-range.js'
import { taskOptionsOf } from './task-options.js'
import type { TaskNames, TaskParts } from './task-parts.js'

export interface ReplayParts extends TaskParts {
  readonly kafka: KafkaSearch
  readonly scan: ScanMessages
}

/** A task, or what it would do. */
export type Replayed = { readonly task: Task } | { readonly dryRun: ReplayCount }

/** Starts a replay, or counts. */
export async function replayMessages(
  parts: ReplayParts & Asked,
  names: TaskNames,
  json: unknown,
): Promise<Replayed> {
  const body = patchOf(json)
  const { rate, endpoint, isDryRun } = await taskOptionsOf(parts, names, body, ['from', 'to', 'deadLetters'])
  const { deadLetters = false } = body
  if (typeof deadLetters !== 'boolean') throw invalidMember('deadLetters', 'must be true or false')
  const filters = await filtersOf(parts, names)
  const kafkaTopic = kafkaTopicName(parts.namespace, names.topic)
  const ranges = await replayRanges(parts.kafka, kafkaTopic, { from: body['from'], to: body['to'] })
  if (isDryRun) return { dryRun: await countReplay(parts, kafkaTopic, ranges, filters) }
  const spec = { ranges, rate, endpoint, deadLetters }
  return { task: await addTask(parts, names, { kind: 'replay', spec }) }
}

/** The filters of a subscription that exists, below a topic that does. */
async function filtersOf(
  { store }: ReplayParts,
  { topic, name }: TaskNames,
): Promise<CompiledFilters | null> {
  const stored = await existingSubscription(store, { topic, name })
  const definition = await existingTopic(store, topic)
  const filters = compileFilters(stored.value.filters, definition.value.contentType)
  if (filters !== null && 'problem' in filters) {
    throw refusal('VALIDATION_ERROR', { problem: `Its filters cannot be used: ${filters.problem}` })
  }
  return filters
}
