// pure
/**
 * What the log of a shard holds: intents to append a message, outcomes, and the fences of its owners.
 * Takes them as objects. Gives records of Kafka, and reads them back.
 * Promises: the last record of a key is its state, so the log may be compacted; what cannot be read is told
 * apart from what is not there, because a key must never look unused by mistake.
 */
import type { RecordToWrite } from '@iris/common/kafka/record-batch'

/** Where one message goes, and the numbers under which Kafka takes it once. */
export interface Intent {
  readonly kafkaTopic: string
  readonly partition: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly sequence: number
}

/** The state of a key. */
export interface KeyState {
  readonly fingerprint: string
  readonly messageId: string
  /** When the key was first used: wall time, and the message's own. */
  readonly timestampMs: number
  /** Wall time at which the key is free again. */
  readonly untilMs: number
  /** Null once the message is stored. */
  readonly intent: Intent | null
}

/** A record of the log as it was read. */
export type ShardRecord =
  | { readonly kind: 'state'; readonly digest: string; readonly state: KeyState }
  | { readonly kind: 'free'; readonly digest: string }
  | { readonly kind: 'fence' }
  | { readonly kind: 'unreadable'; readonly problem: string }

const fenceKey = 'fence'
const version = 1

/** The record that says a key's state. */
export function stateRecord(digest: string, state: KeyState, nowMs: number): RecordToWrite {
  const { fingerprint, messageId, timestampMs, untilMs, intent } = state
  const members = intent === null ? {} : { intent }
  return record(digest, { v: version, fingerprint, messageId, timestampMs, untilMs, ...members }, nowMs)
}

/** The record that frees a key: nothing was stored under it. */
export function freeRecord(digest: string, nowMs: number): RecordToWrite {
  return { key: Buffer.from(digest), value: [], headers: [], timestampMs: nowMs }
}

/** The record by which a new owner shuts the former ones out. */
export function fenceRecord(owner: string, epoch: number, nowMs: number): RecordToWrite {
  return record(fenceKey, { v: version, owner, epoch }, nowMs)
}

function record(key: string, value: object, timestampMs: number): RecordToWrite {
  return { key: Buffer.from(key), value: [Buffer.from(JSON.stringify(value))], headers: [], timestampMs }
}

type StoredState = Omit<KeyState, 'intent'> & { readonly v?: unknown; readonly intent?: Intent }

/** Reads a record. */
export function readShardRecord(key: Buffer | null, value: Buffer | null): ShardRecord {
  const digest = key?.toString('latin1') ?? ''
  if (digest === fenceKey) return { kind: 'fence' }
  if (digest === '') return { kind: 'unreadable', problem: 'a record without a key' }
  if (value === null || value.length === 0) return { kind: 'free', digest }
  try {
    const json = JSON.parse(value.toString('utf8')) as StoredState
    if (json.v !== version) return { kind: 'unreadable', problem: `version ${String(json.v)}` }
    const { fingerprint, messageId, timestampMs, untilMs, intent = null } = json
    return { kind: 'state', digest, state: { fingerprint, messageId, timestampMs, untilMs, intent } }
  } catch (error) {
    return { kind: 'unreadable', problem: (error as Error).message }
  }
}
