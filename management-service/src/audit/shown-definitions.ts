/**
 * Definitions as answers show them, for the audit.
 * Takes the store. Gives JSON, secrets masked; null where there is nothing of that name, or nothing that can
 * be read: the change itself meets the same storage and says so.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { isNamePart, splitSubscriptionId, topicName, type SubscriptionId } from '@iris/common/domain/names'
import { topicAnswer } from '@iris/common/domain/topic-json'
import { HermesError } from '@iris/common/errors/hermes-error'
import { shownProvider, shownSubscription } from '../secrets/shown-secrets.js'
import type { GroupStore, OAuthProviderStore, SubscriptionStore, TopicStore } from '../store/ports.js'
import type { AuditedThing } from './audit-record.js'

type Definitions = GroupStore & TopicStore & SubscriptionStore & OAuthProviderStore

/** Makes the reading. */
export function createShownDefinitions(
  store: Definitions,
): (thing: AuditedThing) => Promise<JsonObject | null> {
  return async thing => {
    try {
      const shown = await read(store, thing)
      return isJsonObject(shown) ? shown : null
    } catch (error) {
      if (error instanceof HermesError) return null
      throw error
    }
  }
}

async function read(store: Definitions, { kind, name }: AuditedThing): Promise<JsonObject | null> {
  switch (kind) {
    case 'group':
      return isNamePart(name) && (await store.groupExists(name)) ? { groupName: name } : null
    case 'topic': {
      const topic = topicName(name)
      const stored = topic === undefined ? null : await store.topic(topic)
      return stored === null ? null : topicAnswer(stored.value)
    }
    case 'subscription': {
      const names = splitSubscriptionId(name as SubscriptionId)
      if (topicName(names.topic) === undefined || !isNamePart(names.subscription)) return null
      const stored = await store.subscription(names.topic, names.subscription)
      return stored === null ? null : shownSubscription(stored.value)
    }
    case 'oauthProvider': {
      const stored = isNamePart(name) ? await store.oAuthProvider(name) : null
      return stored === null ? null : shownProvider(stored.value)
    }
    case 'other':
      return null
  }
}
