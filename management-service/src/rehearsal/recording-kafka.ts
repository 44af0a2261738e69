/**
 * Kafka clients that write nothing: what would be done is remembered.
 * Takes the clients. Gives others that ask through them, and what would be done.
 * Promises: Kafka itself is asked whether it would make a topic or take a setting (`validateOnly`); reading
 * sees the topics that would be there.
 */
import type { KafkaAdmin, TopicSettings } from '@iris/common/kafka/admin'
import type { Offsets } from '@iris/common/kafka/offsets'
import type { Producer } from '@iris/common/kafka/producer'
import type { KafkaParts } from '../store/kafka.js'
import type { KafkaEffects } from './answer.js'

export interface RecordingKafka {
  readonly kafka: KafkaParts
  readonly producer: Producer
  readonly effects: KafkaEffects
}

/** Makes them. */
export function createRecordingKafka(real: KafkaParts, producer: Producer): RecordingKafka {
  const effects: KafkaEffects = {
    ...{ create: [], alter: [], delete: [], commit: [] },
    ...{ deleteGroups: [], append: [], deleteRecords: [] },
  }
  return {
    effects,
    kafka: {
      ...real,
      admin: recordingAdmin(real.admin, effects),
      offsets: recordingOffsets(real.offsets, effects),
    },
    producer: recordingProducer(producer, effects),
  }
}

function recordingAdmin(real: KafkaAdmin, effects: KafkaEffects): KafkaAdmin {
  const made = new Map<string, TopicSettings>()
  const describeTopic: KafkaAdmin['describeTopic'] = async name => {
    if (effects.delete.includes(name)) return null
    return made.get(name) ?? real.describeTopic(name)
  }
  return {
    ...real,
    describeTopic,
    listTopics: async () => {
      const names = [...(await real.listTopics()), ...made.keys()]
      return names.filter(name => !effects.delete.includes(name)).sort()
    },
    async createTopic(name, settings) {
      if ((await describeTopic(name)) !== null) return 'existed'
      if (!effects.delete.includes(name)) await real.checkTopic(name, settings)
      made.set(name, settings)
      effects.create.push({ topic: name, ...settings })
      return 'created'
    },
    async deleteTopic(name) {
      if ((await describeTopic(name)) !== null) effects.delete.push(name)
    },
    async alterConfigs(name, configs) {
      const present = (await describeTopic(name))?.configs ?? {}
      const changed = Object.entries(configs)
        .filter(([key, value]) => present[key] !== value)
        .map(([config, after]) => ({ config, before: present[config] ?? null, after }))
      if (changed.length === 0) return 'unchanged'
      await real.checkConfigs(name, configs)
      effects.alter.push({ topic: name, configs: changed })
      return 'changed'
    },
    async deleteRecords(place) {
      effects.deleteRecords.push(place)
      return Promise.resolve()
    },
  }
}

function recordingOffsets(real: Offsets, effects: KafkaEffects): Offsets {
  return {
    ...real,
    async commit(group, topic, rows) {
      const offsets = rows.map(({ partition, offset }) => ({ partition, offset }))
      effects.commit.push({ group, topic, offsets })
      return Promise.resolve()
    },
    async deleteGroup(group) {
      const { state } = await real.describeGroup(group)
      if (state !== 'Dead' && !effects.deleteGroups.includes(group)) effects.deleteGroups.push(group)
    },
  }
}

function recordingProducer(real: Producer, effects: KafkaEffects): Producer {
  const counts = new Map<string, { topic: string; records: number }>()
  return {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    partitionFor: (topic, key) => real.partitionFor(topic, key),
    prepare: topic => real.prepare(topic),
    append({ topic, partition, done }) {
      const known = counts.get(topic)
      const count = known ?? { topic, records: 0 }
      count.records++
      if (known === undefined) {
        counts.set(topic, count)
        effects.append.push(count)
      }
      queueMicrotask(() => done({ kind: 'stored', partition, offset: -1 }))
      return true
    },
    bytesWaiting: 0,
    stats: () => real.stats(),
  }
}
