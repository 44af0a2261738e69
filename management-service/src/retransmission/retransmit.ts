/**
 * Retransmission: a subscription moves to a moment, backwards to get messages again, forwards to skip them.
 * Takes a subscription and the moment. Gives the new place of every partition, in Hermes' form; a dry run
 * gives what would come of it and moves nothing. Promises: what runs is moved by its owners, what nobody runs
 * under its lock, so that no owner commits an older place over the new one.
 * Refuses after `timeoutMs`, naming who did not confirm, and takes back the orders that are left.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { encodeCommitNote } from '@iris/common/kafka/commit-metadata'
import { subscriptionId, type SubscriptionName, type TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import { consumerGroupId, kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'
import { existingSubscription, existingTopic } from '../store/existing.js'
import type { KafkaGroups, KafkaMoves, KafkaProgress, PartitionPlace } from '../store/kafka-ports.js'
import type {
  ChangeGuard,
  LiveConsumers,
  MoveOrders,
  OrderedMove,
  SubscriptionStore,
  TopicStore,
} from '../store/ports.js'

export interface RetransmissionParts {
  readonly store: TopicStore & SubscriptionStore & ChangeGuard
  readonly orders: MoveOrders
  readonly consumers: Pick<LiveConsumers, 'holders'>
  readonly groups: Pick<KafkaGroups, 'describe'>
  readonly moves: KafkaMoves
  readonly progress: KafkaProgress
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly namespace: KafkaNamespace
  readonly clusterName: string
  /** How long owners may take to confirm. */
  readonly timeoutMs: number
}

/** What is moved where. */
interface Move extends OrderedMove {
  readonly group: string
  readonly offsets: readonly PartitionPlace[]
}

/** A partition's new place, in Hermes' form. */
const placeShape = z.object({
  topic: z.object({ value: z.string().describe('Its name in Kafka') }),
  offset: z.int(),
  partition: z.int(),
})
type PlaceJson = ValueOf<typeof placeShape>

/** Kafka clusters with the places of their partitions. */
export const retransmissionShape = z.record(z.string(), z.array(placeShape))
export type RetransmissionJson = ValueOf<typeof retransmissionShape>

/** Each place also says how many settled messages would be sent again, and how many would be skipped. */
export const dryRunShape = z.record(
  z.string(),
  z.array(z.object({ ...placeShape.shape, messages: z.int(), skipped: z.int() })),
)

export interface DryRun {
  readonly json: ValueOf<typeof dryRunShape>
  /** Messages that would be sent again, over all partitions. */
  readonly messageCount: number
}

const askAgainMs = 50
/** How often it is looked who owns what has not been moved. */
const lookMs = 500
/** A partition without an owner for so long is not about to get one. */
const ownerlessMs = 1_500

/** Moves a subscription. */
export async function retransmit(
  parts: RetransmissionParts,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
  dateMs: number,
): Promise<RetransmissionJson> {
  const move = await planMove(parts, names, dateMs)
  await parts.store.exclusively(subscriptionId(names.topic, names.name), async () => {
    const {
      value: { state },
    } = await existingSubscription(parts.store, names)
    if (state === 'PENDING') throw refused('Cannot retransmit messages for subscription in PENDING state')
    await checkGroup(parts, move, state)
    if (state === 'SUSPENDED') await moveSuspended(parts, move)
    else await moveByOwners(parts, move)
  })
  parts.log.info('subscription.moved', { subscription: subscriptionId(names.topic, names.name), dateMs })
  return { [parts.clusterName]: move.offsets.map(place => placeJson(move, place)) }
}

/** Says what a move would do. */
export async function planRetransmission(
  parts: RetransmissionParts,
  names: { readonly topic: TopicName; readonly name: SubscriptionName },
  dateMs: number,
): Promise<DryRun> {
  const move = await planMove(parts, names, dateMs)
  const { group, kafkaTopic, offsets } = move
  const partitions = offsets.map(({ partition }) => partition)
  const committed = await parts.progress.committed(group, kafkaTopic, partitions)
  const places = offsets.map((place, index) => {
    const ahead = (committed[index] ?? place.offset) - place.offset
    return { ...placeJson(move, place), messages: Math.max(0, ahead), skipped: Math.max(0, -ahead) }
  })
  const messageCount = places.reduce((sum, { messages }) => sum + messages, 0)
  return { json: { [parts.clusterName]: places }, messageCount }
}

async function planMove(
  parts: RetransmissionParts,
  { topic, name }: { readonly topic: TopicName; readonly name: SubscriptionName },
  dateMs: number,
): Promise<Move> {
  await existingTopic(parts.store, topic)
  await existingSubscription(parts.store, { topic, name })
  const kafkaTopic = kafkaTopicName(parts.namespace, topic)
  const group = consumerGroupId(parts.namespace, topic, name)
  const offsets = await parts.moves.offsetsAt(kafkaTopic, { kind: 'time', timeMs: dateMs })
  return { topic, name, kafkaTopic, group, offsets }
}

/** Our owners are no members: a group that has some is read by others, whose offsets nobody may move. */
async function checkGroup(parts: RetransmissionParts, move: Move, state: string): Promise<void> {
  const { members } = await parts.groups.describe(move.group)
  const [member] = members
  if (member === undefined) return
  const what = state === 'SUSPENDED' ? 'has still active members' : 'is not stable'
  const who = `client ${member.clientId} at ${member.host} reads with it and is none of Iris`
  throw refused(`${groupOf(move)} ${what}. ${who}.`)
}

async function moveSuspended(parts: RetransmissionParts, move: Move): Promise<void> {
  if (await moveUnowned(parts, move, move.offsets)) return
  throw refused(`${groupOf(move)} has still active members. ${await ownersOf(parts, move, null)}`)
}

/** Commits places of partitions that nobody delivers; false where somebody does. */
function moveUnowned(
  parts: RetransmissionParts,
  move: Move,
  places: readonly PartitionPlace[],
): Promise<boolean> {
  const partitions = places.map(({ partition }) => partition)
  return parts.orders.owning(move, partitions, lockOf => {
    const rows = places.map(({ partition, offset }) => {
      const note = { lock: lockOf(partition), settled: [], waiting: [] }
      return { partition, offset, metadata: encodeCommitNote(offset, note) ?? '' }
    })
    return parts.moves.commit(move.group, move.kafkaTopic, rows)
  })
}

async function moveByOwners(parts: RetransmissionParts, move: Move): Promise<void> {
  const { orders, clock, scheduler, timeoutMs } = parts
  const untilMs = clock.monotonic() + timeoutMs
  const rest = createUnowned(parts, move)
  try {
    await orders.order(move, move.offsets)
    for (;;) {
      const pending = await orders.pending(move)
      if (pending.length === 0) return
      if (clock.monotonic() >= untilMs) throw await notConfirmed(parts, move, pending)
      await rest.look(pending)
      await sleep(scheduler, askAgainMs)
    }
  } finally {
    await orders.withdraw(move, await orders.pending(move))
    await orders.end(move)
  }
}

/** What no owner moves, because there is none. */
function createUnowned(
  parts: RetransmissionParts,
  move: Move,
): { look(pending: readonly number[]): Promise<void> } {
  const since = new Map<number, number>()
  let lookAtMs = 0
  return {
    async look(pending) {
      const nowMs = parts.clock.monotonic()
      if (nowMs < lookAtMs) return
      lookAtMs = nowMs + lookMs
      const holders = await parts.consumers.holders(move.topic, move.name)
      const owned = new Set(holders.map(({ partition }) => partition))
      for (const partition of pending) {
        if (owned.has(partition)) since.delete(partition)
        else if (!since.has(partition)) since.set(partition, nowMs)
      }
      const isLeft = (partition: number): boolean => nowMs - (since.get(partition) ?? nowMs) >= ownerlessMs
      const left = move.offsets.filter(({ partition }) => pending.includes(partition) && isLeft(partition))
      if (left.length === 0 || !(await moveUnowned(parts, move, left))) return
      const moved = left.map(({ partition }) => partition)
      await parts.orders.withdraw(move, moved)
    },
  }
}

async function notConfirmed(
  parts: RetransmissionParts,
  move: Move,
  pending: readonly number[],
): Promise<Error> {
  const moved = move.offsets.length - pending.length
  return refusal('UNABLE_TO_MOVE_OFFSETS_EXCEPTION', {
    problem:
      `Subscription ${subscriptionId(move.topic, move.name)}: after ${parts.timeoutMs} ms ${moved} of ` +
      `${move.offsets.length} partitions are moved. ${await ownersOf(parts, move, pending)} ` +
      'Their orders are withdrawn; ask again.',
  })
}

/** Who has these partitions, or all of them, in a sentence. */
async function ownersOf(
  { consumers }: RetransmissionParts,
  { topic, name }: Move,
  partitions: readonly number[] | null,
): Promise<string> {
  const holders = await consumers.holders(topic, name)
  const wanted = partitions ?? holders.map(({ partition }) => partition)
  const owners = wanted.map(partition => {
    const holder = holders.find(each => each.partition === partition)
    return `partition ${partition} (${holder?.instance ?? 'nobody'})`
  })
  return owners.length === 0 ? 'Its owners are about to stop.' : `Not confirmed: ${owners.join(', ')}.`
}

function placeJson({ kafkaTopic }: Move, { partition, offset }: PartitionPlace): PlaceJson {
  return { topic: { value: kafkaTopic }, offset, partition }
}

function groupOf({ group, topic, name }: Move): string {
  return `Consumer group ${group} for subscription ${subscriptionId(topic, name)}`
}

function refused(problem: string): Error {
  return refusal('MOVING_SUBSCRIPTION_OFFSETS_VALIDATION_ERROR', { problem })
}
