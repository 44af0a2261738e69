/**
 * Kafka forgets its producers (A12): what it knows of the last batches of a producer id is gone a moment
 * after each, as after a day of silence. A batch that is repeated then is a new one to Kafka.
 */
import kafkajs, { Kafka, logLevel } from 'kafkajs'
import type { Fault } from './fault.js'

const atOnce = '1'
const aDay = '86400000'

/** Nearly every batch comes from a producer that Kafka does not know. */
export const producerIdsLost: Fault = {
  kind: 'producer-ids-lost',
  hits: 'producer-ids',
  lengthMs: [2_000, 6_000],
  weight: 1,
  async begin({ bootstrap, brokers }) {
    await rememberFor(bootstrap, brokers.length, atOnce)
    return { target: 0, what: 'Kafka', heal: () => rememberFor(bootstrap, brokers.length, aDay) }
  },
}

async function rememberFor(bootstrap: string, brokersCount: number, value: string): Promise<void> {
  const retry = { retries: 20, initialRetryTime: 100, maxRetryTime: 1_000 }
  const kafka = new Kafka({
    clientId: 'chaos-producer-ids',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    retry,
  })
  const admin = kafka.admin()
  await admin.connect()
  try {
    const configEntries = [{ name: 'producer.id.expiration.ms', value }]
    const resources = Array.from({ length: brokersCount }, (_, index) => ({
      type: kafkajs.ConfigResourceTypes.BROKER,
      name: String(index + 1),
      configEntries,
    }))
    await admin.alterConfigs({ validateOnly: false, resources })
  } finally {
    await admin.disconnect()
  }
}
