// pure
/**
 * What a message looks like to who reads it.
 * Takes items. Gives events: the message's own text, or an envelope with all that is known of it.
 * Promises: JSON goes out as the bytes that came, apart from line ends in white space; what is not UTF-8 is
 * Base64 under a name of its own, so that nobody takes it for text.
 */
import { isUtf8 } from 'node:buffer'
import { bodyMember, headersObject, shownBody } from '@iris/common/kafka/shown-body'
import { gapReason, type StreamGap, type StreamItem, type StreamMessage } from './item.js'
import { sseEvent } from '@iris/common/http/sse'

/** `plain`: the message's own text. `envelope`: a JSON object with the message as a member. */
export type StreamForm = 'plain' | 'envelope'

/** An item as an event. */
export function eventOf(item: StreamItem, form: StreamForm): Buffer {
  const { position: id } = item
  if (item.kind === 'gap') return sseEvent({ id, event: 'gap', data: JSON.stringify(gapFacts(item)) })
  if (form === 'envelope') {
    const event = item.problem === null ? 'message' : 'unreadable'
    return sseEvent({ id, event, data: envelopeOf(item) })
  }
  const { partition, offset, problem, body } = item
  if (problem !== null)
    return sseEvent({ id, event: 'unreadable', data: JSON.stringify({ partition, offset, problem }) })
  if (isUtf8(body)) return sseEvent({ id, event: 'message', data: body })
  return sseEvent({ id, event: 'binary', data: body.toString('base64') })
}

/** What a gap says of itself. */
export function gapFacts(gap: StreamGap): Readonly<Record<string, unknown>> {
  const { partition, from, to } = gap
  return { partition, from, to, reason: gapReason(gap) }
}

/**
 * A message and all that is known of it, as JSON. The body is one of `body` (JSON), `bodyText` (other text)
 * and `bodyBase64`; null members are left out but for the key.
 */
export function envelopeOf(message: StreamMessage): Buffer {
  const { id, partition, offset, timeMs, position, key, problem } = message
  const facts = {
    id,
    key: key === null ? null : key.toString('utf8'),
    time: timeMs < 0 ? null : new Date(timeMs).toISOString(),
    partition,
    offset,
    position,
    headers: headersObject(message.propagated),
    ...(problem === null ? {} : { problem }),
  }
  return Buffer.from(`${JSON.stringify(facts).slice(0, -1)},${bodyMember(shownBody(message.body))}}`)
}
