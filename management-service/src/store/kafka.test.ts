import { describe, expect, it } from 'vitest'
import { createKafkaGroups, createKafkaMoves, type KafkaParts } from './kafka.js'

/** A Kafka whose topics are gone, or that does not answer. */
function kafka(refresh: () => Promise<void> = () => Promise.resolve()): KafkaParts {
  return { cluster: { refresh, layout: () => undefined } } as unknown as KafkaParts
}

describe('a place in a topic that Kafka does not have', () => {
  it.each([{ kind: 'end' }, { kind: 'earliest' }, { kind: 'time', timeMs: 5 }] as const)(
    'is refused with its own code: %j',
    async place => {
      const refused = { status: 404, code: 'PARTITIONS_NOT_FOUND_FOR_TOPIC' }

      await expect(createKafkaMoves(kafka()).offsetsAt('ns_g.t', place)).rejects.toMatchObject(refused)
      await expect(createKafkaGroups(kafka()).startAt('group', 'ns_g.t', place)).rejects.toMatchObject(
        refused,
      )
    },
  )

  it('is another thing than a Kafka that does not answer', async () => {
    const away = kafka(() => Promise.reject(new Error('no broker answers')))

    await expect(createKafkaMoves(away).offsetsAt('ns_g.t', { kind: 'end' })).rejects.toMatchObject({
      code: 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
    })
  })
})
