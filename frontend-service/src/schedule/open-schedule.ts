/**
 * The schedule over Kafka and ZooKeeper.
 * Takes the clients and the configuration. Gives the way of messages that are to be delivered later.
 */
import { createKafkaAdmin } from '@iris/common/kafka/admin'
import type { Cluster } from '@iris/common/kafka/cluster'
import { kafkaNamespaceOf, scheduleTopicName } from '@iris/common/kafka/names'
import { ensureScheduleTopic } from '@iris/common/schedule/schedule-topic'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import type { FrontendBase, FrontendConfig } from '../base.js'
import type { KafkaRoute } from '../publish/kafka-route.js'
import { createSchedule, type Schedule } from './schedule.js'

export interface ScheduleClients {
  readonly cluster: Cluster
  readonly session: ZooSession
  /** With acks=all. */
  readonly route: KafkaRoute
}

const adminTimeoutMs = 20_000

/** Makes it. Nothing is asked of Kafka before the first message. */
export function openSchedule(
  base: FrontendBase,
  config: FrontendConfig,
  { cluster, session, route }: ScheduleClients,
): Schedule {
  const namespace = kafkaNamespaceOf(config)
  const kafkaTopic = scheduleTopicName(namespace)
  const admin = createKafkaAdmin({ ...base, cluster }, { requestTimeoutMs: adminTimeoutMs })
  const markPath = zooPaths(config.zookeeperRoot).iris.schedule(config.kafkaClusterName)
  const topicOptions = {
    kafkaTopic,
    partitionsEach: config.schedulePartitions,
    replicationFactor: config.scheduleReplication,
    delayMsMax: config.scheduleDelayMsMax,
    retentionMarginMs: config.scheduleRetentionMarginMs,
  }
  return createSchedule({
    ...{ kafkaTopic, route },
    partitionCount: () => cluster.layout(kafkaTopic)?.length ?? 0,
    ensureTopic: () => ensureScheduleTopic({ admin, session, markPath }, topicOptions),
  })
}
