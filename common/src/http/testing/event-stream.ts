/**
 * Server-Sent Events as a browser reads them (WHATWG HTML, section 9.2.6), for tests.
 * Takes an address, or a stream's text. Gives the events that are complete.
 */
import { get, type IncomingMessage } from 'node:http'

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

export interface Listener {
  readonly status: number
  readonly response: IncomingMessage
  /** All that came, as it came. */
  text(): string
  events(): ReadEvent[]
  data(): string[]
  /** The server has ended it, or cut it off. */
  readonly closed: Promise<void>
  close(): void
}

/** Listens until it is closed or cut off. */
export function listenTo(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => void (text += piece))
      const closed = new Promise<void>(done => {
        response.on('close', done).on('error', () => done())
      })
      resolve({
        status: response.statusCode ?? 0,
        response,
        text: () => text,
        events: () => readEvents(text),
        data: () => readEvents(text).map(({ data }) => data),
        closed,
        close: () => void request.destroy(),
      })
    })
    request.on('error', reject)
  })
}
