/**
 * Tasks for an external job that sends messages again which Kafka holds no more: a queue in ZooKeeper, as
 * Hermes keeps it.
 * Takes bodies and ids of the API. Gives the tasks that the caller may read, and where they can be watched.
 * Refuses, with Hermes' texts, what cannot be done and who does not own all topics of a task.
 * Bound: `tasksMax` tasks.
 */
import { z } from 'zod'
import { may } from '@iris/common/access/principal'
import { plainText, readShape, type JsonObject } from '@iris/common/domain/json-shapes'
import { isNamePart, splitTopicName, topicName } from '@iris/common/domain/names'
import type { Topic } from '@iris/common/domain/topic'
import { collectViolations } from '@iris/common/domain/violations'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Clock } from '@iris/common/time/clock'
import { seesGroupOf } from '../access/visible.js'
import { entityOf } from '../requests.js'
import type { OfflineTask, OfflineTaskStore } from '../store/offline-tasks.js'
import type { TopicStore } from '../store/ports.js'
import type { Asked } from '../topics/create-topic.js'
import { instantMs } from './instant.js'

export interface OfflineTaskParts {
  readonly store: Pick<TopicStore, 'topic'> & OfflineTaskStore
  readonly clock: Clock
  readonly newId: () => string
  readonly places: MonitoringPlaces
}

/** Where the job shows what it does; `{taskId}` stands for the task. */
export interface MonitoringPlaces {
  readonly logsUrl: string
  readonly metricsUrl: string
  readonly jobDetailsUrl: string
}

export const tasksMax = 1_000

/** The body of a creation: of a topic's own past, or of a view of it that somebody made. */
export const offlineTaskForm = z.object({
  type: plainText,
  sourceTopic: plainText,
  sourceViewPath: plainText,
  targetTopic: plainText,
  startTimestamp: plainText,
  endTimestamp: plainText,
})

const place = 'OfflineRetransmissionEndpoint.createRetransmissionTask.arg0'

/** Puts a task into the queue. */
export async function createOfflineTask(parts: OfflineTaskParts & Asked, body: unknown): Promise<void> {
  const form = readShape(offlineTaskForm, entityOf(body), 'create')
  if (form.type !== 'topic' && form.type !== 'view')
    throw refusal('FORMAT_ERROR', { problem: `type must be topic or view, not ${String(form.type)}` })
  const isTopic = form.type === 'topic'
  const startMs = instantMs(form.startTimestamp)
  const endMs = instantMs(form.endTimestamp)
  const violations = collectViolations()
  if (isTopic && (startMs === null || endMs === null || startMs >= endMs)) {
    violations.add(
      'Must contain both startTimestamp and endTimestamp for topic retransmission. ' +
        'StartTimestamp must be lower than endTimestamp',
    )
  }
  for (const member of [isTopic ? 'sourceTopic' : 'sourceViewPath', 'targetTopic'] as const)
    if ((form[member] ?? '') === '') violations.add(`${place}.${member} must not be empty`)
  violations.refuseAny()
  const named = await topicsNamed(parts, isTopic ? [form.sourceTopic, form.targetTopic] : [form.targetTopic])
  checkOwner(parts, named)
  if (isTopic && named[0]?.topic === null) throw invalid('Source topic does not exist')
  const target = named.at(-1)?.topic ?? null
  if (target === null) throw invalid('Target topic does not exist')
  if (target.offlineStorage.enabled) throw invalid('Target topic must not be stored offline')
  if ((await parts.store.offlineTasks()).length >= tasksMax)
    throw invalid(`There are ${tasksMax} tasks already; remove those that are done`)
  await parts.store.addOfflineTask({
    type: isTopic ? 'TOPIC' : 'VIEW',
    taskId: parts.newId(),
    sourceViewPath: isTopic ? null : form.sourceViewPath,
    sourceTopic: isTopic ? form.sourceTopic : null,
    targetTopic: form.targetTopic ?? '',
    startTimestamp: isTopic ? isoOf(startMs) : null,
    endTimestamp: isTopic ? isoOf(endMs) : null,
    createdAt: isoOf(parts.clock.now()) ?? '',
  })
}

/**
 * Those of the queue that the caller may read every topic of, the oldest first. Members that a task has not
 * are written as `null`, as in Hermes.
 */
export async function listOfflineTasks({
  store,
  principal,
}: OfflineTaskParts & Asked): Promise<readonly OfflineTask[]> {
  const tasks = await sortedTasks(store)
  return tasks.filter(task => topicsOf(task).every(topic => seesGroupOf(principal, topic)))
}

async function sortedTasks(store: OfflineTaskParts['store']): Promise<readonly OfflineTask[]> {
  return [...(await store.offlineTasks())].sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1))
}

/** The tasks that read or fill a topic, with the places where they can be watched. */
export async function listTasksOfTopic(
  parts: OfflineTaskParts,
  topic: string,
): Promise<readonly JsonObject[]> {
  // Who asks may read the topic, and is told nothing of another one.
  const tasks = await sortedTasks(parts.store)
  return tasks
    .filter(({ sourceTopic, targetTopic }) => sourceTopic === topic || targetTopic === topic)
    .map(({ type, taskId }) => ({
      type,
      taskId,
      logsUrl: placeOf(parts.places.logsUrl, taskId),
      metricsUrl: placeOf(parts.places.metricsUrl, taskId),
      jobDetailsUrl: placeOf(parts.places.jobDetailsUrl, taskId),
    }))
}

/** Takes a task out of the queue. */
export async function removeOfflineTask(parts: OfflineTaskParts & Asked, id: string): Promise<void> {
  const task = (await parts.store.offlineTasks()).find(({ taskId }) => taskId === id)
  if (task !== undefined) checkOwner(parts, await topicsNamed(parts, topicsOf(task)))
  if (isNamePart(id) && (await parts.store.removeOfflineTask(id))) return
  throw invalid(`Retransmission task with id ${id} does not exist.`)
}

function topicsOf({ sourceTopic, targetTopic }: OfflineTask): readonly string[] {
  return sourceTopic === null ? [targetTopic] : [sourceTopic, targetTopic]
}

/** Before anything is said about whether the topics are there: a stranger must not hear that. */
function checkOwner({ principal }: Asked, named: readonly NamedTopic[]): void {
  const isOwned = ({ name, topic }: NamedTopic): boolean => {
    const group = splitTopicName(name ?? '')?.group ?? null
    return may(principal, 'owner', { group, owners: topic === null ? [] : [topic.owner] })
  }
  if (named.every(isOwned)) return
  const which = named.length > 1 ? 'source and target topics' : 'target topic'
  throw refusal('PERMISSION_DENIED', { problem: `User needs permissions to ${which}.` })
}

/** A topic as somebody has named it, and as it is; null where there is none. */
interface NamedTopic {
  readonly name: string | null
  readonly topic: Topic | null
}

function topicsNamed(
  { store }: OfflineTaskParts,
  names: readonly (string | null)[],
): Promise<readonly NamedTopic[]> {
  const named = async (name: string | null): Promise<NamedTopic> => {
    const checked = topicName(name ?? '')
    return { name, topic: checked === undefined ? null : ((await store.topic(checked))?.value ?? null) }
  }
  return Promise.all(names.map(named))
}

function placeOf(template: string, taskId: string): string {
  return template.replaceAll('{taskId}', encodeURIComponent(taskId))
}

function isoOf(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

function invalid(problem: string): Error {
  return refusal('VALIDATION_ERROR', { problem })
}
