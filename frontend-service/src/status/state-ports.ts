/**
 * The questions of the status resource, over ZooKeeper and Kafka.
 * Takes the clients and names of an installation. Gives the ports; each call ends within its time limit.
 */
import type { CoordinatorCallsParts } from '@iris/common/kafka/coordinator-calls'
import { decodeCommitNote } from '@iris/common/kafka/commit-metadata'
import { messageIdHeader, readDeadLetterHeaders } from '@iris/common/kafka/dead-letter-headers'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import {
  consumerGroupId,
  delayTopicName,
  deadLetterTopicName,
  kafkaTopicName,
  type KafkaNamespace,
} from '@iris/common/kafka/names'
import { createOffsets } from '@iris/common/kafka/offsets'
import { scanRange } from '@iris/common/kafka/read-range'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { StatePorts, StoredMessage } from './subscription-states.js'

export interface StatePortsOptions {
  readonly namespace: KafkaNamespace
  readonly zookeeperRoot: string
}

const requestTimeoutMs = 3_000
const connectionsPerBroker = 1
/** Of a dead-letter topic, from the time of the message on. */
const deadLetterBytesMax = 4 * 1024 * 1024
/** Clocks of consumers and frontends may differ by so much. */
const clockSkewMs = 60_000
const deadLetterPartition = 0

/** Makes the ports over started clients. */
export function createStatePorts(
  parts: CoordinatorCallsParts & { readonly session: ZooSession },
  options: StatePortsOptions,
): StatePorts {
  const { cluster, session, clock } = parts
  const { namespace } = options
  const paths = zooPaths(options.zookeeperRoot)
  const offsets = createOffsets(parts, { requestTimeoutMs, connectionsPerBroker })

  const findDeadLetter = async (topic: string, message: StoredMessage): Promise<boolean | null> => {
    const partitions = [deadLetterPartition]
    const [from] = await offsets.atTime(topic, partitions, message.storedMs - clockSkewMs)
    const [end] = await offsets.latest(topic, partitions)
    if (from === undefined || end === undefined) return null
    const { entries, position } = await scanRange(parts, {
      ...{ topic, partition: deadLetterPartition, fromOffset: from.offset, untilOffset: end.offset },
      ...{ entriesMax: 1, bytesMax: deadLetterBytesMax, deadlineMs: clock.monotonic() + requestTimeoutMs },
      wants: entry => isLetterOf(entry, message),
    })
    if (entries.length > 0) return true
    return position >= end.offset ? false : null
  }

  return {
    names: async topic => (await session.children(paths.subscriptions(topic))) ?? [],
    node: (topic, subscription) => session.read(paths.subscription(topic, subscription)),
    async isSettled(subscription, { topicName, partition, offset }) {
      const group = consumerGroupId(namespace, topicName, subscription)
      const kafkaTopic = kafkaTopicName(namespace, topicName)
      const [row] = await offsets.fetch(group, kafkaTopic, [partition])
      if (row === undefined || row.offset < 0) return false
      if (offset < row.offset) return true
      const note = decodeCommitNote(row.offset, row.metadata)
      return note?.settled.some(([from, to]) => from <= offset && offset <= to) === true
    },
    async areRetriesWaiting(topic, subscription) {
      const delayTopic = delayTopicName(namespace, topic, subscription)
      await cluster.refresh([delayTopic])
      const partitions = (cluster.layout(delayTopic) ?? []).map(({ partition }) => partition)
      if (partitions.length === 0) return false
      const ends = await offsets.latest(delayTopic, partitions)
      const rows = await offsets.fetch(
        consumerGroupId(namespace, topic, subscription),
        delayTopic,
        partitions,
      )
      const positions = new Map(rows.map(({ partition, offset }) => [partition, offset]))
      return ends.some(({ partition, offset }) => (positions.get(partition) ?? -1) < offset)
    },
    async isDead(subscription, message) {
      const topic = deadLetterTopicName(namespace, message.topicName, subscription)
      await cluster.refresh([topic])
      return cluster.layout(topic) === undefined ? false : findDeadLetter(topic, message)
    },
  }
}

function isLetterOf(entry: LogEntry, { id, partition, offset }: StoredMessage): boolean {
  if (entry.problem !== null || entry.header(messageIdHeader)?.toString('latin1') !== id) return false
  const facts = readDeadLetterHeaders(name => entry.header(name))
  return facts?.partition === partition && facts.offset === offset
}
