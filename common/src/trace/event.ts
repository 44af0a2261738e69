// pure
/**
 * What happened to one message, as it is kept in the trace topic: one record an event, keyed by message id.
 * Takes events. Gives their bytes, and back; null for bytes that are none of ours.
 * Names are those of Hermes' tracking events; what Hermes has not is marked as ours.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'

const place = { partition: z.int(), offset: z.int() } as const

const common = {
  messageId: z.string(),
  /** When it happened, milliseconds since the epoch. */
  timestamp: z.int(),
  topicName: z.string(),
  /** Why, in a sentence. */
  reason: z.string().optional(),
  /** The Kafka cluster. */
  cluster: z.string(),
  /** The machine that did it. */
  hostname: z.string(),
  /** Ours: see {@link keyHash}; absent for a message without a key. */
  keyHash: z.string().optional(),
} as const

export const publishedShape = z.object({
  kind: z.literal('published'),
  ...common,
  /** `INFLIGHT`: sent to Kafka, whose word had not come when the publisher was answered. */
  status: z.enum(['INFLIGHT', 'SUCCESS', 'ERROR']),
  storageDc: z.string().optional(),
  /** `Name: value` lines of the publisher's request. */
  extraRequestHeaders: z.string().optional(),
  /** Ours: the time it was scheduled for; absent for one that was delivered at once. */
  scheduledFor: z.int().optional(),
  /** Ours: where it lies; absent where Kafka has not said so. */
  partition: place.partition.optional(),
  offset: place.offset.optional(),
})

export const sentShape = z.object({
  kind: z.literal('sent'),
  ...common,
  status: z.enum(['INFLIGHT', 'FAILED', 'SUCCESS', 'DISCARDED', 'FILTERED']),
  subscription: z.string(),
  /** Empty where messages are sent one by one. */
  batchId: z.string(),
  publishTimestamp: z.int(),
  ...place,
  /** Whom it was sent to. */
  remoteHostname: z.string().optional(),
  /** Ours: number of the attempt, from 1. */
  attempt: z.int().optional(),
  /** Ours: status of the answer; absent where none came. */
  httpStatus: z.int().optional(),
  /** Ours: how long the attempt took. */
  tookMs: z.number().optional(),
  /** Ours: where the dead letter lies. */
  deadLetter: z.object({ topic: z.string(), ...place }).optional(),
})

/** Either of them. */
export const traceEventShape = z.discriminatedUnion('kind', [publishedShape, sentShape])

/** What a frontend saw. */
export type PublishedEvent = Readonly<z.infer<typeof publishedShape>>
/** What a consumer saw. */
export type SentEvent = Readonly<z.infer<typeof sentShape>>
export type TraceEvent = PublishedEvent | SentEvent

/** A reason is cut here: it may quote what a receiver wrote. */
export const reasonLengthMax = 500

/** The record's value. */
export function encodeTraceEvent(event: TraceEvent): Buffer {
  const { reason } = event
  const isLong = reason !== undefined && reason.length > reasonLengthMax
  return Buffer.from(JSON.stringify(isLong ? { ...event, reason: reason.slice(0, reasonLengthMax) } : event))
}

/** The event of a record's value. */
export function decodeTraceEvent(value: Buffer): TraceEvent | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(value.toString('utf8'))
  } catch {
    return null // not written by Iris
  }
  return traceEventShape.safeParse(parsed).data ?? null
}

/**
 * What stands for a partition key in events: the first 64 bits of its SHA-256 in hexadecimal. A key may name
 * a person, and traces are read by more people than messages.
 */
export function keyHash(key: Uint8Array): string {
  return hash('sha256', key, 'hex').slice(0, 16)
}
