// pure
/**
 * From a record's bytes to what the pipeline takes.
 * Takes a record as the splitter gives it. Gives its topic, headers and message, or the refusal that stands
 * for it: with a topic, so that it is counted there, wherever one is known.
 */
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { SentHeaders } from '../publish/origin.js'
import type { Brought } from './bulk-record.js'
import { withOwnHeaders } from './record-headers.js'
import type { TooLong } from './splitter.js'
import { readWrapped, type WrappedRecord } from './wrapped-record.js'

/** A record with a topic; its message may be missing. */
export interface RecordToPublish {
  readonly topicName: string
  readonly sent: SentHeaders
  readonly brought: Brought
  readonly announcedBytes: number
}

/** Reads a record; a refusal where not even its topic is known. */
export type RecordReader = (record: Buffer | TooLong) => RecordToPublish | HermesError

/** Records that are the messages themselves. */
export function plainReader(topicName: string, sent: SentHeaders): RecordReader {
  return record => {
    if (Buffer.isBuffer(record)) return { topicName, sent, brought: record, announcedBytes: record.length }
    // Longer than the topic allows, so it is refused by its length before anything is read.
    return { topicName, sent, brought: tooLong(record), announcedBytes: record.bytes }
  }
}

/** Records that are wrapped; `oneTopic` where all are for it. */
export function wrappedReader(oneTopic: string | null, shared: SentHeaders): RecordReader {
  const refused = (error: HermesError): RecordToPublish | HermesError =>
    oneTopic === null ? error : { topicName: oneTopic, sent: shared, brought: error, announcedBytes: 0 }
  return record => {
    if (!Buffer.isBuffer(record)) return refused(tooLong(record))
    const wrapped = readWrapped(record)
    if ('problem' in wrapped) return refused(invalid(wrapped.problem, wrapped.pointer))
    const topicName = topicOf(wrapped, oneTopic)
    if (typeof topicName !== 'string') return refused(topicName)
    const { message, rawHeaders } = wrapped
    const sent = withOwnHeaders(shared, rawHeaders)
    return { topicName, sent, brought: message, announcedBytes: message.length }
  }
}

function topicOf({ topic }: WrappedRecord, oneTopic: string | null): string | HermesError {
  if (topic === null && oneTopic === null) return invalid('the member topic is missing', '/topic')
  if (topic !== null && oneTopic !== null && topic !== oneTopic)
    return invalid(`topic must be ${oneTopic}, as in the path, or be left out`, '/topic')
  return topic ?? (oneTopic as string)
}

function tooLong({ bytes }: TooLong): HermesError {
  return invalid(`a record of ${bytes} bytes is longer than any message may be`, '')
}

function invalid(problem: string, pointer: string): HermesError {
  const about = pointer === '' ? {} : { pointer }
  return refusal('VALIDATION_ERROR', { problem: `Invalid record: ${problem}` }, 'frontend', about)
}
