// pure
/**
 * A topic as JSON: members in Hermes' order, nulls left out.
 * Gives the object that is stored and patched, and the one that is answered, which has the times besides.
 */
import type { JsonObject } from './json-shapes.js'
import { secondsOf, withoutNullMembers } from './json-text.js'
import { topicDefaults, type ChaosPolicy } from './topic-form.js'
import type { Topic } from './topic.js'

/** The members of a topic's node. */
export function topicJson(topic: Topic): JsonObject {
  const { globalPolicy, datacenterPolicies, mode } = topic.chaos
  return {
    name: topic.name,
    description: topic.description,
    owner: topic.owner,
    retentionTime: topic.retentionTime,
    jsonToAvroDryRun: topic.jsonToAvroDryRun,
    ack: topic.ack,
    fallbackToRemoteDatacenterEnabled: topic.fallbackToRemoteDatacenterEnabled,
    chaos: withoutNullMembers({ mode, globalPolicy, datacenterPolicies: policies(datacenterPolicies) }),
    trackingEnabled: topic.trackingEnabled,
    migratedFromJsonType: topic.migratedFromJsonType,
    contentType: topic.contentType,
    maxMessageSize: topic.maxMessageSize,
    auth: withoutNullMembers({ ...topic.auth }),
    subscribingRestricted: topic.subscribingRestricted,
    offlineStorage: {
      enabled: topic.offlineStorage.enabled,
      retentionTime: withoutNullMembers({ ...topic.offlineStorage.retentionTime }),
    },
    // Members that only Iris has stay out of a node that does not use them.
    ...(topic.blocked === null ? {} : { publishing: { blocked: true, ...topic.blocked } }),
    ...(topic.quotas === null ? {} : { quotas: withoutNullMembers({ ...topic.quotas }) }),
    ...(topic.idempotencyKeyRequired ? { idempotencyKeyRequired: true } : {}),
    ...(topic.compaction === 'NONE' ? {} : { compaction: topic.compaction }),
    // Ours: left out where it says what Hermes does.
    ...(topic.respondAsync === topicDefaults.respondAsync ? {} : { respondAsync: topic.respondAsync }),
    ...(topic.kind === topicDefaults.kind ? {} : { kind: topic.kind }),
  }
}

/** The members of a topic in an answer. */
export function topicAnswer(topic: Topic): JsonObject {
  return {
    ...topicJson(topic),
    createdAt: secondsOf(topic.createdAtMs),
    modifiedAt: secondsOf(topic.modifiedAtMs),
  }
}

function policies(byDatacenter: ReadonlyMap<string, ChaosPolicy>): JsonObject {
  return Object.fromEntries(byDatacenter)
}
