/**
 * The removal of a topic with its messages.
 * Takes a name. Gives nothing: first the definition goes, with subscriptions that go with their topic, then
 * what Kafka holds of them. Promises: a removal that failed or was cut off half-way is noted, and finished by
 * the next one. Refuses while removal is switched off, before anything is touched, and while other
 * subscriptions exist, or forward to it.
 */
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import type { Catalog } from '../catalog/catalog.js'
import { refusedFor } from '../changes/dependants.js'
import { checkMatch } from '../changes/write-changed.js'
import { forEachOf } from '../store/bounded-reads.js'
import { checkNoForwards } from '../subscriptions/forward-rules.js'
import type { GroupCleanUp } from '../subscriptions/group-clean-up.js'
import type { TopicParts } from './create-topic.js'
import { cleanUpLater } from './finish-topic.js'
import { finishRemoval } from './kafka-removal.js'
import { topicDefinition } from './update-topic.js'

export interface TopicRemovalParts extends TopicParts {
  readonly cleanUp: Pick<GroupCleanUp, 'later'>
  readonly catalog: Catalog
  readonly isRemovalAllowed: boolean
  readonly isSchemaRemovalAllowed: boolean
}

/** Removes a topic; `ifMatch` names the version that the caller read. */
export async function deleteTopic(
  parts: TopicRemovalParts,
  name: TopicName,
  ifMatch: string | null = null,
): Promise<void> {
  if (!parts.isRemovalAllowed) {
    const problem = `Could not remove topic ${name}, this operation is currently disabled.`
    throw refusal('OPERATION_DISABLED', { problem })
  }
  await parts.store.exclusively(name, async () => {
    const begun = await parts.store.openRemoval(name)
    await checkNoForwards(parts.catalog, name)
    const present = await removableSubscriptions(parts, name)
    if (begun === null && present === null) throw refusal('TOPIC_NOT_EXISTS', { topic: name })
    const subscriptions = [...new Set([...(begun?.subscriptions ?? []), ...(present ?? [])])]
    if (present !== null) {
      const stored = await parts.store.topic(name)
      if (stored !== null) checkMatch(topicDefinition(parts, name), ifMatch, stored)
      const hasSchema = stored?.value.contentType === 'AVRO' && parts.isSchemaRemovalAllowed
      await parts.store.noteRemoval(name, { subscriptions, hasSchema })
      for (const subscription of subscriptions)
        await parts.store.noteUnfinished({ kind: 'subscription', topic: name, subscription })
      await removeDefinition(parts, name, present, ifMatch === null ? undefined : stored?.version)
      await parts.store.forgetSchemas(name)
      if (hasSchema) await parts.schemas.undo(name)
    }
    cleanUpLater(parts, name, subscriptions)
    await finishRemoval(parts, name, subscriptions)
  })
}

/** One that is gone already, removed by a writer that does not ask the guard, is as good as removed. */
async function removeDefinition(
  { store }: TopicRemovalParts,
  topic: TopicName,
  subscriptions: readonly SubscriptionName[],
  version: number | undefined,
): Promise<void> {
  const removed = await store.removeTopic(topic, subscriptions, version)
  if (removed !== 'notEmpty') return
  await store.forgetRemoval(topic)
  throw refusedFor('TOPIC_NOT_EMPTY', { topic }, 'subscriptions', (await store.subscriptions(topic)) ?? [])
}

/** Null when there is no such topic. */
async function removableSubscriptions(
  { store }: TopicRemovalParts,
  topic: TopicName,
): Promise<readonly SubscriptionName[] | null> {
  const names = await store.subscriptions(topic)
  const stored = await forEachOf(names ?? [], name => store.subscription(topic, name))
  const staying = stored.filter(each => each !== null && !each.value.autoDeleteWithTopicEnabled)
  if (staying.length === 0) return names
  const dependants = staying.map(each => each?.value.name ?? '')
  throw refusedFor('TOPIC_NOT_EMPTY', { topic }, 'subscriptions', dependants)
}
