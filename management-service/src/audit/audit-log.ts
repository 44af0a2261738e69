/**
 * The audit in Kafka: one topic of one partition, so that its order is the order of changes.
 * Takes records. Appends them, and opens the log for readers. Promises: the topic is made before the first
 * record, kept for as long as configured, and a record that was appended is at all replicas.
 */
import { letterPartition as partition } from '@iris/common/dead-letters/selection'
import type { KafkaLetters, StoredLetters } from '../store/letter-ports.js'
import type { KafkaTopics } from '../store/kafka-ports.js'
import type { AuditRecord } from './audit-record.js'

export interface AuditLogParts {
  readonly kafka: Pick<KafkaTopics, 'create'>
  /** Any topic of one partition that is read backwards is to them a topic of letters. */
  readonly letters: Pick<KafkaLetters, 'append' | 'open'>
}

export interface AuditLogOptions {
  readonly kafkaTopic: string
  readonly retentionMs: number
  readonly replicationFactor: number
}

export interface AuditLog {
  append(record: AuditRecord): Promise<void>
  /** Null before the first change. With a time, its `first` is the first record that is not older. */
  open(fromMs: number | null): Promise<StoredLetters | null>
}

/** Room for the largest record with what Kafka adds. */
const messageBytesMax = 4 * 1024 * 1024

/** Makes it; the topic is made with the first record. */
export function createAuditLog({ kafka, letters }: AuditLogParts, options: AuditLogOptions): AuditLog {
  const { kafkaTopic: name, retentionMs, replicationFactor } = options
  let made: Promise<unknown> | null = null
  const topic = async (): Promise<void> => {
    const configs = {
      'cleanup.policy': 'delete',
      'message.timestamp.type': 'CreateTime',
      'retention.ms': String(retentionMs),
      'max.message.bytes': String(messageBytesMax),
    }
    made ??= kafka.create({ name, partitions: partition + 1, replicationFactor, configs })
    await made.catch((error: unknown) => {
      made = null
      throw error
    })
  }
  return {
    async append(record) {
      await topic()
      const value = Buffer.from(JSON.stringify(record), 'utf8')
      await letters.append(name, { key: Buffer.from(record.name, 'utf8'), value, headers: [] })
    },
    open: fromMs => letters.open(name, fromMs),
  }
}
