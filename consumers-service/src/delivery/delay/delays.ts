/**
 * The way of a message into its subscription's delay topic.
 * Takes a letter and the time of its next attempt. Calls back once Kafka has acknowledged its record with
 * acks=all, and not before. Promises: the topic is made at first need, its place in the group is committed
 * and its owners are told before anything lies in it; value, key and headers are those that were published.
 */
import { writeDelayHeaders, type DelayFacts } from '@iris/common/kafka/delay-headers'
import type { Offsets } from '@iris/common/kafka/offsets'
import { invariant } from '@iris/common/lifecycle/invariant'
import type { Letter } from '../letter.js'
import type { DeliveryPlan } from '../plan.js'
import {
  createSafeKeeping,
  messageBytesFor,
  type Kept,
  type KeptRecord,
  type SafeKeepingParts,
} from '../safe-keeping.js'
import { delayLevelsMs, levelOf } from './levels.js'

/** A message that waits for its next attempt. */
export interface Postponement {
  readonly letter: Letter
  readonly plan: DeliveryPlan
  /** Wall time before which it is not tried. */
  readonly untilMs: number
  stored(offset: number): void
}

export interface Delays {
  postpone(postponement: Postponement): void
}

export interface DelayParts extends SafeKeepingParts {
  readonly offsets: Offsets
  /** Tells everybody that the subscription has a delay topic with so many partitions. */
  announce(plan: DeliveryPlan, partitions: number): Promise<void>
}

export interface DelayOptions {
  /** Kept beyond the time that a message is tried. */
  readonly retentionMarginMs: number
  /** -1 takes the broker's default. */
  readonly replicationFactor: number
  /** For one try to store a message. */
  readonly storeMs: number
  /** Between tries. */
  readonly retryMs: number
}

interface KeptDelay extends Kept, Postponement {}

/** Makes the delays of a process. */
export function createDelays(parts: DelayParts, options: DelayOptions): Delays {
  const retentionMs = ({ plan }: KeptDelay): number => plan.policy.messageTtlMs + options.retentionMarginMs
  const prepare = async (kept: KeptDelay): Promise<void> => {
    const { plan } = kept
    const { admin } = parts
    const partitions = delayLevelsMs.length
    const configs = {
      'retention.ms': String(retentionMs(kept)),
      'max.message.bytes': await messageBytesFor(admin, plan.kafkaTopic),
    }
    const { replicationFactor } = options
    const outcome = await admin.createTopic(plan.delayTopic, { partitions, replicationFactor, configs })
    if (outcome === 'created') {
      parts.log.info('delay.topicCreated', { topic: plan.delayTopic })
      const rows = delayLevelsMs.map((_, partition) => ({ partition, offset: 0, metadata: '' }))
      await parts.offsets.commit(plan.groupId, plan.delayTopic, rows)
    } else await lengthen(parts, plan.delayTopic, configs['retention.ms'])
    await parts.announce(plan, partitions)
  }
  const keep = createSafeKeeping<KeptDelay>(parts, {
    ...options,
    event: 'delay.notStored',
    prepare,
    readyFor: kept => `${kept.kafkaTopic} ${retentionMs(kept)}`,
    recordOf: kept => recordOf(kept, parts.clock),
  })
  return {
    postpone: ({ letter, plan, untilMs, stored }) =>
      keep({
        ...{ letter, plan, untilMs, stored },
        kafkaTopic: plan.delayTopic,
        messageId: letter.content.messageId,
        isWithdrawn: () => letter.isGone,
      }),
  }
}

/** A topic made for a shorter window keeps its records for the longer one from now on. */
async function lengthen({ admin }: DelayParts, topic: string, retentionMs: string): Promise<void> {
  const present = (await admin.describeTopic(topic))?.configs['retention.ms']
  if (present === undefined || Number(present) < 0 || Number(present) >= Number(retentionMs)) return
  await admin.alterConfigs(topic, { 'retention.ms': retentionMs })
}

function recordOf({ letter, plan, untilMs }: KeptDelay, clock: DelayParts['clock']): KeptRecord {
  const { entry } = letter
  invariant(entry.value !== null, 'only a message that can be read is postponed', letter.origin)
  const nowMs = clock.now()
  const partition = levelOf(untilMs - nowMs)
  const dueMs = nowMs + (delayLevelsMs[partition] ?? 0)
  const wallLeadMs = nowMs - clock.monotonic()
  const facts: DelayFacts = {
    topic: plan.kafkaTopic,
    ...letter.origin,
    publishedMs: entry.timestampMs,
    firstAttemptMs: letter.attempts === 0 ? -1 : Math.round(letter.firstAttemptMs + wallLeadMs),
    attempts: letter.attempts,
    dueMs: Math.round(dueMs),
    untilMs: Math.round(Math.max(untilMs, dueMs)),
    lastStatus: letter.lastStatus ?? -1,
    lastReason: letter.lastReason,
    lastCause: letter.lastCause,
  }
  return {
    partition,
    key: entry.key,
    value: entry.value,
    headers: [...entry.headers(), ...writeDelayHeaders(facts)],
  }
}
