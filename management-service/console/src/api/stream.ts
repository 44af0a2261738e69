/**
 * Server-Sent Events read with `fetch`, because a browser's `EventSource` cannot send a key.
 * Takes a call. Gives each event as it comes until the signal ends it or the server does. Throws
 * `ApiProblem`.
 */
import type { Call } from './call.js'
import { answerTo } from './client.js'
import { createEventParser, type StreamEvent } from './event-parser.js'

/** Reads the events of a call, one after the other. */
export async function readEvents(
  call: Call,
  onEvent: (event: StreamEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await answerTo(call, 'text/event-stream', signal)
  if (body === null) return
  const parse = createEventParser(onEvent)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    parse(value)
  }
}
