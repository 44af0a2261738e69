/**
 * Publishing many messages with one request.
 * Takes a request for one topic, or for several. Gives its answer, or begins to read it when there is nothing
 * against it as a whole: its form, its topic, its encoding. Promises: a request that is refused as a whole is
 * answered like a single message, and nothing of it is stored.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { endConnectionAfter } from '@iris/common/http/connection-state'
import { admit, encodingProblem } from '../publish/admit.js'
import { answerRefusal } from '../publish/answer.js'
import { stopping, topicAbsent, topicsNotLoaded, topicUnclear } from '../publish/refusals.js'
import type { TopicCache } from '../topics/cache.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { LookUpAnswer, UnknownTopics } from '../topics/unknown-topics.js'
import { createArraySplitter } from './array-splitter.js'
import { BulkRequest, type BulkReading, type BulkRequestParts } from './bulk-request.js'
import { acceptedTypes, bulkForm, type BulkForm, type FormProblem } from './form.js'
import { createLineSplitter } from './line-splitter.js'
import { sharedHeaders } from './record-headers.js'
import { plainReader, wrappedReader, type RecordReader } from './record-reader.js'
import { wrapperBytesMax } from './wrapped-record.js'

export interface Bulk {
  /** `topicName`: null where each record names its own. */
  publish(request: IncomingMessage, response: ServerResponse, topicName: string | null): void
  /** Requests that have no answer yet. */
  openCount(): number
  /** Lets open requests read no further and answer with what they have. */
  wrapUp(): void
}

export interface BulkParts extends Omit<BulkRequestParts, 'onOver'> {
  readonly topics: Pick<TopicCache, 'find' | 'isLoaded'>
  readonly unknownTopics: Pick<UnknownTopics, 'lookUp'>
  /** No message is greater, whatever its topic says. */
  readonly bodyBytesMax: number
}

/** Makes the entry. */
export function createBulk(parts: BulkParts): Bulk {
  const open = new Set<BulkRequest>()
  const requestParts: BulkRequestParts = { ...parts, onOver: request => void open.delete(request) }
  let findingCount = 0

  const refuse = (request: IncomingMessage, response: ServerResponse, error: HermesError): void => {
    if (parts.isClosing()) endConnectionAfter(response)
    answerRefusal(parts.scheduler, { id: randomUUID(), request, response }, error)
  }
  const begin = (request: IncomingMessage, response: ServerResponse, reading: BulkReading): void => {
    const bulk = new BulkRequest(requestParts, request, response, reading)
    open.add(bulk)
    bulk.start()
  }
  return {
    publish(request, response, topicName) {
      const form = bulkForm(request.headers['content-type'], request.url ?? '', topicName !== null)
      if ('code' in form) return refuse(request, response, formRefusal(form))
      if (topicName === null) {
        const encoding = encodingProblem(request)
        if (encoding !== null) return refuse(request, response, encoding)
        const reader = wrappedReader(null, sharedHeaders(request.rawHeaders, form.recordType))
        return begin(request, response, readingOf(form, reader, parts.bodyBytesMax))
      }
      findingCount++
      findTopic(parts, topicName, topic => {
        findingCount--
        const refused = topic instanceof HermesError ? topic : admit(headOf(request), topic)
        if (refused !== null) return refuse(request, response, refused)
        const { bodyBytesMax } = topic as RoutedTopic
        begin(request, response, readingOf(form, readerOf(form, topicName, request), bodyBytesMax))
      })
    },
    openCount: () => open.size + findingCount,
    wrapUp: () => open.forEach(request => request.stop(stopping)),
  }
}

function formRefusal(problem: FormProblem): HermesError {
  if (problem.code === 'VALIDATION_ERROR')
    return refusal(problem.code, { problem: problem.problem }, 'frontend', { field: 'records' })
  const values = { contentType: problem.contentType, accepted: acceptedTypes }
  return refusal(problem.code, values, 'frontend', { field: 'Content-Type', fix: `Send ${acceptedTypes}` })
}

/** What can be judged before the body: its length is judged record by record. */
function headOf(request: IncomingMessage): Parameters<typeof admit>[0] {
  return { sent: request, announcedBytes: -1 }
}

function readerOf(
  { isWrapped, recordType }: BulkForm,
  topicName: string,
  request: IncomingMessage,
): RecordReader {
  const shared = sharedHeaders(request.rawHeaders, recordType)
  return isWrapped ? wrappedReader(topicName, shared) : plainReader(topicName, shared)
}

function readingOf(form: BulkForm, reader: RecordReader, bodyBytesMax: number): BulkReading {
  const recordBytesMax = form.isWrapped ? bodyBytesMax + wrapperBytesMax : bodyBytesMax
  const createSplitter = form.splitting === 'array' ? createArraySplitter : createLineSplitter
  return { splitter: createSplitter(recordBytesMax), reader, recordBytesMax }
}

/** Tells the topic, or why there is none. */
function findTopic(
  { topics, unknownTopics }: Pick<BulkParts, 'topics' | 'unknownTopics'>,
  name: string,
  tell: (topic: RoutedTopic | HermesError) => void,
): void {
  const known = topics.find(name)
  if (known !== undefined) tell(known)
  else if (!topics.isLoaded()) tell(topicsNotLoaded)
  else
    unknownTopics.lookUp(name, (found: LookUpAnswer) => {
      if (found === 'absent') tell(topicAbsent(name))
      else tell(found === 'unclear' ? topicUnclear(name) : found)
    })
}
