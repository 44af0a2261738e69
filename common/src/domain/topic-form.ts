// pure
/**
 * The members of a topic as a body or a node may have them: each missing, null, or of the right JSON type.
 * Gives the shape, its words and the defaults of its nested objects.
 */
import { z } from 'zod'
import { plainFlag, plainInteger, plainList, plainObject, plainText, plainWord } from './json-shapes.js'
import { ownerShape } from './owner.js'
import { publishingShape } from './topic-publishing.js'
import { quotasShape } from './topic-quotas.js'

/** What Kafka must confirm before a publisher is answered. */
export const ackLevels = ['NONE', 'LEADER', 'ALL'] as const
export type Ack = (typeof ackLevels)[number]

/** What a topic or a delivery holds. */
export const contentTypes = ['JSON', 'AVRO'] as const
export type ContentType = (typeof contentTypes)[number]

/** Units of retention; the first three are for administrators, and everybody is one by default. */
export const retentionUnits = [
  'NANOSECONDS',
  'MICROSECONDS',
  'MILLISECONDS',
  'SECONDS',
  'MINUTES',
  'HOURS',
  'DAYS',
] as const
export type RetentionUnit = (typeof retentionUnits)[number]

const chaosModes = ['DISABLED', 'GLOBAL', 'DATACENTER'] as const

/** A wilful disturbance of publishing. */
export interface ChaosPolicy {
  /** 0 to 100. */
  readonly probability: number
  readonly delayFrom: number
  readonly delayTo: number
  readonly completeWithError: boolean
}

export interface Chaos {
  readonly mode: (typeof chaosModes)[number]
  readonly globalPolicy: ChaosPolicy | null
  readonly datacenterPolicies: ReadonlyMap<string, ChaosPolicy>
}

/** Who may publish. */
export interface PublishingAuth {
  /** Null where the body left them out: answers leave them out too. */
  readonly publishers: readonly string[] | null
  readonly enabled: boolean
  readonly unauthenticatedAccessEnabled: boolean
}

/**
 * Whether a publisher is answered before Kafka has the message: only when it asks so, when Kafka does not
 * answer in time, or always. Ours; a topic without it is as in Hermes.
 */
export const respondAsyncModes = ['ON_REQUEST', 'FALLBACK', 'ALWAYS'] as const
export type RespondAsync = (typeof respondAsyncModes)[number]

/**
 * What a topic's messages are: facts that any number of subscriptions get, or orders that exactly one gets.
 * Ours; a topic without it is of the first kind, as in Hermes.
 */
export const topicKinds = ['EVENT', 'COMMAND'] as const
export type TopicKind = (typeof topicKinds)[number]

/**
 * What Kafka keeps of a topic: all messages for a time, or the newest of each key for ever. Ours; a topic
 * without it is as in Hermes.
 */
const compactionModes = ['NONE', 'KEY'] as const
export type Compaction = (typeof compactionModes)[number]

/** A wish about storage elsewhere; nothing in Iris acts on it. */
export interface OfflineStorage {
  readonly enabled: boolean
  /** `duration` is null when it is infinite. */
  readonly retentionTime: { readonly duration: number | null; readonly infinite: boolean }
}

/** Defaults of plain members that are not `false`. */
export const topicDefaults = {
  ack: 'LEADER',
  maxMessageSize: 51_200,
  respondAsync: 'ON_REQUEST',
  kind: 'EVENT',
} as const
/** No disturbance. */
export const chaosOff: Chaos = { mode: 'DISABLED', globalPolicy: null, datacenterPolicies: new Map() }
/** Everybody may publish: the default where `auth` is missing as a whole. */
export const openPublishing: PublishingAuth = {
  publishers: [],
  enabled: false,
  unauthenticatedAccessEnabled: true,
}
export const offlineStorageOff: OfflineStorage = {
  enabled: false,
  retentionTime: { duration: 0, infinite: false },
}

const chaosPolicyShape = plainObject({
  probability: plainInteger,
  delayFrom: plainInteger,
  delayTo: plainInteger,
  completeWithError: plainFlag,
}).transform((policy): ChaosPolicy | null =>
  policy === null
    ? null
    : {
        probability: policy.probability ?? 0,
        delayFrom: policy.delayFrom ?? 0,
        delayTo: policy.delayTo ?? 0,
        completeWithError: policy.completeWithError ?? false,
      },
)

const chaosShape = plainObject({
  mode: plainWord(chaosModes),
  globalPolicy: chaosPolicyShape,
  datacenterPolicies: z.record(z.string(), chaosPolicyShape).nullish(),
}).transform((chaos): Chaos | null => {
  if (chaos === null) return null
  const policies = Object.entries(chaos.datacenterPolicies ?? {})
  return {
    mode: chaos.mode ?? 'DISABLED',
    globalPolicy: chaos.globalPolicy,
    datacenterPolicies: new Map(
      policies.filter((entry): entry is [string, ChaosPolicy] => entry[1] !== null),
    ),
  }
})

const authShape = plainObject({
  publishers: plainList(plainText),
  enabled: plainFlag,
  unauthenticatedAccessEnabled: plainFlag,
}).transform((auth): PublishingAuth | null =>
  auth === null
    ? null
    : {
        publishers: auth.publishers?.map(publisher => publisher ?? '') ?? null,
        enabled: auth.enabled ?? false,
        unauthenticatedAccessEnabled: auth.unauthenticatedAccessEnabled ?? false,
      },
)

const offlineStorageShape = plainObject({
  enabled: plainFlag,
  retentionTime: plainObject({ duration: plainInteger, infinite: plainFlag }),
}).transform((storage): OfflineStorage | null => {
  if (storage === null) return null
  const infinite = storage.retentionTime?.infinite ?? false
  const duration = infinite ? null : (storage.retentionTime?.duration ?? 0)
  return { enabled: storage.enabled ?? false, retentionTime: { duration, infinite } }
})

/** The shape of a topic in a body or a node. */
export const topicShape = z.object({
  name: plainText,
  description: plainText,
  owner: ownerShape,
  retentionTime: plainObject({ duration: plainInteger, retentionUnit: plainWord(retentionUnits) }),
  jsonToAvroDryRun: plainFlag,
  ack: plainWord(ackLevels),
  fallbackToRemoteDatacenterEnabled: plainFlag,
  chaos: chaosShape,
  trackingEnabled: plainFlag,
  migratedFromJsonType: plainFlag,
  contentType: plainWord(contentTypes),
  maxMessageSize: plainInteger,
  auth: authShape,
  subscribingRestricted: plainFlag,
  offlineStorage: offlineStorageShape,
  respondAsync: plainWord(respondAsyncModes),
  schema: plainText,
  // Ours, unknown to Hermes.
  publishing: publishingShape,
  quotas: quotasShape,
  idempotencyKeyRequired: plainFlag,
  kind: plainWord(topicKinds),
  compaction: plainWord(compactionModes),
})

/** A topic whose JSON types are right and whose rules nobody checked. */
export type TopicForm = z.infer<typeof topicShape>
