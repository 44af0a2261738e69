/**
 * What a delivery pipeline needs, and what it gives: the same for every kind of delivery.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { OpenRegistry } from '@iris/common/schema/open'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Tracer } from '@iris/common/tracing/tracer'
import type { RequestBudget } from './back-room.js'
import type { DeadLetters } from './dead-letter.js'
import type { DeliveryFigures } from './figures.js'
import type { FilterShare } from './filter-share.js'
import type { DeliveryJournal } from './journal.js'
import type { MakePace } from './pace/pace-maker.js'
import type { PaceStatus } from './pace/pace.js'
import type { MakeRateShare } from '../rate/share.js'
import type { PartitionWork } from './partition-work.js'
import type { DeliveryPlan } from './plan.js'
import type { Authorization } from './send/authorization.js'

export interface PipelineParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly deadLetters: DeadLetters
  readonly figures: DeliveryFigures
  readonly journal: DeliveryJournal
  readonly requestBudget: RequestBudget
  readonly filterShare: FilterShare
  readonly authorization: Authorization
  /** The schemas of AVRO topics; null where no registry is configured. */
  readonly registry: OpenRegistry | null
  /** Whether records without a schema version are read by the schema's number in the registry. */
  readonly areSchemaIdsUsed: boolean
  readonly pace: MakePace
  /** Who shares the subscription's rate with this process. */
  readonly rateShare: MakeRateShare
  /** Whether messages are also filtered out at the rate of the subscription and no faster. */
  readonly isFilterRateLimited: boolean
  /** Null where nothing is told to OpenTelemetry. */
  readonly tracer: Tracer | null
  /** Why nothing may be begun now, or null. */
  heldBack(): string | null
  /** An answer asks for the subscription's suspension: nothing more is to be begun. */
  suspend(reason: string): void
}

export interface Pipeline {
  /** Knows what it must before a partition is read whose lock was just taken. */
  ready(): Promise<void>
  add(work: PartitionWork): void
  /**
   * Begins nothing more of a partition; resolves when nothing of it is under way, after `drainMs` at the
   * latest.
   */
  drain(work: PartitionWork, drainMs: number): Promise<void>
  /** Resolves when nothing more is said to other processes of what was drained before. */
  silent(): Promise<void>
  /** The plan from now on; its delivery type is the one that the pipeline was made for. */
  update(plan: DeliveryPlan): void
  /** How many partitions the topic has: the rate is shared by all owners. */
  share(partitionsTotal: number): void
  wake(): void
  works(): readonly PartitionWork[]
  status(): PipelineStatus
  stop(): void
}

export interface PipelineStatus {
  readonly inflight: number
  /** How many may be in flight here. */
  readonly inflightMax: number
  /** Waiting for a retry or their sending delay. */
  readonly waiting: number
  /** Waiting behind an earlier message of their key. */
  readonly parked: number
  /** Gathered for a batch that is not full yet. */
  readonly gathered: number
  /** When the next of the waiting is due, in milliseconds from now; null when none waits. */
  readonly nextDueInMs: number | null
  /** Messages a second at most; Infinity where nothing limits them. */
  readonly rate: number
  /** It is the rate that holds the next message back now. */
  readonly isPaced: boolean
  /** What the endpoint can take, and why. */
  readonly pace: PaceStatus
  /** How full the fullest window is, 0 to 1. */
  readonly windowShare: number
  /** What holds it back now, in plain words, or null. */
  readonly heldBack: string | null
  /** It may not send because ZooKeeper is silent. */
  readonly isFenced: boolean
}
