/**
 * What is really in a Kafka topic, read by a client that is not ours.
 * Takes a broker and a topic. Gives its records from the first on, in order of partition and offset.
 * Promises: knows nothing of Iris; a third witness beside what we wrote and what we answered.
 */
import { randomUUID } from 'node:crypto'
import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs'
import { eventually } from './eventually.js'

/** A record as Kafka has it. */
export interface WitnessedRecord {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Reads until there are `count` records, and fails with what it has when they do not come. */
export async function witness(broker: string, topic: string, count: number): Promise<WitnessedRecord[]> {
  const kafka = new Kafka({ brokers: [broker], clientId: 'witness', logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `witness-${randomUUID()}`, maxWaitTimeInMs: 100 })
  const records: WitnessedRecord[] = []
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage: ({ partition, message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])
        records.push({
          partition,
          offset: Number(message.offset),
          timestampMs: Number(message.timestamp),
          key: message.key,
          value: message.value ?? Buffer.alloc(0),
          headers: Object.fromEntries(headers) as Record<string, string>,
        })
        return Promise.resolve()
      },
    })
    await eventually(() => {
      if (records.length < count) throw new Error(`${records.length} of ${count} records in ${topic}`)
    }, 30_000)
  } finally {
    await consumer.disconnect()
  }
  return records.sort((one, other) => one.partition - other.partition || one.offset - other.offset)
}

/** The body inside an envelope of ours, cut out by position and not by parsing. */
export function bodyOf(record: WitnessedRecord): Buffer {
  const before = Buffer.from(',"message":')
  const start = record.value.indexOf(before) + before.length
  return record.value.subarray(start, record.value.length - 1)
}

/** Sets configs of a topic as an operator would; all others become the broker's. */
export async function configureTopic(
  broker: string,
  topic: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  await asOperator(broker, async admin => {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }]
    await admin.alterConfigs({ validateOnly: false, resources })
  })
}

/**
 * Makes a topic that nobody of ours knows. The library's own wait for leaders is left out: it gives up at a
 * broker that has not heard of the topic yet.
 */
export async function makeKafkaTopic(broker: string, topic: string): Promise<void> {
  await asOperator(broker, async admin => {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false })
  })
}

async function asOperator(broker: string, work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = new Kafka({ brokers: [broker], clientId: 'operator', logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.disconnect()
  }
}
