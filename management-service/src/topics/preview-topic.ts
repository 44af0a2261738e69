/**
 * The last messages of a topic as its frontends left them.
 * Takes a topic, or one place in its list. Gives texts, or the stored bytes. An unknown topic has none.
 * Refuses a place where there is no message, with Hermes' text.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { TopicName } from '@iris/common/domain/names'
import { HermesError } from '@iris/common/errors/hermes-error'
import { frameworkError } from '@iris/common/http/api'
import type { TopicStore } from '../store/ports.js'

/** A message as text. */
export const messageTextPreview = z.object({ content: z.string(), truncated: z.boolean() })
export type MessageTextPreview = ValueOf<typeof messageTextPreview>

/** All messages of the preview. */
export async function previewTopic(
  store: Pick<TopicStore, 'topicPreview'>,
  topic: TopicName,
): Promise<readonly MessageTextPreview[]> {
  const previews = await store.topicPreview(topic)
  return previews.map(({ content, truncated }) => ({ content: content.toString('utf8'), truncated }))
}

/** The bytes of one of them. */
export async function previewBytes(
  store: Pick<TopicStore, 'topicPreview'>,
  topic: TopicName,
  index: string,
): Promise<Buffer> {
  if (!/^\d{1,9}$/.test(index)) throw frameworkError(404)
  const preview = (await store.topicPreview(topic))[Number(index)]
  if (preview !== undefined) return preview.content
  throw new HermesError('OTHER', `Message preview not found for topic ${topic} and offset ${index}`, 404)
}
