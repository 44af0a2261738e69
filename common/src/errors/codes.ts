/**
 * The table of error codes: status and text, each declared once.
 * Codes and texts of Hermes are its contract; ours follow after the line that says so.
 * A text may differ by service. `{name}` marks a value that the refusal fills in.
 */

/** A text for all services, or one for each. */
export type ErrorText = string | { readonly frontend: string; readonly management: string }

export interface ErrorRow {
  readonly status: number
  readonly text: ErrorText
  /** What helps, in problem details. */
  readonly fix?: string
}

export const errorCodes = {
  TIMEOUT: {
    status: 408,
    text: 'Timeout while reading message after {waitedMs} milliseconds',
    fix: 'Send the whole body in time, or in smaller requests',
  },
  TOPIC_ALREADY_EXISTS: { status: 400, text: 'Topic {topic} already exists' },
  TOPIC_NOT_EXISTS: {
    status: 404,
    text: { frontend: 'Topic not found: {topic}', management: 'Topic {topic} does not exist' },
    fix: 'Create the topic on management, or correct its name',
  },
  TOPIC_NOT_EMPTY: { status: 403, text: 'Topic {topic} is not empty' },
  GROUP_NOT_EXISTS: { status: 404, text: 'Group {group} does not exist' },
  GROUP_NAME_IS_INVALID: { status: 400, text: 'Group name should match pattern {pattern}' },
  GROUP_NOT_EMPTY: { status: 403, text: 'Group {group} is not empty' },
  GROUP_ALREADY_EXISTS: { status: 400, text: 'Group {group} already exists' },
  SUBSCRIPTION_NOT_EXISTS: {
    status: 400,
    text: 'Subscription {subscription} for topic {topic} does not exist.',
  },
  SUBSCRIPTION_ALREADY_EXISTS: {
    status: 400,
    text: 'Subscription {subscription} for topic {topic} already exists.',
  },
  VALIDATION_ERROR: { status: 400, text: '{problem}' },
  FORMAT_ERROR: { status: 400, text: '{problem}' },
  INTERNAL_ERROR: { status: 500, text: '{problem}' },
  OTHER: { status: 500, text: '{problem}' },
  OPERATION_DISABLED: { status: 406, text: '{problem}' },
  AUTH_ERROR: { status: 403, text: 'Permission denied.' },
  PERMISSION_DENIED: { status: 403, text: '{problem}' },
  THROUGHPUT_QUOTA_VIOLATION: {
    status: 429,
    text: '{problem}',
    fix: 'Send it again after the time in Retry-After; it was not stored',
  },
  SENDING_TO_KAFKA_TIMEOUT: {
    status: 503,
    text: 'Timeout while sending to kafka message after {waitedMs} milliseconds; it may have been stored',
    fix: 'Send it again only if a repeat does no harm',
  },
  BROKERS_CLUSTER_NOT_FOUND_EXCEPTION: { status: 404, text: 'Brokers cluster with name {cluster} not found' },
  BROKERS_CLUSTER_COMMUNICATION_EXCEPTION: { status: 500, text: '{problem}' },
  OWNER_SOURCE_NOT_FOUND: { status: 404, text: "Owner source named '{source}' not found" },
  IMPLEMENTATION_ABSENT: { status: 404, text: '{what} implementation is absent' },
  OWNER_NOT_FOUND: { status: 404, text: "Owner of id '{id}' not found in source {source}" },
  OWNER_SOURCE_DOESNT_SUPPORT_AUTOCOMPLETE: {
    status: 400,
    text: "Owner source '{source}' doesn't support autocomplete",
  },
  OAUTH_PROVIDER_NOT_EXISTS: { status: 404, text: 'OAuth provider {provider} does not exist' },
  OAUTH_PROVIDER_ALREADY_EXISTS: { status: 400, text: 'OAuth Provider {provider} already exists' },
  PARTITIONS_NOT_FOUND_FOR_TOPIC: {
    status: 404,
    text: 'Kafka has no topic {kafkaTopic}, and so no partition to read or to start from',
  },
  SINGLE_MESSAGE_READER_EXCEPTION: { status: 500, text: '{problem}' },
  UNABLE_TO_MOVE_OFFSETS_EXCEPTION: { status: 500, text: '{problem}' },
  MOVING_SUBSCRIPTION_OFFSETS_VALIDATION_ERROR: { status: 400, text: '{problem}' },
  SCHEMA_COULD_NOT_BE_LOADED: { status: 500, text: 'Missing schema' },
  SCHEMA_VERSION_DOES_NOT_EXIST: { status: 400, text: "Given schema version '{version}' does not exist" },
  SCHEMA_ALREADY_EXISTS: {
    status: 400,
    text: 'Schema already exists for topic {topic}, please remove it before creating topic.',
  },
  SCHEMA_BAD_REQUEST: {
    status: 400,
    text: 'Bad schema request for subject {subject}, server response: {response}',
  },
  SCHEMA_REPOSITORY_INTERNAL_ERROR: { status: 500, text: '{problem}' },
  AVRO_SCHEMA_INVALID_METADATA: {
    status: 400,
    text:
      'Schema does not contain mandatory __metadata field for Hermes internal metadata. ' +
      'Please fix topic schema.',
  },
  // Ours, unknown to Hermes.
  OVERLOADED: {
    status: 503,
    text: 'Too many messages are waiting for Kafka; try again in {retryAfterS} s',
    fix: 'Send it again after the time in Retry-After; it was not stored',
  },
  MESSAGE_NOT_SENT: {
    status: 503,
    text: 'The message was not stored: {problem}',
    fix: 'Send it again; that makes no repeat',
  },
  UNAUTHENTICATED: {
    status: 401,
    text: 'Credentials are missing or not right',
    fix: 'Send the credentials that WWW-Authenticate asks for',
  },
  AUTHENTICATION_UNAVAILABLE: {
    status: 503,
    text: 'Nobody can tell right now whether the credentials are right: the keys of their issuer could not be got',
    fix: 'Send it again in a few seconds; nothing was done',
  },
  CROSS_SITE_REQUEST: {
    status: 403,
    text: 'A page of {origin} may {what} here: management.cors.allowedOrigin does not name it',
    fix:
      'Name its origin in management.cors.allowedOrigin, or let it send a Bearer token in Authorization where ' +
      'management.auth.mode is guarded',
  },
  WRONG_HOST: {
    status: 403,
    text: 'Nobody is asked who they are here, so this machine is called by its own names only, and not {host}',
    fix: 'Call localhost or 127.0.0.1, or name it in management.server.hostNames or frontend.streams.hostNames',
  },
  API_KEY_NOT_EXISTS: { status: 404, text: 'API key {key} does not exist' },
  API_KEY_ALREADY_EXISTS: { status: 409, text: 'API key {key} already exists' },
  TOPIC_BLOCKED: { status: 403, text: 'Publishing to topic {topic} was stopped by an operator: {reason}' },
  UNSUPPORTED_CONTENT_ENCODING: {
    status: 415,
    text: 'Content-Encoding {encoding} is not accepted; send the message uncompressed',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    text: 'Content-Type {contentType} is not accepted here; send {accepted}',
  },
  REQUEST_TOO_LARGE: { status: 413, text: 'A request takes at most {bytesMax} bytes; the rest was not read' },
  TOO_MANY_RECORDS: {
    status: 413,
    text: 'A request takes at most {recordsMax} records; the rest was not read',
  },
  TOO_MANY_HEADERS: { status: 431, text: 'At most {headersMax} header lines are accepted, got {headers}' },
  NOT_READY: { status: 503, text: '{problem}' },
  STREAMS_FULL: {
    status: 503,
    text: 'No further reader now: {problem}',
    fix: 'Connect again after the time in Retry-After, or to another frontend',
  },
  TOO_MANY_STREAMS: {
    status: 429,
    text: 'No further reader now: {problem}',
    fix: 'End another stream first',
  },
  STORAGE_UNAVAILABLE: { status: 503, text: 'ZooKeeper cannot be reached, nothing was changed: {problem}' },
  CONFLICT: { status: 409, text: '{problem}' },
  COMMAND_TOPIC_TAKEN: {
    status: 409,
    text: 'Topic {topic} is for commands, which exactly one subscription gets: there is {subscriptions}',
    fix: 'Let several receivers share one subscription, remove the others, or make the topic one of kind EVENT',
  },
  OAUTH_PROVIDER_IN_USE: { status: 409, text: 'OAuth provider {provider} is in use' },
  DEAD_LETTER_NOT_EXISTS: {
    status: 404,
    text: 'Subscription {subscription} of topic {topic} has no dead letter {id}; it may have been redriven or purged',
  },
  PARKED_KEY_NOT_EXISTS: { status: 404, text: 'No key {key} of this subscription is parked' },
  SIGNING_KEY_NOT_EXISTS: {
    status: 404,
    text: 'Subscription {subscription} of topic {topic} has no signing key {key}; give its mask, or the letters at its end',
  },
  TASK_NOT_EXISTS: { status: 404, text: 'Subscription {subscription} of topic {topic} has no task {id}' },
  SCHEDULED_MESSAGE_NOT_EXISTS: {
    status: 404,
    text: 'Topic {topic} has no scheduled message {id}; it may have been removed long after its delivery',
  },
  SCHEDULED_MESSAGE_DELIVERED: {
    status: 409,
    text: 'Message {id} of topic {topic} was handed over for delivery before it could be cancelled',
  },
  IDEMPOTENCY_KEY_INVALID: { status: 400, text: '{problem}' },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    text: 'Topic {topic} takes only messages with the header Idempotency-Key',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    text: 'A message with this Idempotency-Key is being stored right now; try again in {retryAfterS} s',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    text: 'This Idempotency-Key stands for another message: body, Partition-Key or Content-Type differ',
  },
  IDEMPOTENCY_UNAVAILABLE: {
    status: 503,
    text: 'Not now, send it again with the same Idempotency-Key: {problem}',
  },
  SPOOL_FULL: {
    status: 507,
    text: 'The message was not accepted, the spool of this frontend is full: {problem}',
  },
  SPOOL_FAILED: { status: 503, text: 'The message was not accepted: {problem}' },
  SPOOL_UNCLEAR: { status: 503, text: 'Nobody knows whether the message was accepted: {problem}' },
  RESPOND_ASYNC_UNAVAILABLE: {
    status: 501,
    text: 'respond-async with handling=strict needs a spool, and this frontend has none: frontend.spool.directory is not set',
  },
  MESSAGE_NOT_KNOWN: {
    status: 404,
    text: 'Message {id} of topic {topic} is not known: only messages answered 202 are, for {retention} after they were settled',
  },
  SNAPSHOT_NOT_EXISTS: { status: 404, text: 'Topic {topic} has no message with the key {key}' },
  SNAPSHOTS_FULL: {
    status: 503,
    text: 'The keys of topic {topic} do not fit into the memory for snapshots (frontend.snapshots.keysMax: {keysMax})',
    fix: 'Raise frontend.snapshots.keysMax; about 150 bytes a key',
  },
  PAUSE_NOT_CONFIRMED: { status: 504, text: '{problem}' },
} as const satisfies Readonly<Record<string, ErrorRow>>

/** A code of the table. */
export type ErrorCode = keyof typeof errorCodes
