// pure
/**
 * The last messages of a topic, as the frontends leave them in the topic's preview node.
 * Takes stored bytes. Gives the node's JSON and back. Promises: the JSON is Hermes' (contents in Base64); a
 * node that cannot be read has no messages.
 */
import { isJsonObject } from './json-shapes.js'

/** One message as it is stored in Kafka: on JSON topics the whole envelope. */
export interface MessagePreview {
  readonly content: Buffer
  /** Whether it is longer than what is kept of it. */
  readonly truncated: boolean
}

/** The bytes of the node. */
export function previewsToNode(previews: readonly MessagePreview[]): Buffer {
  const rows = previews.map(({ content, truncated }) => ({ content: content.toString('base64'), truncated }))
  return Buffer.from(JSON.stringify(rows))
}

/** Reads the node. */
export function readPreviews(data: Buffer): readonly MessagePreview[] {
  let rows: unknown
  try {
    rows = JSON.parse(data.toString('utf8'))
  } catch {
    return [] // nothing can be shown of it, and the next period writes it anew
  }
  if (!Array.isArray(rows)) return []
  return (rows as unknown[]).filter(isJsonObject).map(({ content, truncated }) => ({
    content: Buffer.from(typeof content === 'string' ? content : '', 'base64'),
    truncated: truncated === true,
  }))
}
