/**
 * Kafka as the drain sees it, with a log in memory and faults: for tests.
 * Takes messages. Gives each an outcome as the producer's lanes would: within a partition the stored ones
 * come first, then at most one batch without an answer, which may be in the log, then those that were never
 * sent.
 */
import type { Producer, ProducerMessage } from '@iris/common/kafka/producer'
import type { Random } from '@iris/common/time/clock'
import { wholeBetween } from '@iris/common/time/seeded-random'

/** A record in the log. */
export interface Logged {
  readonly topic: string
  readonly partition: number
  readonly id: string
  readonly key: string | null
  readonly value: string
}

export interface ScriptedProducer extends Producer {
  readonly log: Logged[]
  readonly appended: ProducerMessage[]
  /** Ends all that were appended: everything stored, or as a seed decides. */
  answer(random?: Random): void
  hasRoom: boolean
}

/** Makes a producer over topics with two partitions. */
export function createScriptedProducer(): ScriptedProducer {
  const log: Logged[] = []
  const store = (message: ProducerMessage): number => {
    const { topic, partition, key, value, headers } = message
    const id = headers.find(([name]) => name === 'id')?.[1].toString() ?? ''
    log.push({
      topic,
      partition,
      id,
      key: key?.toString() ?? null,
      value: Buffer.concat([...value]).toString(),
    })
    return log.filter(each => each.topic === topic && each.partition === partition).length - 1
  }
  const endLane = (lane: readonly ProducerMessage[], random: Random | undefined): void => {
    const good = random === undefined || random() < 0.5 ? lane.length : wholeBetween(random, 0, lane.length)
    const unsure = random === undefined ? good : wholeBetween(random, good, lane.length)
    const isInLog = random !== undefined && random() < 0.5
    lane.forEach((message, index) => {
      const { partition } = message
      if (index < good) message.done({ kind: 'stored', partition, offset: store(message) })
      else if (index < unsure) {
        if (isInLog) store(message)
        message.done({ kind: 'unknown', detail: 'no answer' })
      } else message.done({ kind: 'notStored', cause: 'deadline', detail: 'no turn' })
    })
  }
  const producer: ScriptedProducer = {
    log,
    appended: [],
    hasRoom: true,
    bytesWaiting: 0,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    partitionFor: (_topic, key) => (key === null ? 0 : (key[0] ?? 0) % 2),
    append(message) {
      if (producer.hasRoom) producer.appended.push(message)
      return producer.hasRoom
    },
    prepare: () => Promise.resolve(),
    stats: () => ({}) as ReturnType<Producer['stats']>,
    answer(random) {
      const lanes = new Map<string, ProducerMessage[]>()
      for (const message of producer.appended.splice(0)) {
        const lane = `${message.topic}-${message.partition}`
        lanes.set(lane, [...(lanes.get(lane) ?? []), message])
      }
      for (const lane of lanes.values()) endLane(lane, random)
    },
  }
  return producer
}
