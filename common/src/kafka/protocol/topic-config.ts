// pure
/**
 * One config of some topics, as it is in force: DescribeConfigs 1.
 * Takes topic names and the name of the config. Gives its value by topic; a topic that Kafka does not know is
 * left out. What a topic does not set itself comes from the broker.
 */
import type { ApiCall } from './connection.js'
import { kafkaCode } from './kafka-error.js'
import { WireWriter, type WireReader } from './wire.js'

const topicResource = 2

/** Asks for the value of `config`. */
export function topicConfigCall(
  topics: readonly string[],
  config: string,
  timeoutMs: number,
): ApiCall<ReadonlyMap<string, string>> {
  const body = new WireWriter()
  body.array(topics, topic => void body.int8(topicResource).string(topic).arrayLength(1).string(config))
  return {
    apiKey: 32,
    apiVersion: 1,
    apiName: 'DescribeConfigs',
    body: body.boolean(false).toBuffer(),
    timeoutMs,
    decode: answer => decodeConfigs(answer, config),
  }
}

function decodeConfigs(answer: WireReader, config: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  answer.int32() // throttle time
  answer.array(() => {
    const code = answer.int16()
    answer.nullableString() // its words
    answer.int8() // kind of resource
    const topic = answer.string()
    answer.array(() => {
      const name = answer.string()
      const value = answer.nullableString()
      answer.skip(3) // read only, source, sensitive
      answer.array(() => [answer.string(), answer.nullableString(), answer.int8()]) // synonyms
      if (code === kafkaCode.NONE && name === config && value !== null) values.set(topic, value)
    })
  })
  return values
}
