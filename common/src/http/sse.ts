// pure
/**
 * Server-Sent Events as bytes (WHATWG HTML, section 9.2).
 * Takes what an event says. Gives its lines.
 * Promises: a body with line ends becomes several `data:` lines, which the receiver joins with `\n`; nothing
 * in a body can begin a field or end an event.
 */

/** One event. */
export interface SseEvent {
  /** Where to read on after it. */
  readonly id: string
  readonly event: string
  readonly data: Buffer | string
}

const dataField = Buffer.from('data: ')
const lineEnd = Buffer.from('\n')
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** The bytes of an event. */
export function sseEvent({ id, event, data }: SseEvent): Buffer {
  const head = Buffer.from(`id: ${id}\nevent: ${event}\n`)
  return Buffer.concat([head, ...dataLines(typeof data === 'string' ? Buffer.from(data) : data), lineEnd])
}

/** Tells the receiver where it stands without an event: it will name that when it connects again. */
export function ssePosition(id: string): string {
  return `id: ${id}\n\n`
}

/** A line that receivers pass over, which shows that the connection lives. */
export function sseComment(text: string): string {
  return `: ${text}\n`
}

/** How long the receiver waits before it connects again. */
export function sseRetry(delayMs: number): string {
  return `retry: ${delayMs}\n`
}

function dataLines(data: Buffer): Buffer[] {
  if (!data.includes(lineFeed) && !data.includes(carriageReturn)) return [dataField, data, lineEnd]
  const pieces: Buffer[] = []
  let start = 0
  for (let at = 0; at < data.length; at++) {
    const byte = data[at]
    if (byte !== lineFeed && byte !== carriageReturn) continue
    pieces.push(dataField, data.subarray(start, at), lineEnd)
    if (byte === carriageReturn && data[at + 1] === lineFeed) at++
    start = at + 1
  }
  pieces.push(dataField, data.subarray(start), lineEnd)
  return pieces
}
