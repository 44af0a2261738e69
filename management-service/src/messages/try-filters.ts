/**
 * Filters tried over real messages, before anybody subscribes with them.
 * Takes filters and where to look. Gives each message with what the filters make of it.
 * Refuses filters that a subscription of the topic could not have. Others have their turn in between.
 * Bound: `judgeMs` in all, and what was not judged by then says so.
 */
import { z } from 'zod'
import { freeObject, plainList, readShape } from '@iris/common/domain/json-shapes'
import type { Topic } from '@iris/common/domain/topic'
import {
  compileFilters,
  createInspector,
  type CompiledFilters,
  type FilterOutcome,
} from '@iris/common/filter/filters'
import { refusal } from '@iris/common/errors/hermes-error'
import { invalidMember } from '@iris/common/errors/member-about'
import { inTurns, type TurnTime, type Work } from '@iris/common/time/turns'
import { entityOf } from '../requests.js'
import { maxMost, readMessagesQuery, type MessagesQuery } from './message-query.js'
import { readMessages, type MessagePage, type MessageParts } from './read-messages.js'
import { judgedContent, messageJson, messageShape, type Masks, type OpenedMessage } from './shown-message.js'

const word = z.union([z.string(), z.number()]).nullish()

/** The body. */
export const filterLabShape = z.object({
  filters: plainList(freeObject),
  from: word.describe('`latest` (default), `earliest`, a date, milliseconds, or an offset with `partition`'),
  partition: word,
  key: z.string().nullish(),
  max: word.describe(`Messages to try, at most ${maxMost}`),
  next: z.string().nullish().describe('`next` of the answer before'),
})

/** The answer. */
export const filterLabAnswer = z.object({
  items: z.array(
    z.object({
      message: messageShape,
      passes: z.boolean(),
      refusedBy: z.string().optional().describe('The type of the filter that it did not pass'),
      error: z.string().optional().describe('Why nobody can tell, such as for a dead letter'),
    }),
  ),
  passed: z.int(),
  refused: z.int(),
  failed: z.int(),
  next: z.string().nullable(),
  complete: z.boolean(),
})

export type TryParts = MessageParts & TurnTime

/** All messages of an answer are judged in so much time, or are told as not judged. */
export const judgeMs = 4_000
const late = 'There was no time left to judge it; ask for fewer messages with max'

/** Tries them; gives the answer as JSON text. */
export async function tryFiltersOn(parts: TryParts, topic: Topic, body: unknown): Promise<string> {
  const { filters, query } = readBody(body)
  const compiled = compileFilters(filters, topic.contentType)
  if (compiled !== null && 'problem' in compiled) throw refusal('VALIDATION_ERROR', compiled)
  const page = await readMessages(parts, topic, query)
  // What passes `latest` depends on what came before: messages are judged in the order of their time.
  const inTime = query.way === 'older' ? [...page.messages].reverse() : page.messages
  return answerOf(page, await inTurns(parts, judgeAll(parts, compiled, inTime)), parts.masks)
}

type Judged = ReadonlyMap<OpenedMessage, FilterOutcome>

function* judgeAll(
  { clock, masks }: Pick<TryParts, 'clock' | 'masks'>,
  compiled: CompiledFilters | null,
  messages: readonly OpenedMessage[],
): Work<Judged> {
  const inspector = createInspector()
  const judge = ({ content }: OpenedMessage): FilterOutcome => {
    if (content.problem !== null) return { kind: 'failed', problem: content.problem }
    return compiled === null ? { kind: 'passed' } : inspector.judge(compiled, judgedContent(content, masks))
  }
  const judged = new Map<OpenedMessage, FilterOutcome>()
  const endMs = clock.monotonic() + judgeMs
  for (const message of messages) {
    judged.set(message, clock.monotonic() < endMs ? judge(message) : { kind: 'failed', problem: late })
    yield
  }
  return judged
}

function readBody(body: unknown): { filters: readonly Record<string, unknown>[]; query: MessagesQuery } {
  const given = readShape(filterLabShape, entityOf(body), 'create')
  if (given.filters === null) throw invalidMember('filters', 'must be a list of filters')
  const { from = null, partition = null, key = null, max = null, next = null } = given
  const query = readMessagesQuery({ from, partition, key, max, next })
  return { filters: given.filters.map(filter => ({ ...filter })), query }
}

function answerOf({ messages, next }: MessagePage, judged: Judged, masks: Masks): string {
  const counts = { passed: 0, filtered: 0, failed: 0 }
  const items = messages.map(message => {
    const outcome = judged.get(message) ?? { kind: 'passed' }
    counts[outcome.kind]++
    const told = {
      passes: outcome.kind === 'passed',
      ...(outcome.kind === 'filtered' ? { refusedBy: outcome.by } : {}),
      ...(outcome.kind === 'failed' ? { error: outcome.problem } : {}),
    }
    return `{"message":${messageJson(message, masks)},${JSON.stringify(told).slice(1)}`
  })
  const { passed, filtered: refused, failed } = counts
  const rest = JSON.stringify({ passed, refused, failed, next, complete: next === null })
  return `{"items":[${items.join(',')}],${rest.slice(1)}`
}
