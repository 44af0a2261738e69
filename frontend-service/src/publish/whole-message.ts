/**
 * A message whose body is in memory already.
 * Takes what was said beside it, its bytes, and where the answer goes. Gives an origin for the pipeline.
 * Whoever makes it accounts for the body's memory until the answer; the pipeline counts what the message
 * costs beside it.
 */
import type { Answering, Origin, SentHeaders } from './origin.js'

/** Makes the origin. The bytes of `body` must not change before the answer. */
export function wholeMessage(sent: SentHeaders, body: Buffer, answering: Answering): Origin {
  return {
    sent,
    announcedBytes: body.length,
    read(taker) {
      taker.onBody(body)
      return null
    },
    stored: (id, scheduled, isReplay) => answering.stored(id, scheduled, isReplay),
    accepted: (id, where) => answering.accepted(id, where),
    refused: (id, error) => answering.refused(id, error),
  }
}
