/**
 * The schedule topic behind the port of the use cases.
 * Takes the clients of `common/src/kafka`. Gives reading and marks. Bounds: `stepBytes` a read, `appendMs` for
 * a mark.
 */
import { appendRecord } from '@iris/common/kafka/append-record'
import { scheduleTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import type { Producer } from '@iris/common/kafka/producer'
import { invariant } from '@iris/common/lifecycle/invariant'
import { writeMarks } from '@iris/common/schedule/schedule-record'
import type { Clock } from '@iris/common/time/clock'
import type { KafkaSchedule, ScheduleStretch } from '../schedule/schedule-ports.js'
import { orRefuse, partitionsOf, type KafkaParts } from './kafka.js'

export interface KafkaScheduleParts {
  readonly clock: Clock
  readonly kafka: KafkaParts
  readonly producer: Producer
  readonly namespace: KafkaNamespace
}

const appendMs = 10_000
const stepBytes = 1024 * 1024

/** Makes the port. */
export function createKafkaSchedule({
  clock,
  kafka,
  producer,
  namespace,
}: KafkaScheduleParts): KafkaSchedule {
  const topic = scheduleTopicName(namespace)
  const { offsets } = kafka

  const ends = async (partitions: readonly number[]): Promise<readonly ScheduleStretch[]> => {
    const [firsts, nexts] = await Promise.all([
      offsets.earliest(topic, partitions),
      offsets.latest(topic, partitions),
    ])
    return partitions.map((partition, index) => ({
      partition,
      first: firsts[index]?.offset ?? 0,
      next: nexts[index]?.offset ?? 0,
    }))
  }
  const stretches = async (): Promise<readonly ScheduleStretch[]> => {
    const partitions = await partitionsOf(kafka.cluster, topic)
    if (partitions === null) return []
    const [all, committed] = await Promise.all([ends(partitions), offsets.fetch(topic, topic, partitions)])
    return all.map((stretch, index) => ({
      ...stretch,
      first: Math.min(stretch.next, Math.max(stretch.first, committed[index]?.offset ?? 0)),
    }))
  }
  const wholes = async (): Promise<readonly ScheduleStretch[]> =>
    ends((await partitionsOf(kafka.cluster, topic)) ?? [])
  const whole = async (partition: number): Promise<ScheduleStretch | null> => {
    const partitions = await partitionsOf(kafka.cluster, topic)
    if (partitions?.includes(partition) !== true) return null
    return (await ends([partition]))[0] ?? null
  }
  const scan: KafkaSchedule['scan'] = async ({ partition, first, next }, untilMs, visit) => {
    let position = first
    let isFound = false
    while (position < next && !isFound) {
      if (clock.monotonic() >= untilMs) return false
      const { position: reached } = await kafka.scanEntries({
        ...{ topic, partition, fromOffset: position, untilOffset: next, entriesMax: 1, bytesMax: stepBytes },
        wants: entry => (isFound ||= visit(entry)),
      })
      if (reached <= position) return true
      position = reached
    }
    return true
  }
  const cancel = async (partition: number, offset: number): Promise<number> => {
    const [mark] = writeMarks({ kind: 'cancelled', offsets: [offset] })
    invariant(mark !== undefined, 'a mark of one offset is one record')
    const stored = await appendRecord(producer, {
      ...{ topic, partition, key: null, value: [mark.value], headers: mark.headers },
      timestampMs: clock.now(),
      deadlineMs: clock.monotonic() + appendMs,
    })
    // Kafka knows it as a repeat and no longer says where it lies: surely below the end.
    const [all] = stored === null ? await ends([partition]) : [{ next: stored }]
    invariant(all !== undefined, 'one partition has one end')
    return all.next
  }
  return {
    stretches: () => orRefuse(`find the ends of topic ${topic}`, stretches()),
    wholes: () => orRefuse(`find the ends of topic ${topic}`, wholes()),
    whole: partition => orRefuse(`find the ends of topic ${topic}`, whole(partition)),
    async offsetAt(partition, timeMs) {
      const rows = await orRefuse(`search topic ${topic}`, offsets.atTime(topic, [partition], timeMs))
      return rows[0]?.offset ?? 0
    },
    scan: (stretch, untilMs, visit) => orRefuse(`read topic ${topic}`, scan(stretch, untilMs, visit)),
    cancel: (partition, offset) => orRefuse(`store a mark in topic ${topic}`, cancel(partition, offset)),
  }
}
