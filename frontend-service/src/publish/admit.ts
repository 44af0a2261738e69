/**
 * Whether a message may go to a topic, before any of its body is read.
 * Takes its origin and the topic. Gives null or the refusal.
 */
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { Sender, SentHeaders } from './sender.js'

const shownEncodingLetters = 100

/** Permission first, as Hermes: who may not publish learns nothing about the topic. */
export function admit(sender: Sender, topic: RoutedTopic): HermesError | null {
  const { sent, announcedBytes } = sender
  if (topic.isClosed) return refusal('AUTH_ERROR', {}, 'frontend')
  const forbidden = topic.gate?.permit(sender) ?? null
  if (forbidden !== null) return forbidden
  const encoded = encodingProblem(sent)
  if (encoded !== null) return encoded
  return announcedBytes > topic.bodyBytesMax ? tooLarge(announcedBytes, topic) : null
}

/** The refusal of a body that is compressed, or null. */
export function encodingProblem({ headers }: Pick<SentHeaders, 'headers'>): HermesError | null {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity') return null
  return refusal(
    'UNSUPPORTED_CONTENT_ENCODING',
    { encoding: encoding.slice(0, shownEncodingLetters) },
    'frontend',
    {
      field: 'Content-Encoding',
      fix: 'Send the message uncompressed',
    },
  )
}

/** The refusal of a body over the topic's limit. `bytes`: announced, or come so far. */
export function tooLarge(bytes: number, topic: RoutedTopic): HermesError {
  const sizes = `[length:${bytes}, max:${topic.bodyBytesMax}]`
  const problem = `Content-Length is larger than max on this topic ${sizes}.`
  const about = {
    limit: topic.bodyBytesMax,
    fix: "Send a smaller message, or raise the topic's maxMessageSize",
  }
  return refusal('VALIDATION_ERROR', { problem }, 'frontend', about)
}
