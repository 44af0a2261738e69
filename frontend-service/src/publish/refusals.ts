/**
 * What a publisher hears when there is no 201.
 * Takes how far a message had come and what went wrong. Gives the refusal with its code, text and headers.
 * Promises: "surely not stored" and "may have been stored" have codes of their own; a 4xx is never stored.
 */
import { HermesError, refusal, withHeaders } from '@iris/common/errors/hermes-error'
import { noRegistry } from '@iris/common/schema/open'
import type { AppendOutcome } from '@iris/common/kafka/producer-message'
import type { Keeping } from '../spool/message-log.js'
import type { Publication } from './publication.js'

const retryAfterS = 1

/** Made once: an overloaded frontend must not spend its time on stacks of errors. */
export const overloaded = withRetryAfter(refusal('OVERLOADED', { retryAfterS }, 'frontend'))
/** A topic of a taken-over tree, or the registry's key was lost. */
export const noSchemaRegistry = new HermesError('SCHEMA_COULD_NOT_BE_LOADED', `Missing schema: ${noRegistry}`)
export const topicsNotLoaded = notReady('The topics are not loaded yet')
/** For the rest of a request that is still being read. */
export const stopping = notReady('This frontend is stopping')

export const asyncUnavailable = refusal('RESPOND_ASYNC_UNAVAILABLE', {}, 'frontend')

/** ZooKeeper has no such topic. */
export function topicAbsent(topic: string): HermesError {
  return refusal('TOPIC_NOT_EXISTS', { topic }, 'frontend')
}

/** Of messages without a key, Kafka could not keep the newest. */
export function keyless(topic: string): HermesError {
  const problem = `Topic ${topic} keeps the newest message of each key: send a Partition-Key`
  return refusal('VALIDATION_ERROR', { problem }, 'frontend', { field: 'Partition-Key' })
}

/** Not known here, and nobody to ask: a 404 might be a lie about a topic just created. */
export function topicUnclear(topic: string): HermesError {
  return notReady(`Topic ${topic} is not known here and ZooKeeper cannot be asked for it now`)
}

/** A deadline has passed. */
export function lateRefusal(publication: Publication, readBudgetMs: number): HermesError {
  switch (publication.stage) {
    case 'finding':
      return topicUnclear(publication.topicName)
    case 'reading':
      return refusal('TIMEOUT', { waitedMs: readBudgetMs }, 'frontend')
    case 'checking':
      return refusal('SCHEMA_COULD_NOT_BE_LOADED', {}, 'frontend')
    case 'preparing':
      return notSent(
        publication.routed?.chaos
          ? `the chaos policy of topic ${publication.topicName} held it up for too long`
          : `Kafka does not show the topic ${publication.topic}`,
      )
    default:
      return unknownFate(publication)
  }
}

/** The producer's word, other than stored. */
export function outcomeRefusal(
  publication: Publication,
  outcome: Exclude<AppendOutcome, { kind: 'stored' }>,
): HermesError {
  if (outcome.kind === 'unknown') return unknownFate(publication)
  const problem = `Message not published. ${outcome.detail}`
  switch (outcome.cause) {
    case 'tooLarge':
      return refusal('VALIDATION_ERROR', { problem }, 'frontend')
    case 'refused':
    case 'barred':
      return refusal('INTERNAL_ERROR', { problem }, 'frontend')
    default:
      return notSent(outcome.detail)
  }
}

const diskSilent = { kind: 'failed', detail: 'the disk has not answered in time', mayBeKept: true } as const

/** It is not safe in the spool, as far as is known. */
export function keepingRefusal(
  publication: Publication,
  keeping: Exclude<Keeping, { kind: 'kept' }>,
): HermesError {
  // The producer still has it, whatever the spool says.
  if (publication.isHeld && publication.later?.outcome?.kind !== 'notStored') return unknownFate(publication)
  const problem = keeping.detail
  if (keeping.kind === 'full') return refusal('SPOOL_FULL', { problem }, 'frontend')
  return refusal(keeping.mayBeKept ? 'SPOOL_UNCLEAR' : 'SPOOL_FAILED', { problem }, 'frontend')
}

/** The disk has let its deadline pass. */
export function diskLate(publication: Publication): HermesError {
  return keepingRefusal(publication, diskSilent)
}

/** Whether another try may end otherwise, so that a message which can wait is not refused. */
export function mayBeLater(outcome: AppendOutcome): boolean {
  if (outcome.kind !== 'notStored') return outcome.kind === 'unknown'
  return outcome.cause === 'deadline' || outcome.cause === 'unknownTopic' || outcome.cause === 'stopped'
}

function unknownFate(publication: Publication): HermesError {
  const waitedMs = publication.route?.budgetMs ?? 0
  return refusal('SENDING_TO_KAFKA_TIMEOUT', { waitedMs }, 'frontend')
}

/** Surely not in Kafka: sending it again makes no repeat. */
function notSent(problem: string): HermesError {
  return refusal('MESSAGE_NOT_SENT', { problem }, 'frontend')
}

/** Not now; the same again is answered later. */
export function notReady(problem: string): HermesError {
  return withRetryAfter(refusal('NOT_READY', { problem }, 'frontend'))
}

function withRetryAfter(error: HermesError): HermesError {
  return withHeaders(error, { 'Retry-After': `${retryAfterS}` })
}
