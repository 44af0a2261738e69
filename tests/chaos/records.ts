// pure
/**
 * The records of a history: one shape of 56 bytes for all that a party can see.
 * Takes a record. Gives its bytes, and back.
 * Promises: every number comes back as it went in; hashes keep 48 bits, the most a double holds with room.
 */

/** What happened. The fields that each kind uses stand beside it; all others are 0. */
export const kinds = {
  /**
   * A publisher begins: subject = topic, id, key, sequence, hash of the body, detail = its way; other = when
   * it is due, 0 for at once.
   */
  invoke: 1,
  /** 201, or 202 where that was asked for: id, status, messageId. */
  ok: 2,
  /** Surely not stored: id, status (0: no frontend took the connection). */
  refused: 3,
  /** May be stored: id, status (0: no answer). */
  unknown: 4,
  /**
   * A delivery reached a subscriber: subject = subscription, id, hash, messageId, sequence = retry count,
   * exchange.
   */
  arrive: 5,
  /** The last byte of our answer left: subject, id, exchange, status; other = when the answer began. */
  answered: 6,
  /** The connection ended before our answer had left: subject, id, exchange. */
  cut: 7,
  /**
   * Read from a dead-letter topic: subject = subscription, id, hash, sequence = attempts; time = when Kafka
   * had it.
   */
  dead: 8,
  /** A fault: id = its number, detail = its kind, subject = its target; other = when it had healed. */
  fault: 9,
  /** A committed offset as Kafka gave it: subject = subscription, partition; other = offset. */
  commit: 10,
  /** Read from Kafka's log: subject = topic, partition, id, hash; other = offset. */
  stored: 11,
  /** The farm was late: its loop stood still until `time`; other = for how many milliseconds. */
  late: 12,
  /** A counter of the system under test: subject = topic or subscription, detail = which; other = value. */
  counter: 13,
  /** The end of the run, written once after the drain. */
  end: 14,
  /** A look at a process: subject = its number, id = pid; other = resident bytes. */
  memory: 15,
  /** An answer that broke a rule: id, status, detail = which. */
  wrong: 16,
  /** A 201 to a try with an `Idempotency-Key`: id, status, messageId. */
  again: 17,
  /**
   * A scheduled message was to be taken back: id, status (200: in time, 409: too late, else nobody knows).
   */
  cancelled: 18,
  /** What the status resource says at the end: id, detail = state; partition, other = offset, -1 for none. */
  status: 19,
  /** What it says of a subscription: subject, id, detail = state. */
  subscriptionStatus: 20,
} as const

/** States of a message that was accepted; 0 stands for no answer. */
export const messageStates = { ACCEPTED: 1, STORED: 2, DELIVERED: 3, FAILED: 4, NOT_KNOWN: 5 } as const

/** States of a subscription towards it. */
export const subscriptionStates = { PENDING: 1, DELIVERED: 2, SETTLED: 3, DEAD: 4, UNKNOWN: 5 } as const

/** Rules of answers that a publisher sees broken, by the number in a record's detail. */
export const wrongAnswers = {
  /** A record of a request with many has no result. */
  noResult: 1,
  /** A result stands at another place than its record. */
  misplaced: 2,
  /** Counts, or the status of the whole, differ from the results. */
  falseCount: 3,
  /** A record that had to be refused was taken. */
  tookBadOne: 4,
  /** A new key with one message was refused for good. */
  refusedKey: 5,
  /** 201 and 202 are not as they were preferred, or a 202 lacks what it must carry. */
  unlikePreferred: 6,
  /** A message that was scheduled a moment ago is not known. */
  forgotten: 7,
} as const

/** Counters that are compared with the history. */
export const counters = { published: 1, delivered: 2, discarded: 3 } as const

export interface HistoryRecord {
  kind: number
  detail: number
  subject: number
  status: number
  partition: number
  id: number
  key: number
  sequence: number
  exchange: number
  hash: number
  messageId: number
  /** Monotonic milliseconds. */
  time: number
  other: number
}

/** Bytes of one record. */
export const recordBytes = 56

/** A record with every field 0 but those given. */
export function record(fields: Partial<HistoryRecord> & { kind: number; time: number }): HistoryRecord {
  return { ...blank, ...fields }
}

const blank: HistoryRecord = {
  kind: 0,
  detail: 0,
  subject: 0,
  status: 0,
  partition: 0,
  id: 0,
  key: 0,
  sequence: 0,
  exchange: 0,
  hash: 0,
  messageId: 0,
  time: 0,
  other: 0,
}

/** Writes `each` at `at`. */
export function encodeRecord(each: HistoryRecord, into: DataView, at: number): void {
  into.setUint8(at, each.kind)
  into.setUint8(at + 1, each.detail)
  into.setUint16(at + 2, each.subject)
  into.setUint16(at + 4, each.status)
  into.setUint16(at + 6, each.partition)
  into.setUint32(at + 8, each.id)
  into.setUint32(at + 12, each.key)
  into.setUint32(at + 16, each.sequence)
  into.setUint32(at + 20, each.exchange)
  into.setFloat64(at + 24, each.hash)
  into.setFloat64(at + 32, each.messageId)
  into.setFloat64(at + 40, each.time)
  into.setFloat64(at + 48, each.other)
}

/**
 * Reads the record at `at` into `each`, which the caller may use again: a million records make no garbage.
 */
export function decodeRecord(from: DataView, at: number, each: HistoryRecord): HistoryRecord {
  each.kind = from.getUint8(at)
  each.detail = from.getUint8(at + 1)
  each.subject = from.getUint16(at + 2)
  each.status = from.getUint16(at + 4)
  each.partition = from.getUint16(at + 6)
  each.id = from.getUint32(at + 8)
  each.key = from.getUint32(at + 12)
  each.sequence = from.getUint32(at + 16)
  each.exchange = from.getUint32(at + 20)
  each.hash = from.getFloat64(at + 24)
  each.messageId = from.getFloat64(at + 32)
  each.time = from.getFloat64(at + 40)
  each.other = from.getFloat64(at + 48)
  return each
}
