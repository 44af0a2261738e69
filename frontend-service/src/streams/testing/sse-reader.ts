// pure
/**
 * Server-Sent Events as a browser reads them (WHATWG HTML, section 9.2.6), for tests.
 * Takes a stream's text. Gives the events that are complete.
 */
export interface ReadEvent {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Interprets the lines; `id` is the last that was told. */
export function readEvents(text: string): ReadEvent[] {
  const events: ReadEvent[] = []
  let [id, event, data] = ['', '', '']
  const lines = text.split(/\r\n|\r|\n/)
  lines.pop()
  for (const line of lines) {
    if (line === '') {
      if (data !== '') events.push({ id, event: event === '' ? 'message' : event, data: data.slice(0, -1) })
      ;[event, data] = ['', '']
      continue
    }
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'id') id = value
    else if (field === 'event') event = value
    else if (field === 'data') data += `${value}\n`
  }
  return events
}
