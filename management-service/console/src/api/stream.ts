/**
 * Server-Sent Events read with `fetch`, because a browser's `EventSource` cannot send a key.
 * Takes a call. Tells when it is answered, and each event as it comes, until the signal ends it or the server
 * does. Throws `ApiProblem`.
 */
import type { Call } from './call.js'
import { answerTo } from './client.js'
import { createEventParser, type StreamEvent } from './event-parser.js'
import { unreachable } from './problem.js'

export interface StreamReader {
  onOpen(): void
  onEvent(event: StreamEvent): void
}

/** Reads the events of a call, one after the other. */
export async function readEvents(
  call: Call,
  { onOpen, onEvent }: StreamReader,
  signal: AbortSignal,
): Promise<void> {
  const { body } = await answerTo(call, 'text/event-stream', signal)
  onOpen()
  if (body === null) return
  const parse = createEventParser(onEvent)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw signal.aborted ? error : unreachable(error)
    })
    if (done) return
    parse(value)
  }
}
