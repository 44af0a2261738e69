// pure
/**
 * A message of a topic as people are shown it.
 * Takes an entry and the message in it. Gives JSON text with what is to be hidden hidden. Promises: JSON
 * stays the text that was published but for that; what no message was found in is not shown where something
 * is to be hidden, since nobody can say what stands in it.
 */
import { z } from 'zod'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { LetterContent } from '@iris/common/kafka/open-entry'
import { avroJson } from '@iris/common/schema/avro/read'
import { bodyMember, headersObject, shownBody } from '@iris/common/kafka/shown-body'
import { maskHeaders, maskJsonText, maskText, type IsMasked } from './mask.js'

/** What the API promises of it. */
export const messageShape = z.object({
  id: z.string().describe('`Hermes-Message-Id`; empty where the record says none'),
  key: z.string().nullable(),
  time: z.string().nullable().describe('When Kafka got it, a date'),
  partition: z.int(),
  offset: z.int(),
  size: z.int().describe('Bytes of the body'),
  headers: z.record(z.string(), z.string()).describe('What its publisher sent along'),
  body: z.unknown().optional().describe('The message where it is JSON'),
  bodyText: z.string().optional().describe('The message where it is other text'),
  bodyBase64: z.string().optional().describe('The message where it is no text'),
  masked: z.boolean().describe('Whether something was hidden: `management.messages.maskedMembers`'),
  problem: z.string().optional().describe('Why there is no message in the record'),
})

/** What is hidden: members of bodies, headers. */
export interface Masks {
  readonly member: IsMasked
  readonly header: IsMasked
  /** Whether any name is hidden at all. */
  readonly isUsed: boolean
}

/** An entry, and what of it is the message. */
export interface OpenedMessage {
  readonly entry: LogEntry
  readonly content: LetterContent
}

/** What filters of people may look at: the message as shown, since an answer tells of what it judged. */
export function judgedContent(content: LetterContent, masks: Masks): LetterContent {
  if (content.problem !== null) return content
  const { avro, body, propagated } = content
  const lines = propagated?.map((line, at) => {
    const isHidden = at % 2 === 1 && masks.header(propagated[at - 1] ?? '')
    return isHidden ? maskText : line
  })
  const headers = lines ?? null
  if (!masks.isUsed) return { ...content, propagated: headers }
  const json = avro === null ? jsonOf(body) : avroJson(avro.known.schema, avro.record)
  const masked = json === null ? null : maskJsonText(json, masks.member)
  if (masked?.isMasked !== true) return { ...content, propagated: headers }
  return { ...content, propagated: headers, body: Buffer.from(masked.value), avro: null }
}

function jsonOf(body: Buffer): string | null {
  const shown = shownBody(body)
  return shown.kind === 'body' ? shown.json : null
}

/** The message as JSON text. */
export function messageJson({ entry, content }: OpenedMessage, masks: Masks): string {
  const { partition, offset, timestampMs, key } = entry
  const { messageId, body, propagated, problem } = content
  const headers = maskHeaders(headersObject(propagated), masks.header)
  const shown = problem !== null && masks.isUsed ? null : bodyOf(body, masks)
  const facts = {
    id: messageId,
    key: key === null ? null : key.toString('utf8'),
    time: timestampMs < 0 ? null : new Date(timestampMs).toISOString(),
    ...{ partition, offset, size: body.length, headers: headers.value },
    masked: headers.isMasked || shown === null || shown.isMasked,
    ...(problem === null ? {} : { problem }),
  }
  const member = shown === null ? '' : `,${shown.value}`
  return `${JSON.stringify(facts).slice(0, -1)}${member}}`
}

function bodyOf(body: Buffer, { member }: Masks): { readonly value: string; readonly isMasked: boolean } {
  const shown = shownBody(body)
  if (shown.kind !== 'body') return { value: bodyMember(shown), isMasked: false }
  const { value: json, isMasked } = maskJsonText(shown.json, member)
  return { value: bodyMember({ kind: 'body', json }), isMasked }
}
