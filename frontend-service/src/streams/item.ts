// pure
/**
 * What a reader of a topic is given: messages, and gaps where messages are gone.
 * Takes entries of the log. Gives items with the position behind them.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import type { LetterContent } from '@iris/common/kafka/open-entry'
import type { FilteredMessage } from '@iris/common/filter/filters'

/** A message, or an entry in which nobody can find one. */
export interface StreamMessage extends FilteredMessage {
  readonly kind: 'message'
  readonly partition: number
  readonly offset: number
  /** When Kafka got it. */
  readonly timeMs: number
  /** Empty where the entry says none. */
  readonly id: string
  readonly key: Buffer | null
  /** Why there is no message in the entry, or null. */
  readonly problem: string | null
  /** Where to read on after it. */
  readonly position: string
  /** Bytes of memory, about. */
  readonly bytes: number
}

/** Messages that were there and are not any more. */
export interface StreamGap {
  readonly kind: 'gap'
  readonly partition: number
  /** The first offset that is missing. */
  readonly from: number
  /** Where reading goes on: below `from` where the topic was made anew. */
  readonly to: number
  readonly position: string
  readonly bytes: number
}

export type StreamItem = StreamMessage | StreamGap

/** What an item takes beside its bytes, about. */
const itemBytes = 400

/** The message of an entry whose bytes are its own. */
export function messageOf(entry: LogEntry, content: LetterContent, position: string): StreamMessage {
  const { body, avro, propagated, problem } = content
  const { partition, offset, timestampMs: timeMs, key } = entry
  const id = content.messageId
  const bytes = itemBytes + body.length + (entry.value?.length ?? 0) + position.length
  return {
    kind: 'message',
    partition,
    offset,
    timeMs,
    id,
    key,
    body,
    avro,
    propagated,
    problem,
    position,
    bytes,
  }
}

/** The offsets from `from` up to `to` are gone. */
export function gapOf(partition: number, from: number, to: number, position: string): StreamGap {
  return { kind: 'gap', partition, from, to, position, bytes: itemBytes }
}

/** The gap in plain words. */
export function gapReason({ from, to }: StreamGap): string {
  return to < from
    ? 'the topic was made anew under this name: reading goes on at its beginning'
    : 'these messages were removed by retention before they were read'
}
