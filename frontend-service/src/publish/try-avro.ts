/**
 * The trial of JSON topics with `jsonToAvroDryRun`: would this message do if its topic were AVRO?
 * Takes a message that is right as JSON. Gives counts by result, and the reason of a failure in a rare log.
 * Promises: the message goes on whatever comes of it, and waits for nothing; while its schema is not known
 * here, the registry is asked beside it, once in `askMs` for each topic.
 */
import { HermesError } from '@iris/common/errors/hermes-error'
import { BrokenInvariant } from '@iris/common/lifecycle/invariant'
import type { Clock } from '@iris/common/time/clock'
import type { RareLog } from '../rare-log.js'
import type { AvroTrial, RoutedTopic } from '../topics/routed-topic.js'
import type { AvroCheck } from './check-avro.js'
import type { SentHeaders } from './sender.js'

export interface TryAvroParts {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly warn: RareLog
  /** Null where there is no schema registry. */
  readonly avro: AvroCheck | null
}

/** Tries a message of a topic. Never throws for what is wrong with it. */
export type TryAvro = (topic: RoutedTopic, trial: AvroTrial, sent: SentHeaders, body: Buffer) => void

const askMs = 1_000

/** Makes the trial of a process. */
export function createTryAvro({ clock, warn, avro }: TryAvroParts): TryAvro {
  const ask = (check: AvroCheck, trial: AvroTrial, sent: SentHeaders): void => {
    const nowMs = clock.monotonic()
    if (nowMs < trial.nextAskMs) return
    trial.nextAskMs = nowMs + askMs
    // What the registry says is known the next time; why it says nothing has been logged by then.
    void check.ask(trial.subject, sent)
  }
  const problemOf: (...message: Parameters<TryAvro>) => string | null | undefined = (
    topic,
    trial,
    sent,
    body,
  ) => {
    const known = avro?.schemaOf(trial.subject, sent)
    if (avro === null || known === undefined) {
      if (avro !== null) ask(avro, trial, sent)
      return undefined
    }
    const checked = avro.check(known, topic.name, sent, body)
    return checked instanceof HermesError ? checked.message : null
  }
  return (topic, trial, sent, body) => {
    try {
      const problem = problemOf(topic, trial, sent, body)
      topic.counters().tried(problem === undefined ? 'no_schema' : problem === null ? 'fits' : 'fails')
      if (typeof problem === 'string') warn('publish.avroTrialFailed', { topic: topic.name, problem })
    } catch (error) {
      if (error instanceof BrokenInvariant) throw error
      topic.counters().tried('fails')
      warn('publish.defect', { topic: topic.name, error })
    }
  }
}
