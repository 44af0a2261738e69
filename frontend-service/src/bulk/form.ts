// pure
/**
 * How the records of a request are written.
 * Takes its `Content-Type` and its query. Gives where records end and what each is, or what to send instead.
 */

export interface BulkForm {
  readonly splitting: 'array' | 'lines'
  /** A record is an object of ours around the message, not the message itself. */
  readonly isWrapped: boolean
  /** The media type that each record has for itself. */
  readonly recordType: string
}

/** What is wrong with a request's form: the code of the answer and its values. */
export type FormProblem =
  | { readonly code: 'UNSUPPORTED_MEDIA_TYPE'; readonly contentType: string }
  | { readonly code: 'VALIDATION_ERROR'; readonly problem: string }

const batchOfEventsType = 'application/cloudevents-batch+json'
const splittings: Readonly<Record<string, BulkForm['splitting']>> = {
  [batchOfEventsType]: 'array',
  'application/json': 'array',
  'application/x-ndjson': 'lines',
  'application/ndjson': 'lines',
  'application/jsonl': 'lines',
}

/** The types that are taken, for the text of a refusal. */
export const acceptedTypes =
  'application/json (an array), application/x-ndjson (a message a line) or application/cloudevents-batch+json'

const shownLetters = 100

/** The form of a request for one topic, or for several: those are always wrapped. */
export function bulkForm(
  contentType: string | undefined,
  url: string,
  isOneTopic: boolean,
): BulkForm | FormProblem {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const splitting = Object.hasOwn(splittings, type) ? splittings[type] : undefined
  if (splitting === undefined) {
    return {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      contentType: type === '' ? '(none)' : type.slice(0, shownLetters),
    }
  }
  const query = url.indexOf('?')
  const named = query < 0 ? null : new URLSearchParams(url.slice(query)).get('records')
  if (named !== null && named !== 'wrapped' && named !== 'messages') {
    return { code: 'VALIDATION_ERROR', problem: 'Query parameter records must be messages or wrapped' }
  }
  if (named === 'messages' && !isOneTopic) {
    const problem = 'Records for several topics are always wrapped: leave out the query parameter records'
    return { code: 'VALIDATION_ERROR', problem }
  }
  const isWrapped = named === 'wrapped' || !isOneTopic
  if (type !== batchOfEventsType) return { splitting, isWrapped, recordType: 'application/json' }
  if (!isWrapped) return { splitting, isWrapped, recordType: 'application/cloudevents+json' }
  return { code: 'VALIDATION_ERROR', problem: 'A batch of CloudEvents is for one topic and is not wrapped' }
}
