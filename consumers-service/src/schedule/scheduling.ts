/**
 * Scheduled messages in this process: the one place where their parts are made and joined.
 * Takes the outside and the live instances. Gives seats at the partitions that are this instance's: partition
 * p belongs to instance p mod n of the live ones, and to nobody until the one before has given its lock back.
 * Promises: without the schedule topic, which is made at first need, nothing runs.
 */
import { hostname } from 'node:os'
import { readTopicNode, isUnreadable } from '@iris/common/domain/node-json'
import { topicName } from '@iris/common/domain/names'
import { appendRecord } from '@iris/common/kafka/append-record'
import { kafkaNamespaceOf, kafkaTopicName, scheduleTopicName } from '@iris/common/kafka/names'
import { scanRange } from '@iris/common/kafka/read-range'
import type { Metrics } from '@iris/common/metrics/registry'
import { writeMarks } from '@iris/common/schedule/schedule-record'
import type { Cancel } from '@iris/common/time/scheduler'
import { keyHash, type PublishedEvent } from '@iris/common/trace/event'
import { acquire, type Lock } from '@iris/common/zookeeper/lock'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import { watchTopicMark } from '@iris/common/zookeeper/topic-mark'
import type { ConsumersBase, ConsumersConfig } from '../base.js'
import type { Outside } from '../outside.js'
import { createFence } from '../workload/fence.js'
import type { Membership } from '../workload/membership.js'
import { createDispatch, idOf, type Destination, type LoadedMessage } from './dispatch.js'
import { createScheduleFigures } from './figures.js'
import { loadRecords } from './load.js'
import { runPartition, type PartitionRun, type PartitionStart } from './partition-run.js'
import { takeSeat, type Seat } from './seat.js'

export interface Scheduling {
  start(instances: Pick<Membership, 'instances' | 'onChange'>): void
  /** Resolves when every lock is given back. */
  stop(): Promise<void>
}

export interface SchedulingParts {
  readonly outside: Outside
  readonly metrics: Metrics
  readonly paths: ZooPaths
  readonly instance: string
}

/** For one mark. */
const markMs = 10_000
/** For one try to store a message in its topic. */
const storeMs = 10_000
const sendMax = 1_000
const sendBytesMax = 8 * 1024 * 1024
const underWayMax = 20_000
/** So that no few topics without a leader take all of it. */
const topicSendMax = 250
const topicUnderWayMax = 2_000
const commitMs = 5_000

/** Makes it. Nothing runs before `start`. */
export function createScheduling(
  base: ConsumersBase,
  config: ConsumersConfig,
  parts: SchedulingParts,
): Scheduling {
  const { outside, paths, instance } = parts
  const { session } = outside
  const seats = new Map<number, Seat>()
  const leaving = new Map<number, Promise<void>>()
  const cancels: Cancel[] = []
  let wanted: ReadonlySet<number> = new Set()
  let isStopped = false
  const pendingCount = (): number => [...seats.values()].reduce((sum, seat) => sum + seat.pendingCount(), 0)
  const run = createRunner(base, config, { ...parts, pendingCount })
  const seatParts = {
    ...base,
    acquire(partition: number, signal: AbortSignal): Promise<Lock> {
      const path = paths.iris.scheduleLock(config.kafkaClusterName, partition)
      return acquire({ ...base, session }, path, { instance, pid: process.pid }, signal)
    },
    start: (partition: number) => startOf(config, outside, partition),
    run,
  }
  const options = { drainMs: config.handOverMs, retryMs: config.retryMs }

  const take = (): void => {
    if (isStopped) return
    for (const partition of wanted)
      if (!seats.has(partition)) seats.set(partition, takeSeat(seatParts, options, partition))
  }
  const leave = (seat: Seat): void => {
    const { partition } = seat
    if (leaving.has(partition)) return
    const left = seat.leave().then(() => {
      seats.delete(partition)
      leaving.delete(partition)
      // Wanted again meanwhile: only now may it be taken anew.
      take()
    })
    leaving.set(partition, left)
  }
  const want = (partitions: ReadonlySet<number>): void => {
    wanted = partitions
    for (const seat of seats.values()) if (!wanted.has(seat.partition)) leave(seat)
    take()
  }

  return {
    start({ instances, onChange }) {
      let total = 0
      const share = (): void => want(new Set(partitionsOf(instance, instances(), total)))
      const mark = watchTopicMark(session, paths.iris.schedule(config.kafkaClusterName), partitions => {
        total = partitions
        share()
      })
      cancels.push(mark, onChange(share))
    },
    async stop() {
      isStopped = true
      for (const cancel of cancels) cancel()
      want(new Set())
      await Promise.all(leaving.values())
    },
  }
}

/** The partitions of one of the live instances. */
export function partitionsOf(
  instance: string,
  instances: readonly string[],
  partitionsTotal: number,
): readonly number[] {
  const index = instances.indexOf(instance)
  if (index < 0) return []
  const all = Array.from({ length: partitionsTotal }, (_, partition) => partition)
  return all.filter(partition => partition % instances.length === index)
}

function createRunner(
  base: ConsumersBase,
  config: ConsumersConfig,
  parts: SchedulingParts & { pendingCount(): number },
): (start: PartitionStart, lock: Lock) => PartitionRun {
  const { outside, metrics } = parts
  const { cluster, producer, offsets, reader, session } = outside
  const kafkaTopic = scheduleTopicName(kafkaNamespaceOf(config))
  const fence = createFence(session, config.fenceShare)
  const figures = createScheduleFigures(metrics, parts.pendingCount)
  const scan: Parameters<typeof loadRecords>[0]['scan'] = request => scanRange({ ...base, cluster }, request)
  const destination = createDestinations(config, parts)
  const runOptions = {
    rowsMax: config.scheduleIndexMax,
    // Half of the index may be forgotten, and a quarter must be left to wait before it is read again.
    underWayMax: Math.min(underWayMax, config.scheduleIndexMax >> 3),
    topicUnderWayMax: Math.min(topicUnderWayMax, config.scheduleIndexMax >> 4),
    ...{ sendMax, topicSendMax, sendBytesMax, commitMs },
    ...{ recommitMs: config.recommitMs, retryMs: config.retryMs },
  }
  return (start, lock) => {
    const heldBack = (): string | null => (lock.isHeld() ? fence() : 'the lock is lost')
    const send = createDispatch(
      {
        ...{ ...base, producer, destination, heldBack },
        load: (partition, wanted) => loadRecords({ ...base, kafkaTopic, scan }, partition, wanted),
        stored: (message, place) => trace(base, config, outside, { message, details: placeOf(place) }),
        refused: (message, reason) =>
          trace(base, config, outside, { message, details: { status: 'ERROR', reason } }),
      },
      { storeMs, retryMs: config.retryMs },
    )
    return runPartition(
      {
        ...{ ...base, figures, heldBack, send },
        follow: request => reader.follow({ ...request, topic: kafkaTopic }),
        async writeMarks(partition, mark) {
          const place = { topic: kafkaTopic, partition, key: null }
          for (const { value, headers } of writeMarks(mark)) {
            const [timestampMs, deadlineMs] = [base.clock.now(), base.clock.monotonic() + markMs]
            await appendRecord(producer, { ...place, value: [value], headers, timestampMs, deadlineMs })
          }
        },
        commit: (partition, offset) =>
          offsets.commit(kafkaTopic, kafkaTopic, [{ partition, offset, metadata: '' }]),
      },
      runOptions,
      start,
    )
  }
}

/** The committed place is where the lowest message that counts lay; what counts can only lie above it. */
async function startOf(
  config: ConsumersConfig,
  { offsets }: Outside,
  partition: number,
): Promise<PartitionStart> {
  const kafkaTopic = scheduleTopicName(kafkaNamespaceOf(config))
  const [committed, latest] = await Promise.all([
    offsets.fetch(kafkaTopic, kafkaTopic, [partition]),
    offsets.latest(kafkaTopic, [partition]),
  ])
  const end = latest[0]?.offset ?? 0
  return { partition, offset: Math.max(0, committed[0]?.offset ?? 0), end }
}

/** A topic that is not among the definitions was removed only if ZooKeeper says so. */
function createDestinations(
  config: ConsumersConfig,
  { outside, paths }: SchedulingParts,
): (topic: string) => Promise<Destination | null> {
  const { definitions, session } = outside
  return async text => {
    const name = topicName(text)
    if (name === undefined) return null
    const node = definitions.topic(name) ?? (await session.read(paths.topic(name)))
    if (node === null) return null
    const topic = readTopicNode(name, node.data, node.stat)
    if (isUnreadable(topic)) throw new Error(`The node of topic ${name} cannot be read: ${topic.problem}`)
    return { kafkaTopic: kafkaTopicName(kafkaNamespaceOf(config), name), createdMs: topic.createdAtMs }
  }
}

type TraceDetails = Pick<PublishedEvent, 'status' | 'reason' | 'partition' | 'offset'>

function placeOf({
  partition,
  offset,
}: {
  readonly partition: number
  readonly offset: number
}): TraceDetails {
  // Kafka may know a batch that was sent twice and no longer say where it lies.
  return { status: 'SUCCESS', partition, ...(offset < 0 ? {} : { offset }) }
}

function trace(
  { clock }: ConsumersBase,
  config: ConsumersConfig,
  { traces }: Outside,
  ended: { readonly message: LoadedMessage; readonly details: TraceDetails },
): void {
  const { entry, facts } = ended.message
  if (!facts.isTraced) return
  traces?.write({
    ...{ kind: 'published', messageId: idOf(entry), topicName: facts.topic },
    ...{ timestamp: clock.now(), scheduledFor: facts.dueMs },
    ...{ cluster: config.kafkaClusterName, hostname: hostname() },
    ...ended.details,
    ...(entry.key === null ? {} : { keyHash: keyHash(entry.key) }),
  })
}
