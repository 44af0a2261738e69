// pure
/**
 * The rules of a topic that need more than its body: owner, allowed types, what may change.
 * Takes checked topics. Gives nothing, or refuses with Hermes' texts in the order of its contract.
 */
import type { Principal } from '@iris/common/access/principal'
import type { ChaosPolicy, ContentType } from '@iris/common/domain/topic-form'
import { checkTopic, type Topic } from '@iris/common/domain/topic'
import type { TopicForm } from '@iris/common/domain/topic-form'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'
import { checkOwnerExists } from '../owners/owner-sources.js'
import { checkDisturbances, checkOwnerAndRetention } from './topic-permissions.js'

/** What an installation lets topics be. */
export interface TopicRules {
  readonly allowedContentTypes: readonly string[]
  /** Value of `fallbackToRemoteDatacenterEnabled` where a body does not say. */
  readonly remoteFallback: boolean
}

/** The topic of a creation. */
export function checkNewTopic(rules: TopicRules, form: TopicForm, principal: Principal): Topic {
  const topic = checkTopic(form, rules.remoteFallback)
  checkOwnerExists(topic.owner)
  checkContentTypeAllowed(rules, topic.contentType)
  checkDisturbances(topic, null, { principal, remoteFallback: rules.remoteFallback })
  checkChaos(topic)
  if (topic.migratedFromJsonType) {
    throw invalid(
      'Newly created topic cannot have migratedFromJsonType flag set to true',
      'migratedFromJsonType',
    )
  }
  checkOwnerAndRetention(topic, null, principal)
  return topic
}

/** The topic of an update. */
export function checkChangedTopic(
  rules: TopicRules,
  form: TopicForm,
  stored: Topic,
  principal: Principal,
): Topic {
  const topic = checkTopic(form, rules.remoteFallback)
  if (topic.name !== stored.name) {
    throw invalid(`A topic cannot be renamed: the path says ${stored.name}, the body ${topic.name}`, 'name')
  }
  checkOwnerExists(topic.owner)
  checkDisturbances(topic, stored, { principal, remoteFallback: rules.remoteFallback })
  checkChaos(topic)
  checkMigration(topic, stored)
  if (topic.compaction !== stored.compaction)
    throw invalid('Cannot change compaction: what Kafka holds was kept by the other rule', 'compaction')
  checkOwnerAndRetention(topic, stored, principal)
  return topic
}

function checkContentTypeAllowed(rules: TopicRules, type: ContentType): void {
  if (rules.allowedContentTypes.includes(type)) return
  throw invalid(
    `Content type ${type} is not within allowed content types [${rules.allowedContentTypes.join(', ')}]`,
    'contentType',
  )
}

/** Only JSON becomes AVRO, only with the flag, and never back. */
function checkMigration(topic: Topic, stored: Topic): void {
  if (stored.migratedFromJsonType && !topic.migratedFromJsonType)
    throw invalid('Cannot migrate back to JSON!', 'migratedFromJsonType')
  const isMigrating = topic.migratedFromJsonType && !stored.migratedFromJsonType
  if (isMigrating && topic.contentType !== 'AVRO') {
    throw invalid(
      'Change content type to AVRO together with setting migratedFromJsonType flag',
      'contentType',
    )
  }
  if (!isMigrating && topic.contentType !== stored.contentType) {
    throw invalid(
      'Cannot change content type, except for migration to Avro with setting migratedFromJsonType flag.',
      'contentType',
    )
  }
}

function checkChaos({ chaos }: Topic): void {
  for (const policy of [chaos.globalPolicy, ...chaos.datacenterPolicies.values()]) {
    const problem = policy === null ? null : chaosProblem(policy)
    if (problem !== null) throw invalid(`Invalid chaos policy: ${problem}`, 'chaos')
  }
}

function chaosProblem(policy: ChaosPolicy): string | null {
  if (policy.probability < 0 || policy.probability > 100) return 'probability must be between 0 and 100'
  if (policy.delayFrom < 0) return 'delayFrom must be greater than or equal to 0'
  return policy.delayTo < policy.delayFrom ? 'delayTo must not be less than delayFrom' : null
}

function invalid(problem: string, member: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem }, 'management', memberAbout(member))
}
