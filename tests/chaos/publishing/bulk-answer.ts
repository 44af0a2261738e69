// pure
/**
 * The answer to a request with many messages, taken at its word.
 * Takes the reply and how many records were sent. Gives the outcome of each, and where the answer
 * contradicts itself or docs/rest/publishing-many.md.
 */
import { kinds, wrongAnswers } from '../records.js'
import { fateOf, type Outcome } from './judgement.js'
import type { Reply } from './exchange.js'

export interface BulkOutcome {
  /** One a record, in their order. */
  readonly outcomes: readonly Outcome[]
  /** Which rules of the answer were broken, each with the record it was seen at. */
  readonly wrong: readonly { readonly index: number; readonly which: number }[]
}

interface Result {
  readonly index?: unknown
  readonly status?: unknown
  readonly messageId?: unknown
  readonly code?: unknown
}

interface Answer {
  readonly records: number
  readonly stored: number
  readonly failed: number
  readonly hasUnread: boolean
  readonly results: readonly Result[]
}

/** What became of `count` records. */
export function bulkOutcomeOf(reply: Reply, count: number): BulkOutcome {
  const { status } = reply
  if (status !== 200 && status !== 207) {
    // Refused as a whole: nothing of it was stored. No answer: nobody knows.
    const kind = status === 0 && !reply.isUnsent ? kinds.unknown : kinds.refused
    return { outcomes: Array.from({ length: count }, () => ({ kind, status, messageId: '' })), wrong: [] }
  }
  const answer = readAnswer(reply.body)
  const outcomes = Array.from({ length: count }, (_, index) => outcomeAt(answer, index))
  return { outcomes, wrong: [...wrongRecords(answer, count), ...wrongWhole(answer, status, outcomes)] }
}

function outcomeAt(answer: Answer, index: number): Outcome {
  const result = answer.results[index]
  if (result === undefined) {
    // What was not read cannot be stored; what was read and not told is in nobody's hands.
    return { kind: answer.hasUnread ? kinds.refused : kinds.unknown, status: 0, messageId: '' }
  }
  const status = typeof result.status === 'number' ? result.status : 0
  return {
    kind: fateOf(status, typeof result.code === 'string' ? result.code : ''),
    status,
    messageId: typeof result.messageId === 'string' ? result.messageId : '',
  }
}

function* wrongRecords(answer: Answer, count: number): Generator<{ index: number; which: number }> {
  for (let index = 0; index < count; index++) {
    const result = answer.results[index]
    if (result === undefined && !answer.hasUnread) yield { index, which: wrongAnswers.noResult }
    if (result !== undefined && result.index !== index) yield { index, which: wrongAnswers.misplaced }
  }
}

function* wrongWhole(
  answer: Answer,
  status: number,
  outcomes: readonly Outcome[],
): Generator<{ index: number; which: number }> {
  const told = answer.results.length
  const stored = outcomes.filter(each => each.kind === kinds.ok).length
  const isAll = stored === told && !answer.hasUnread
  if (told > outcomes.length || answer.records !== told || answer.stored !== stored) {
    yield { index: 0, which: wrongAnswers.falseCount }
  } else if (answer.failed !== told - stored || (status === 200) !== isAll) {
    yield { index: 0, which: wrongAnswers.falseCount }
  }
}

/** A body that is no answer reads as one without results, which every record then shows. */
function readAnswer(body: string): Answer {
  const numberOr = (value: unknown): number => (typeof value === 'number' ? value : -1)
  const parsed = parse(body)
  const results = parsed['results']
  return {
    records: numberOr(parsed['records']),
    stored: numberOr(parsed['stored']),
    failed: numberOr(parsed['failed']),
    hasUnread: parsed['unread'] !== undefined,
    results: Array.isArray(results) ? (results as readonly Result[]) : [],
  }
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
