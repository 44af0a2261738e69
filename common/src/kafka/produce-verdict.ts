// pure
/**
 * What a lane does on Kafka's word about a batch.
 * Takes the code of a partition's answer. Gives the action, and whether the batch may be in the log.
 * Promises: every code has a verdict; one that is not in the table is repeated and taken for "may be stored".
 */
import { kafkaCode } from './protocol/kafka-error.js'

/**
 * - `stored`: the batch is in the log, now or since an earlier try
 * - `repeat`: try again after a pause
 * - `renew`: Kafka lost track of the sequence: try again under the next epoch
 * - `replaceId`: the producer id is of no use any more: try again under another one
 * - `split`: one message of the batch is to blame: find it by halving
 * - `refuse`: no message of this lane can be stored as things are
 */
export type VerdictAction = 'stored' | 'repeat' | 'renew' | 'replaceId' | 'split' | 'refuse'

export interface ProduceVerdict {
  readonly action: VerdictAction
  /** False only where Kafka checks before it appends, so that the batch is surely not in the log. */
  readonly mayBeStored: boolean
  /** The layout is out of date. */
  readonly isMoved: boolean
  /** What the guilty message of a `split` is answered. */
  readonly cause: 'tooLarge' | 'refused'
}

function verdict(
  action: VerdictAction,
  storage: 'not stored' | 'may be stored',
  layout: 'layout holds' | 'moved' = 'layout holds',
  cause: ProduceVerdict['cause'] = 'refused',
): ProduceVerdict {
  return { action, mayBeStored: storage === 'may be stored', isMoved: layout === 'moved', cause }
}

const stored = verdict('stored', 'may be stored')
const repeat = verdict('repeat', 'not stored')
const repeatElsewhere = verdict('repeat', 'not stored', 'moved')
/** The leader may have appended, and lost its office before the replicas had it. */
const repeatUnsure = verdict('repeat', 'may be stored')
const repeatUnsureElsewhere = verdict('repeat', 'may be stored', 'moved')
const renew = verdict('renew', 'not stored')
const replaceId = verdict('replaceId', 'not stored')
const tooLarge = verdict('split', 'not stored', 'layout holds', 'tooLarge')
const guilty = verdict('split', 'not stored')
const refuse = verdict('refuse', 'not stored')

const table: ReadonlyMap<number, ProduceVerdict> = new Map<number, ProduceVerdict>([
  [kafkaCode.NONE, stored],
  [kafkaCode.DUPLICATE_SEQUENCE_NUMBER, stored],
  [kafkaCode.CORRUPT_MESSAGE, repeat],
  [kafkaCode.NOT_ENOUGH_REPLICAS, repeat],
  [kafkaCode.THROTTLING_QUOTA_EXCEEDED, repeat],
  [kafkaCode.UNKNOWN_TOPIC_OR_PARTITION, repeatElsewhere],
  [kafkaCode.LEADER_NOT_AVAILABLE, repeatElsewhere],
  [kafkaCode.NOT_LEADER_OR_FOLLOWER, repeatUnsureElsewhere],
  [kafkaCode.REPLICA_NOT_AVAILABLE, repeatUnsureElsewhere],
  [kafkaCode.NETWORK_EXCEPTION, repeatUnsureElsewhere],
  [kafkaCode.FENCED_LEADER_EPOCH, repeatUnsureElsewhere],
  [kafkaCode.UNKNOWN_LEADER_EPOCH, repeatUnsureElsewhere],
  [kafkaCode.KAFKA_STORAGE_ERROR, repeatUnsureElsewhere],
  [kafkaCode.REQUEST_TIMED_OUT, repeatUnsure],
  [kafkaCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND, repeatUnsure],
  [kafkaCode.OUT_OF_ORDER_SEQUENCE_NUMBER, renew],
  [kafkaCode.UNKNOWN_PRODUCER_ID, renew],
  [kafkaCode.INVALID_PRODUCER_EPOCH, replaceId],
  [kafkaCode.INVALID_PRODUCER_ID_MAPPING, replaceId],
  [kafkaCode.PRODUCER_FENCED, replaceId],
  [kafkaCode.MESSAGE_TOO_LARGE, tooLarge],
  [kafkaCode.RECORD_LIST_TOO_LARGE, tooLarge],
  [kafkaCode.INVALID_RECORD, guilty],
  [kafkaCode.INVALID_TIMESTAMP, guilty],
  [kafkaCode.TOPIC_AUTHORIZATION_FAILED, refuse],
  [kafkaCode.CLUSTER_AUTHORIZATION_FAILED, refuse],
  [kafkaCode.INVALID_TOPIC_EXCEPTION, refuse],
  [kafkaCode.INVALID_REQUIRED_ACKS, refuse],
  [kafkaCode.UNSUPPORTED_VERSION, refuse],
  [kafkaCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, refuse],
  [kafkaCode.UNSUPPORTED_COMPRESSION_TYPE, refuse],
  [kafkaCode.INVALID_REQUEST, refuse],
  [kafkaCode.POLICY_VIOLATION, refuse],
])

/** The verdict on a code. */
export function verdictOn(code: number): ProduceVerdict {
  return table.get(code) ?? repeatUnsure
}
