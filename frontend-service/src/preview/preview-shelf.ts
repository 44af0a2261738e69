// pure
/**
 * The first messages of each topic in a period, kept for who wants to see what a topic looks like.
 * Takes stored values as they are acknowledged. Gives them by topic, once, when the period ends.
 * Promises: keeps a copy of at most `bytesEach` bytes of a message; what there is no place for costs a
 * comparison. Bounds: `messagesEach` messages a topic, `bytesMax` bytes of all.
 */
import type { MessagePreview } from '@iris/common/domain/message-preview'

export interface PreviewLimits {
  readonly messagesEach: number
  readonly bytesEach: number
  readonly bytesMax: number
}

/** The place of one topic. */
export interface TopicPreview {
  /** Shows a message; its buffers are not kept. */
  offer(value: readonly Buffer[]): void
}

export interface PreviewShelf {
  topic(name: string): TopicPreview
  /** What came since the last call, by topic; the shelf is empty afterwards. */
  takeAll(): ReadonlyMap<string, readonly MessagePreview[]>
}

/** Makes an empty shelf. */
export function createPreviewShelf(limits: PreviewLimits): PreviewShelf {
  let kept = new Map<string, MessagePreview[]>()
  let bytesHeld = 0
  let period = 0
  return {
    topic(name) {
      let fullIn = -1
      return {
        offer(value) {
          // Nothing to show of a message that an earlier request with the same key has written.
          if (fullIn === period || value.length === 0) return
          const messages = kept.get(name) ?? []
          if (messages.length >= limits.messagesEach || bytesHeld >= limits.bytesMax) fullIn = period
          else {
            const preview = cut(value, limits.bytesEach)
            bytesHeld += preview.content.length
            messages.push(preview)
            kept.set(name, messages)
          }
        },
      }
    },
    takeAll() {
      const all = kept
      kept = new Map()
      bytesHeld = 0
      period++
      return all
    },
  }
}

function cut(value: readonly Buffer[], bytesMax: number): MessagePreview {
  const length = value.reduce((sum, part) => sum + part.length, 0)
  const content = Buffer.allocUnsafeSlow(Math.min(length, bytesMax))
  let at = 0
  for (const part of value) at += part.copy(content, at, 0, content.length - at)
  return { content, truncated: length > bytesMax }
}
