// pure
/**
 * What is known about a subscription when somebody asks why it is slow.
 * Takes the status rows of consumers processes as JSON. Gives facts without judgement; a source that did not
 * answer is a fact too.
 */
import { z } from 'zod'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import type { ParkedKey } from '@iris/common/domain/parked-keys'
import type { Subscription } from '@iris/common/domain/subscription'
import type { PartitionProgress } from '../store/group-progress.js'

/** A source that did not answer, and why. */
export interface Unanswered {
  readonly problem: string
}

export interface Facts {
  readonly topic: TopicName
  readonly name: SubscriptionName
  readonly nowMs: number
  readonly definition: DefinitionFacts | Unanswered
  readonly kafka: KafkaFacts | Unanswered
  /** Live consumers processes, and who holds the lock of which partition. */
  readonly consumers: ConsumersFacts | Unanswered
}

export interface DefinitionFacts {
  readonly subscription: Subscription
  /** Why consumers cannot deliver it; empty when they can. */
  readonly unsupported: readonly string[]
  /** Keys whose messages go to the dead letters, the oldest first. */
  readonly parkedKeys: readonly ParkedKey[]
}

export interface KafkaFacts {
  readonly kafkaTopic: string
  readonly groupId: string
  /** Empty where Kafka has no such topic. */
  readonly partitions: readonly PartitionFacts[]
  /** Who reads with the group beside us. */
  readonly members: readonly { readonly clientId: string; readonly host: string }[]
  /** When the first message that waits was published, of the partition that is farthest behind. */
  readonly oldestPublishedMs: number | null
  readonly deadLetters: { readonly all: number; readonly lastHour: number }
}

export interface PartitionFacts extends PartitionProgress {
  readonly publishedLastMinute: number
}

export interface ConsumersFacts {
  readonly live: readonly { readonly instance: string; readonly url: string }[]
  readonly locks: readonly { readonly partition: number; readonly instance: string }[]
  /** What those who were asked said of it. Without a row they have nothing to do with it. */
  readonly said: readonly Said[]
}

export interface Said {
  readonly instance: string
  readonly answer: { readonly row: ConsumerRow | null } | Unanswered
}

const outcomes = z.record(z.string(), z.number())

/** JSON knows no Infinity: null is no bound. */
const boundShape = z
  .number()
  .nullable()
  .transform(value => value ?? Infinity)

/** What the diagnosis reads of a row of `/status/subscriptions`; other versions of Iris may say more. */
const rowShape = z.object({
  notRunning: z.string().nullable(),
  delivery: z
    .object({
      inflight: z.number(),
      inflightMax: z.number(),
      waiting: z.number(),
      parked: z.number(),
      nextDueInMs: z.number().nullable(),
      /** Null where nothing limits it. */
      rate: z.number().nullable(),
      isPaced: z.boolean(),
      /** What the endpoint can take as far as was learnt; null where nothing was, or nobody looks. */
      pace: z
        .object({
          mode: z.string(),
          rate: boundShape,
          maxRate: boundShape,
          circuit: z.string(),
          why: z.string(),
          next: z.string(),
        })
        .nullable()
        .default(null),
      windowShare: z.number(),
      heldBack: z.string().nullable(),
      isFenced: z.boolean(),
    })
    .nullable(),
  recent: z
    .object({
      attempts: z.number(),
      succeeded: z.number(),
      ended: z.object({ delivered: z.number(), givenUp: z.number(), filtered: z.number() }),
      outcomes,
      /** Null where a consumers process of another version does not tell. */
      failures: z
        .record(z.string(), z.object({ count: z.number(), detail: z.string(), agoMs: z.number() }))
        .nullable()
        .default(null)
        .catch(null),
      meanMs: z.number().nullable(),
      p50Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
      lastFailure: z.object({ outcome: z.string(), detail: z.string(), agoMs: z.number() }).nullable(),
    })
    .nullable(),
  /** What waits in the delay topic, in words. */
  delayed: z.string().nullable().default(null),
  partitions: z.array(
    z.object({
      partition: z.number(),
      state: z.string(),
      unsettled: z.number(),
      oldest: z.object({ offset: z.number(), attempts: z.number(), failingForMs: z.number() }).nullable(),
    }),
  ),
})

export type ConsumerRow = Readonly<z.infer<typeof rowShape>>

/** Reads the answer of a consumers process that was asked for one subscription. */
export function readRow(json: unknown): { readonly row: ConsumerRow | null } | Unanswered {
  const rows = z.array(rowShape).safeParse(json)
  return rows.success ? { row: rows.data[0] ?? null } : { problem: 'its answer is of another version' }
}

export function isUnanswered(facts: object): facts is Unanswered {
  return 'problem' in facts
}

/** Messages that Kafka holds and the subscription has not settled. */
export function lagOf({ committed, first, end }: PartitionProgress): number {
  return Math.max(0, end - Math.max(first, committed ?? first))
}
