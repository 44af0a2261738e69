// pure
/**
 * The calls that change topics: CreateTopics 4, DeleteTopics 3, DeleteRecords 1, DescribeConfigs 2,
 * IncrementalAlterConfigs 0.
 * Takes one topic. Gives nothing, or its explicitly set configs; a refusal is thrown with Kafka's own words.
 */
import type { ApiCall } from './protocol/connection.js'
import { failOn } from './protocol/kafka-error.js'
import { WireWriter, type WireReader } from './protocol/wire.js'

/** What a topic is created with. */
export interface TopicSettings {
  readonly partitions: number
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}

/** The beginning of a partition, up to an offset that stays. */
export interface RecordsBelow {
  readonly topic: string
  readonly partition: number
  readonly before: number
}

const topicResource = 2
const setOperation = 0
/** Set on the topic itself, not inherited from a broker or a default. */
const topicSource = 1

/** With `isOnlyChecked` Kafka says whether it would make the topic, and makes none. */
export function createTopicCall(
  name: string,
  settings: TopicSettings,
  timeoutMs: number,
  isOnlyChecked = false,
): ApiCall<void> {
  const body = new WireWriter()
  body.arrayLength(1).string(name).int32(settings.partitions).int16(settings.replicationFactor)
  body.arrayLength(0) // no assignment by hand
  body.array(Object.entries(settings.configs), ([key, value]) => void body.string(key).string(value))
  body.int32(answerWithin(timeoutMs)).boolean(isOnlyChecked)
  return {
    apiKey: 19,
    apiVersion: 4,
    apiName: 'CreateTopics',
    body: body.toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      answer.array(() => {
        answer.string() // name
        failOn(answer.int16(), answer.nullableString())
      })
    },
  }
}

export function deleteTopicCall(name: string, timeoutMs: number): ApiCall<void> {
  return {
    apiKey: 20,
    apiVersion: 3,
    apiName: 'DeleteTopics',
    body: new WireWriter().arrayLength(1).string(name).int32(answerWithin(timeoutMs)).toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      answer.array(() => {
        const topic = answer.string()
        failOn(answer.int16(), topic)
      })
    },
  }
}

/** Removes the records of a partition below an offset; asked of the partition's leader. */
export function deleteRecordsCall(place: RecordsBelow, timeoutMs: number): ApiCall<void> {
  const body = new WireWriter().arrayLength(1).string(place.topic)
  body.arrayLength(1).int32(place.partition).int64(place.before).int32(answerWithin(timeoutMs))
  return {
    apiKey: 21,
    apiVersion: 1,
    apiName: 'DeleteRecords',
    body: body.toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      answer.array(() => {
        const topic = answer.string()
        answer.array(() => {
          const partition = answer.int32()
          answer.int64() // the offset that is now the first
          failOn(answer.int16(), `${topic}-${partition}`)
        })
      })
    },
  }
}

/** The configs that are set on the topic itself. */
export function describeConfigsCall(name: string, timeoutMs: number): ApiCall<Record<string, string>> {
  const body = new WireWriter().arrayLength(1).int8(topicResource).string(name)
  return {
    apiKey: 32,
    apiVersion: 2,
    apiName: 'DescribeConfigs',
    body: body.arrayLength(null).boolean(false).toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      const topics = answer.array(() => {
        failOn(answer.int16(), answer.nullableString())
        answer.int8() // kind of resource
        answer.string() // name
        return answer.array(() => decodeConfig(answer))
      })
      const own = topics.flat().filter(({ source, value }) => source === topicSource && value !== null)
      return Object.fromEntries(own.map(({ key, value }) => [key, value ?? '']))
    },
  }
}

function decodeConfig(answer: WireReader): { key: string; value: string | null; source: number } {
  const key = answer.string()
  const value = answer.nullableString()
  answer.boolean() // read-only
  const source = answer.int8()
  answer.boolean() // sensitive
  answer.array(() => {
    answer.string()
    answer.nullableString()
    answer.int8()
  }) // synonyms
  return { key, value, source }
}

/** Sets the given configs and leaves all others as they are; or only asks whether Kafka would take them. */
export function alterConfigsCall(
  name: string,
  configs: readonly (readonly [key: string, value: string])[],
  timeoutMs: number,
  isOnlyChecked = false,
): ApiCall<void> {
  const body = new WireWriter().arrayLength(1).int8(topicResource).string(name)
  body.array(configs, ([key, value]) => void body.string(key).int8(setOperation).string(value))
  return {
    apiKey: 44,
    apiVersion: 0,
    apiName: 'IncrementalAlterConfigs',
    body: body.boolean(isOnlyChecked).toBuffer(),
    timeoutMs,
    decode: answer => {
      answer.int32() // throttle time
      answer.array(() => {
        failOn(answer.int16(), answer.nullableString())
        answer.int8() // kind of resource
        answer.string() // name
      })
    },
  }
}

/** What we tell Kafka: less than we wait ourselves, so that its answer still finds us. */
function answerWithin(timeoutMs: number): number {
  return Math.ceil(timeoutMs * 0.8)
}
