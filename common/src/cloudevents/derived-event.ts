// pure
/**
 * The event that stands for a message which was published without attributes.
 * Takes what is known of the message. Gives attributes: its id and time, and its topic as source and type.
 */

/** A message that was no CloudEvent. */
export interface PlainMessage {
  readonly messageId: string
  /** Qualified name. */
  readonly topic: string
  /** When it was published; negative where nobody knows. */
  readonly timestampMs: number
}

/** Names and values in turn. */
export function derivedEvent({ messageId, topic, timestampMs }: PlainMessage): readonly string[] {
  const attributes = ['specversion', '1.0', 'id', messageId, 'source', `/topics/${topic}`, 'type', topic]
  if (timestampMs >= 0) attributes.push('time', new Date(timestampMs).toISOString())
  attributes.push('datacontenttype', 'application/json')
  return attributes
}
