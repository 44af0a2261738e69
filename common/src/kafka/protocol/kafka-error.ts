// pure
/**
 * Kafka's error codes as errors.
 * Takes a code of an answer. Gives an error with its number, its name and whether trying again can help.
 * Promises: a code we do not know is an error too, named by its number and not retriable.
 */

type Row = readonly [code: number, codeName: string, isRetriable?: 'retriable']

/** Names and retriability as Kafka's clients define them; codes that no client meets are left out. */
const rows: readonly Row[] = [
  [-1, 'UNKNOWN_SERVER_ERROR'],
  [1, 'OFFSET_OUT_OF_RANGE'],
  [2, 'CORRUPT_MESSAGE', 'retriable'],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION', 'retriable'],
  [4, 'INVALID_FETCH_SIZE'],
  [5, 'LEADER_NOT_AVAILABLE', 'retriable'],
  [6, 'NOT_LEADER_OR_FOLLOWER', 'retriable'],
  [7, 'REQUEST_TIMED_OUT', 'retriable'],
  [8, 'BROKER_NOT_AVAILABLE'],
  [9, 'REPLICA_NOT_AVAILABLE', 'retriable'],
  [10, 'MESSAGE_TOO_LARGE'],
  [11, 'STALE_CONTROLLER_EPOCH'],
  [12, 'OFFSET_METADATA_TOO_LARGE'],
  [13, 'NETWORK_EXCEPTION', 'retriable'],
  [14, 'COORDINATOR_LOAD_IN_PROGRESS', 'retriable'],
  [15, 'COORDINATOR_NOT_AVAILABLE', 'retriable'],
  [16, 'NOT_COORDINATOR', 'retriable'],
  [17, 'INVALID_TOPIC_EXCEPTION'],
  [18, 'RECORD_LIST_TOO_LARGE'],
  [19, 'NOT_ENOUGH_REPLICAS', 'retriable'],
  [20, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'retriable'],
  [21, 'INVALID_REQUIRED_ACKS'],
  [22, 'ILLEGAL_GENERATION'],
  [23, 'INCONSISTENT_GROUP_PROTOCOL'],
  [24, 'INVALID_GROUP_ID'],
  [25, 'UNKNOWN_MEMBER_ID'],
  [26, 'INVALID_SESSION_TIMEOUT'],
  [27, 'REBALANCE_IN_PROGRESS'],
  [28, 'INVALID_COMMIT_OFFSET_SIZE'],
  [29, 'TOPIC_AUTHORIZATION_FAILED'],
  [30, 'GROUP_AUTHORIZATION_FAILED'],
  [31, 'CLUSTER_AUTHORIZATION_FAILED'],
  [32, 'INVALID_TIMESTAMP'],
  [33, 'UNSUPPORTED_SASL_MECHANISM'],
  [34, 'ILLEGAL_SASL_STATE'],
  [35, 'UNSUPPORTED_VERSION'],
  [36, 'TOPIC_ALREADY_EXISTS'],
  [37, 'INVALID_PARTITIONS'],
  [38, 'INVALID_REPLICATION_FACTOR'],
  [39, 'INVALID_REPLICA_ASSIGNMENT'],
  [40, 'INVALID_CONFIG'],
  [41, 'NOT_CONTROLLER', 'retriable'],
  [42, 'INVALID_REQUEST'],
  [43, 'UNSUPPORTED_FOR_MESSAGE_FORMAT'],
  [44, 'POLICY_VIOLATION'],
  [45, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
  [46, 'DUPLICATE_SEQUENCE_NUMBER'],
  [47, 'INVALID_PRODUCER_EPOCH'],
  [48, 'INVALID_TXN_STATE'],
  [49, 'INVALID_PRODUCER_ID_MAPPING'],
  [50, 'INVALID_TRANSACTION_TIMEOUT'],
  [51, 'CONCURRENT_TRANSACTIONS', 'retriable'],
  [52, 'TRANSACTION_COORDINATOR_FENCED'],
  [53, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'],
  [54, 'SECURITY_DISABLED'],
  [55, 'OPERATION_NOT_ATTEMPTED'],
  [56, 'KAFKA_STORAGE_ERROR', 'retriable'],
  [57, 'LOG_DIR_NOT_FOUND'],
  [58, 'SASL_AUTHENTICATION_FAILED'],
  [59, 'UNKNOWN_PRODUCER_ID'],
  [60, 'REASSIGNMENT_IN_PROGRESS'],
  [61, 'DELEGATION_TOKEN_AUTH_DISABLED'],
  [62, 'DELEGATION_TOKEN_NOT_FOUND'],
  [63, 'DELEGATION_TOKEN_OWNER_MISMATCH'],
  [64, 'DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'],
  [65, 'DELEGATION_TOKEN_AUTHORIZATION_FAILED'],
  [66, 'DELEGATION_TOKEN_EXPIRED'],
  [67, 'INVALID_PRINCIPAL_TYPE'],
  [68, 'NON_EMPTY_GROUP'],
  [69, 'GROUP_ID_NOT_FOUND'],
  [70, 'FETCH_SESSION_ID_NOT_FOUND', 'retriable'],
  [71, 'INVALID_FETCH_SESSION_EPOCH', 'retriable'],
  [72, 'LISTENER_NOT_FOUND', 'retriable'],
  [73, 'TOPIC_DELETION_DISABLED'],
  [74, 'FENCED_LEADER_EPOCH', 'retriable'],
  [75, 'UNKNOWN_LEADER_EPOCH', 'retriable'],
  [76, 'UNSUPPORTED_COMPRESSION_TYPE'],
  [77, 'STALE_BROKER_EPOCH'],
  [78, 'OFFSET_NOT_AVAILABLE', 'retriable'],
  [79, 'MEMBER_ID_REQUIRED'],
  [80, 'PREFERRED_LEADER_NOT_AVAILABLE', 'retriable'],
  [81, 'GROUP_MAX_SIZE_REACHED'],
  [82, 'FENCED_INSTANCE_ID'],
  [83, 'ELIGIBLE_LEADERS_NOT_AVAILABLE', 'retriable'],
  [84, 'ELECTION_NOT_NEEDED', 'retriable'],
  [85, 'NO_REASSIGNMENT_IN_PROGRESS'],
  [86, 'GROUP_SUBSCRIBED_TO_TOPIC'],
  [87, 'INVALID_RECORD'],
  [88, 'UNSTABLE_OFFSET_COMMIT', 'retriable'],
  [89, 'THROTTLING_QUOTA_EXCEEDED', 'retriable'],
  [90, 'PRODUCER_FENCED'],
  [91, 'RESOURCE_NOT_FOUND'],
  [92, 'DUPLICATE_RESOURCE'],
  [93, 'UNACCEPTABLE_CREDENTIAL'],
  [97, 'PRINCIPAL_DESERIALIZATION_FAILURE'],
  [100, 'UNKNOWN_TOPIC_ID', 'retriable'],
  [103, 'INCONSISTENT_TOPIC_ID', 'retriable'],
  [106, 'FETCH_SESSION_TOPIC_ID_ERROR', 'retriable'],
  [108, 'NEW_LEADER_ELECTED'],
  [110, 'FENCED_MEMBER_EPOCH'],
  [111, 'UNRELEASED_INSTANCE_ID'],
  [113, 'STALE_MEMBER_EPOCH'],
]

const table = new Map(rows.map(row => [row[0], row]))

/** The codes this project decides upon, by name, so that no bare number stands in code. */
export const kafkaCode = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  REPLICA_NOT_AVAILABLE: 9,
  MESSAGE_TOO_LARGE: 10,
  OFFSET_METADATA_TOO_LARGE: 12,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC_EXCEPTION: 17,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  INVALID_REQUIRED_ACKS: 21,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_AUTHORIZATION_FAILED: 29,
  GROUP_AUTHORIZATION_FAILED: 30,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  INVALID_TIMESTAMP: 32,
  UNSUPPORTED_VERSION: 35,
  TOPIC_ALREADY_EXISTS: 36,
  NOT_CONTROLLER: 41,
  INVALID_REQUEST: 42,
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 43,
  POLICY_VIOLATION: 44,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_PRODUCER_ID_MAPPING: 49,
  KAFKA_STORAGE_ERROR: 56,
  UNKNOWN_PRODUCER_ID: 59,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  FETCH_SESSION_ID_NOT_FOUND: 70,
  INVALID_FETCH_SESSION_EPOCH: 71,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  UNSUPPORTED_COMPRESSION_TYPE: 76,
  OFFSET_NOT_AVAILABLE: 78,
  INVALID_RECORD: 87,
  UNSTABLE_OFFSET_COMMIT: 88,
  THROTTLING_QUOTA_EXCEEDED: 89,
  PRODUCER_FENCED: 90,
} as const

/** Kafka answered, and said no. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError'

  constructor(
    readonly code: number,
    readonly codeName: string,
    readonly isRetriable: boolean,
    /** Kafka's own words where an answer carries them. */
    detail: string | null = null,
  ) {
    super(`Kafka answered ${codeName} (${code})${detail === null ? '' : `: ${detail}`}`)
  }
}

/** The name of a code, for logs and answers. */
export function nameOfCode(code: number): string {
  return code === 0 ? 'NONE' : (table.get(code)?.[1] ?? `UNKNOWN_CODE_${code}`)
}

/** The error of a code other than 0. */
export function errorFor(code: number, detail: string | null = null): KafkaError {
  return new KafkaError(code, nameOfCode(code), table.get(code)?.[2] === 'retriable', detail)
}

/** Throws the error of `code` unless it is 0. */
export function failOn(code: number, detail: string | null = null): void {
  if (code !== 0) throw errorFor(code, detail)
}
