// pure
/**
 * Server-Sent Events out of text that comes in pieces.
 * Takes pieces cut anywhere. Gives each event with its name, id and data, as the HTML standard reads them.
 * Bound: an event of more than `eventCharsMax` is thrown away.
 */

export interface StreamEvent {
  /** `message` where the stream names none. */
  readonly name: string
  readonly id: string | null
  readonly data: string
}

const eventCharsMax = 4 * 1024 * 1024

/** Makes a parser: call it with each piece. */
export function createEventParser(onEvent: (event: StreamEvent) => void): (piece: string) => void {
  let rest = ''
  let name = 'message'
  let id: string | null = null
  let data: string[] = []

  function take(line: string): void {
    if (line === '') return finish()
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') name = value
    else if (field === 'data') data.push(value)
    else if (field === 'id') id = value
  }

  function finish(): void {
    if (data.length > 0) onEvent({ name, id, data: data.join('\n') })
    name = 'message'
    data = []
  }

  return piece => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    if (rest.length > eventCharsMax) rest = ''
    for (const line of lines) take(line)
  }
}
