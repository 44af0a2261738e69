// pure
/**
 * Where a message is shown: its way through Iris, and its place in the topic.
 */
import { pathOf } from '../../api/call.js'

/** The page that traces the message. */
export function traceOf(topic: string, messageId: string): string {
  return `/trace?${new URLSearchParams({ topic, id: messageId }).toString()}`
}

/** The messages of the topic, with the one at this place open. */
export function placeIn(
  topic: string,
  { partition, offset }: { readonly partition: number; readonly offset: number },
): string {
  return `${pathOf('topics', topic)}?tab=messages&open=${partition}-${offset}`
}
