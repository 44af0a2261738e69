/**
 * The optional checks of readiness: the mark of the data centre, and the topics in Kafka.
 * Takes the clients and the configuration. Gives checks to ask and their life.
 * Promises: with `frontend.readiness.check.enabled` off, as in Hermes, neither has any say.
 */
import { findUnavailableTopic } from '@iris/common/kafka/topic-availability'
import type { Cancel } from '@iris/common/time/scheduler'
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { FrontendBase, FrontendConfig } from '../base.js'
import type { Outside } from '../outside.js'
import { createDatacenterMark } from './datacenter-mark.js'
import { createKafkaCheck, type KafkaCheck } from './kafka-check.js'
import type { ReadinessCheck } from './readiness.js'

export interface OptionalChecks {
  readonly all: readonly ReadinessCheck[]
  /** Begins to follow; call when Kafka and ZooKeeper have answered. */
  start(): void
  stop(): void
}

/** Makes the checks that the configuration asks for. */
export function createOptionalChecks(
  base: FrontendBase,
  config: FrontendConfig,
  outside: Outside,
  kafkaTopics: () => readonly string[],
): OptionalChecks {
  if (!config.isReadinessChecked) return { all: [], start: () => undefined, stop: () => undefined }
  const place = { path: zooPaths(config.zookeeperRoot).datacenterReadiness, datacenter: config.datacenter }
  const mark = createDatacenterMark({ session: outside.session, log: base.log }, place)
  const kafka = config.isKafkaChecked ? kafkaCheck(base, config, outside, kafkaTopics) : null
  let cancelMark: Cancel = () => undefined
  return {
    all: [() => mark.isReady(), () => kafka?.isPassed() ?? true],
    start() {
      cancelMark = mark.start()
      kafka?.start()
    },
    stop() {
      cancelMark()
      kafka?.stop()
    },
  }
}

function kafkaCheck(
  base: FrontendBase,
  config: FrontendConfig,
  { cluster }: Outside,
  kafkaTopics: () => readonly string[],
): KafkaCheck {
  return createKafkaCheck({
    ...base,
    periodMs: config.readinessPeriodMs,
    findUnavailable: () => findUnavailableTopic(cluster, kafkaTopics(), config.kafkaRequestTimeoutMs),
  })
}
