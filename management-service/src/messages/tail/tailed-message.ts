// pure
/**
 * A message on its way to the viewers of a tail.
 * Takes it opened. Gives its event, encoded once and only where somebody wants it.
 */
import { sseEvent } from '@iris/common/http/sse'
import type { LetterContent } from '@iris/common/kafka/open-entry'
import { judgedContent, messageJson, type Masks, type OpenedMessage } from '../shown-message.js'

/** For all viewers the same. */
export interface TailedMessage {
  readonly opened: OpenedMessage
  /** What filters look at, masked when it is first asked for. */
  judged(): LetterContent
  /** The event, encoded when it is first asked for. */
  event(): Buffer
}

/** Makes it. */
export function tailedMessage(opened: OpenedMessage, masks: Masks): TailedMessage {
  let made: Buffer | null = null
  let judged: LetterContent | null = null
  const { partition, offset } = opened.entry
  return {
    opened,
    judged: () => (judged ??= judgedContent(opened.content, masks)),
    event: () =>
      (made ??= sseEvent({
        id: `${partition}-${offset}`,
        event: 'message',
        data: messageJson(opened, masks),
      })),
  }
}
