/**
 * Whether Kafka can take messages of every topic that was known when this process started.
 * Takes a question to Kafka, asked once a period. Gives yes as soon as it was yes once: a partition that
 * loses its leader later must not take all frontends out of service at the same time.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { UnavailableTopic } from '@iris/common/kafka/topic-availability'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'

export interface KafkaCheck {
  /** Asks until all are available, or until stopped. */
  start(): void
  stop(): void
  isPassed(): boolean
}

export interface KafkaCheckParts {
  readonly log: Log
  readonly scheduler: Scheduler
  /** The first topic that cannot be written to; null when there is none. */
  readonly findUnavailable: () => Promise<UnavailableTopic | null>
  readonly periodMs: number
}

/** Makes a check that has not passed. */
export function createKafkaCheck(parts: KafkaCheckParts): KafkaCheck {
  const { log, scheduler, periodMs } = parts
  let isPassed = false
  let isStopped = false
  const ask = async (): Promise<void> => {
    try {
      const found = await parts.findUnavailable()
      isPassed = found === null
      if (found !== null)
        log.warn('readiness.topicUnavailable', { topic: found.topic, because: found.reason })
    } catch (error) {
      log.warn('readiness.kafkaSilent', { error })
    }
  }
  const askOn = async (): Promise<void> => {
    while (!isPassed && !isStopped) {
      await ask()
      if (!isPassed) await sleep(scheduler, periodMs)
    }
  }
  return {
    start: () => void askOn(),
    stop: () => void (isStopped = true),
    isPassed: () => isPassed,
  }
}
