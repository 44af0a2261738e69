/**
 * Dead-letter topics behind the port of the use cases.
 * Takes the clients of `common/src/kafka`. Gives reading, markers, copies and removal. Bounds: `readMs` for all
 * reading of one opening, `appendMs` for one record.
 */
import { createLetterLog, type ScanEntries } from '@iris/common/dead-letters/letter-log'
import { markerHeader, writeMarkers } from '@iris/common/dead-letters/marker'
import { letterPartition as partition } from '@iris/common/dead-letters/selection'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { appendRecord, RecordNotAppended } from '@iris/common/kafka/append-record'
import type { Producer } from '@iris/common/kafka/producer'
import type { Clock } from '@iris/common/time/clock'
import { orRefuse, partitionsOf, type KafkaParts } from './kafka.js'
import type { KafkaLetters, LetterRecord } from './letter-ports.js'

export interface KafkaLettersParts {
  readonly clock: Clock
  readonly kafka: KafkaParts
  readonly producer: Producer
}

const readMs = 20_000
const appendMs = 10_000

/** Makes the port. */
export function createKafkaLetters({ clock, kafka, producer }: KafkaLettersParts): KafkaLetters {
  const open: KafkaLetters['open'] = async (topic, fromMs) => {
    const partitions = await partitionsOf(kafka.cluster, topic)
    if (partitions === null || !partitions.includes(partition)) return null
    const [first, next] = await Promise.all([
      fromMs === null
        ? kafka.offsets.earliest(topic, [partition])
        : kafka.offsets.atTime(topic, [partition], fromMs),
      kafka.offsets.latest(topic, [partition]),
    ])
    const end = next[0]?.offset ?? 0
    const untilMs = clock.monotonic() + readMs
    const checkTime = (): void => {
      if (clock.monotonic() >= untilMs) throw tooMuch(topic)
    }
    const scan: ScanEntries = request => orRefuse(`read topic ${topic}`, kafka.scanEntries(request))
    return {
      first: Math.min(first[0]?.offset ?? end, end),
      next: end,
      log: createLetterLog(scan, { topic, end, checkTime }),
    }
  }
  const append = async (topic: string, record: LetterRecord): Promise<number | null> => {
    const { key, value, headers } = record
    try {
      return await appendRecord(producer, {
        ...{ topic, partition, key, value: [value], headers },
        timestampMs: clock.now(),
        deadlineMs: clock.monotonic() + appendMs,
      })
    } catch (error) {
      const isTooLarge = error instanceof RecordNotAppended && error.why === 'tooLarge'
      throw isTooLarge ? tooLarge(error.message) : error
    }
  }
  return {
    open: (topic, fromMs) => orRefuse(`find the ends of topic ${topic}`, open(topic, fromMs)),
    append: (topic, record) => orRefuse(`store a record in topic ${topic}`, append(topic, record)),
    async close(topic, ranges, as) {
      const headers = [[markerHeader, Buffer.from(as)] as const]
      for (const value of writeMarkers(ranges))
        await orRefuse(`store a marker in topic ${topic}`, append(topic, { key: null, value, headers }))
    },
    remove: (topic, before) =>
      orRefuse(`remove records of topic ${topic}`, kafka.admin.deleteRecords({ topic, partition, before })),
  }
}

function tooMuch(topic: string): HermesError {
  const problem = `Reading topic ${topic} took longer than ${readMs} ms; begin further on, or with a later from`
  return new HermesError('BROKERS_CLUSTER_COMMUNICATION_EXCEPTION', problem)
}

function tooLarge(detail: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem: `It is too large for its dead-letter topic: ${detail}` })
}
