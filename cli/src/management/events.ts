/**
 * Server-Sent Events, as a frontend streams them.
 * Takes an answer's bytes piece by piece. Gives events. Bound: an event of at most `eventLettersMax`.
 */
export interface StreamEvent {
  /** The position to go on behind; empty where the stream tells none. */
  readonly id: string
  readonly event: string
  readonly data: string
}

/** More than any message that Kafka takes unless it is told otherwise. */
const eventLettersMax = 64 * 1024 * 1024

/** Reads them; a position alone is an event `position`, a sign of life one `comment`, both without data. */
export async function* eventsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder()
  let begun = ''
  for await (const piece of pieces) {
    begun += decoder.decode(piece, { stream: true })
    if (begun.length > eventLettersMax) throw new Error('An event of the stream is too long')
    const blocks = begun.split('\n\n')
    begun = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventOf(block)
      if (event !== null) yield event
    }
  }
}

function eventOf(block: string): StreamEvent | null {
  const fields = { id: '', event: 'position', data: [] as string[] }
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^(\w+):? ?(.*)$/s.exec(line) ?? []
    if (line.startsWith(':') && fields.event === 'position') fields.event = 'comment'
    else if (name === 'data') fields.data.push(value)
    else if (name === 'id' || name === 'event') fields[name] = value
  }
  const data = fields.data.join('\n')
  return fields.id === '' && fields.event === 'position' ? null : { ...fields, data }
}
