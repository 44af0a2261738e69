/**
 * What became of the messages of tracked topics, written down as traces.
 * Takes publications that Kafka has, and refusals. Gives events to the writer.
 * Promises: never waits and never throws. Called for tracked topics only, so the others pay a look at a flag.
 */
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { AppendOutcome } from '@iris/common/kafka/producer-message'
import type { Clock } from '@iris/common/time/clock'
import { keyHash, type PublishedEvent } from '@iris/common/trace/event'
import type { TraceWriter } from '@iris/common/trace/writer'
import type { Settled, SettledEnd } from '../spool/outcome-record.js'
import type { Propagation } from './propagation.js'
import type { Publication } from './publication.js'

export interface PublishJournal {
  /** Kafka has it, whatever its publisher was told. */
  stored(publication: Publication, outcome: Extract<AppendOutcome, { kind: 'stored' }>): void
  /** It is safe in the spool, and its publisher was told so. */
  accepted(publication: Publication): void
  /** What became of it after that. */
  settled(message: Settled): void
  /** Its publisher was told so. */
  refused(publication: Publication, error: HermesError): void
  /** Its publisher was told that nobody knows; now it is sure that Kafka does not have it. */
  lost(publication: Publication, reason: string): void
}

export interface PublishJournalParts {
  readonly clock: Clock
  readonly propagation: Propagation
  /** Null where traces are switched off. */
  readonly traces: TraceWriter | null
  /** The Kafka cluster, its data centre and this machine, as traces name them. */
  readonly place: { readonly cluster: string; readonly storageDc: string; readonly hostname: string }
}

/** The members of an event that only some kinds have. */
type Details = Pick<PublishedEvent, 'reason' | 'partition' | 'offset' | 'scheduledFor'>

/** Request headers of an event are cut here. */
const headersLengthMax = 4_000

/** Makes the journal of publishing. */
export function createPublishJournal(parts: PublishJournalParts): PublishJournal {
  const { clock, propagation, traces, place } = parts
  const write = (
    { id, topicName }: Pick<Publication, 'id' | 'topicName'>,
    status: PublishedEvent['status'],
    details: Partial<PublishedEvent>,
  ): void =>
    traces?.write({
      ...{ kind: 'published', messageId: id, timestamp: clock.now(), topicName, status },
      ...details,
      ...place,
    })
  const trace = (publication: Publication, status: PublishedEvent['status'], details: Details): void => {
    const { key, origin, comesFromTopic } = publication
    const headers = propagation.described(origin.sent, comesFromTopic)
    write(publication, status, {
      ...details,
      ...(headers === '' ? {} : { extraRequestHeaders: headers.slice(0, headersLengthMax) }),
      ...(key === null ? {} : { keyHash: keyHash(key) }),
    })
  }
  return {
    stored(publication, { partition, offset }) {
      const { scheduledMs: scheduledFor } = publication
      // It will lie in its topic when its time has come, and that is written down then.
      if (scheduledFor > 0)
        return trace(publication, 'INFLIGHT', { scheduledFor, reason: untilIts(scheduledFor) })
      const { status, details } = endDetails({ kind: 'stored', partition, offset })
      trace(publication, status, details)
    },
    refused(publication, error) {
      const isUnclear = error.code === 'SENDING_TO_KAFKA_TIMEOUT'
      trace(publication, isUnclear ? 'INFLIGHT' : 'ERROR', { reason: error.message })
    },
    accepted: publication => trace(publication, 'INFLIGHT', { reason: 'accepted; Kafka will have it later' }),
    settled(message) {
      const { status, details } = endDetails(message.end)
      write(message, status, details)
    },
    lost: (publication, reason) => trace(publication, 'ERROR', { reason }),
  }
}

function untilIts(timeMs: number): string {
  return `scheduled for ${new Date(timeMs).toISOString()}`
}

function endDetails(end: SettledEnd): {
  readonly status: PublishedEvent['status']
  readonly details: Details
} {
  if (end.kind === 'refused') return { status: 'ERROR', details: { reason: end.reason } }
  const { partition, offset } = end
  // Kafka may know a batch that was sent twice and no longer say where it lies.
  return { status: 'SUCCESS', details: offset < 0 ? { partition } : { partition, offset } }
}
