// pure
/**
 * A topic: what it holds, how long, and how safely.
 * Takes a body. Gives the checked topic with every default filled in.
 * Refuses wrong JSON types (`FORMAT_ERROR`) and broken rules (`VALIDATION_ERROR`) with Hermes' texts.
 */
import { readShape, type BodyPurpose } from './json-shapes.js'
import { splitTopicName, type TopicName } from './names.js'
import { checkOwner, ownerOf, type OwnerId } from './owner.js'
import {
  chaosOff,
  offlineStorageOff,
  openPublishing,
  topicDefaults,
  topicShape,
  type Ack,
  type Chaos,
  type Compaction,
  type ContentType,
  type OfflineStorage,
  type PublishingAuth,
  type RespondAsync,
  type RetentionUnit,
  type TopicForm,
  type TopicKind,
} from './topic-form.js'
import { checkPublishing, type BlockedPublishing } from './topic-publishing.js'
import { checkQuotas, type TopicQuotas } from './topic-quotas.js'
import { HermesError } from '../errors/hermes-error.js'
import { memberAbout } from '../errors/member-about.js'
import { collectViolations } from './violations.js'

/** How long Kafka keeps messages. */
export interface RetentionTime {
  readonly duration: number
  readonly retentionUnit: RetentionUnit
}

/** A checked topic. */
export interface Topic {
  readonly name: TopicName
  readonly description: string
  readonly owner: OwnerId
  readonly retentionTime: RetentionTime
  readonly jsonToAvroDryRun: boolean
  readonly ack: Ack
  readonly fallbackToRemoteDatacenterEnabled: boolean
  readonly chaos: Chaos
  readonly trackingEnabled: boolean
  readonly migratedFromJsonType: boolean
  readonly contentType: ContentType
  /** Bytes of a message body. */
  readonly maxMessageSize: number
  readonly auth: PublishingAuth
  readonly subscribingRestricted: boolean
  readonly offlineStorage: OfflineStorage
  /** Ours: why an operator has stopped publishing; null where it goes on. */
  readonly blocked: BlockedPublishing | null
  /** Ours: how much may be published; null where the defaults of the installation hold. */
  readonly quotas: TopicQuotas | null
  /** Ours: whether every message must come with an `Idempotency-Key`. */
  readonly idempotencyKeyRequired: boolean
  readonly respondAsync: RespondAsync
  readonly kind: TopicKind
  /** Ours: whether Kafka keeps the newest message of each key instead of all for a time. */
  readonly compaction: Compaction
  /** Time of the storage node; 0 before it is stored. */
  readonly createdAtMs: number
  /** Time of the storage node; 0 before it is stored. */
  readonly modifiedAtMs: number
}

/** Bounds of `maxMessageSize`. */
export const maxMessageSizeLimits = { min: 1024, max: 2_097_152 } as const

const unitMs: Readonly<Record<RetentionUnit, number>> = {
  NANOSECONDS: 1e-6,
  MICROSECONDS: 1e-3,
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
}

/** The retention in whole milliseconds, as Kafka takes it. */
export function retentionMs(retention: RetentionTime): number {
  return Math.floor(retention.duration * unitMs[retention.retentionUnit])
}

/** Reads and checks a body in one step. */
export function parseTopic(json: unknown): Topic {
  return checkTopic(readTopicForm(json))
}

/**
 * Reads the JSON types of a body; its rules are checked later, because Hermes looks for the group in between.
 */
export function readTopicForm(json: unknown, purpose: BodyPurpose = 'create'): TopicForm {
  const form = readShape(topicShape, json, purpose)
  if (form.name === null)
    throw new HermesError('OTHER', 'Topic name must not be null', 400, undefined, memberAbout('name'))
  if (splitTopicName(form.name) === undefined) {
    const problem = `Cannot construct instance of \`Topic\`, problem: Invalid qualified name ${form.name}`
    throw new HermesError(purpose === 'create' ? 'FORMAT_ERROR' : 'OTHER', problem, 400)
  }
  return form
}

/** The group that a form names, before anything else is checked. */
export function groupOf(form: TopicForm): string {
  return splitTopicName(form.name ?? '')?.group ?? ''
}

/** Checks the rules of a form. `remoteFallback` is the server's default for a member that may be missing. */
export function checkTopic(form: TopicForm, remoteFallback = false): Topic {
  const violations = collectViolations()
  const parts = splitTopicName(form.name ?? '') ?? { group: '', topic: '' }
  violations.name('Topic.name.groupName', parts.group)
  violations.name('Topic.name.name', parts.topic)
  violations.notNull('Topic.description', form.description)
  checkOwner(violations, 'Topic.owner', form.owner)
  violations.notNull('Topic.retentionTime', form.retentionTime)
  violations.atLeast('Topic.retentionTime.duration', form.retentionTime?.duration ?? 0, 0)
  violations.notNull('Topic.contentType', form.contentType)
  const size = form.maxMessageSize ?? topicDefaults.maxMessageSize
  violations.atLeast('Topic.maxMessageSize', size, maxMessageSizeLimits.min)
  violations.atMost('Topic.maxMessageSize', size, maxMessageSizeLimits.max)
  checkPublishing(violations, form.publishing)
  checkQuotas(violations, form.quotas)
  violations.refuseAny()
  return fillTopic(form, (form.name ?? '') as TopicName, remoteFallback)
}

/**
 * The topic of a form that was checked, or of a node that another writer made: what is missing gets its
 * default.
 */
export function fillTopic(form: TopicForm, name: TopicName, remoteFallback = false): Topic {
  return {
    name,
    description: form.description ?? '',
    owner: ownerOf(form.owner),
    retentionTime: {
      duration: form.retentionTime?.duration ?? (form.retentionTime === null ? 1 : 0),
      retentionUnit: form.retentionTime?.retentionUnit ?? 'DAYS',
    },
    jsonToAvroDryRun: form.jsonToAvroDryRun ?? false,
    ack: form.ack ?? topicDefaults.ack,
    fallbackToRemoteDatacenterEnabled: form.fallbackToRemoteDatacenterEnabled ?? remoteFallback,
    chaos: form.chaos ?? chaosOff,
    trackingEnabled: form.trackingEnabled ?? false,
    migratedFromJsonType: form.migratedFromJsonType ?? false,
    contentType: form.contentType ?? 'JSON',
    maxMessageSize: form.maxMessageSize ?? topicDefaults.maxMessageSize,
    auth: form.auth ?? openPublishing,
    subscribingRestricted: form.subscribingRestricted ?? false,
    offlineStorage: form.offlineStorage ?? offlineStorageOff,
    blocked: form.publishing,
    quotas: form.quotas,
    idempotencyKeyRequired: form.idempotencyKeyRequired ?? false,
    respondAsync: form.respondAsync ?? topicDefaults.respondAsync,
    kind: form.kind ?? topicDefaults.kind,
    compaction: form.compaction ?? 'NONE',
    createdAtMs: 0,
    modifiedAtMs: 0,
  }
}
