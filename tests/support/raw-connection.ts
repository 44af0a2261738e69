/**
 * A TCP connection that says exactly what a test writes.
 * Takes a service's address and bytes. Gives what came back, letter for byte, and the answers in it.
 * Promises: nothing is added, parsed away or retried; ends by itself after `lifeMs`.
 */
import { connect, type Socket } from 'node:net'
import { eventually } from './eventually.js'

/** One HTTP answer as it came. */
export interface RawAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface RawConnection {
  readonly socket: Socket
  write(bytes: string | Buffer): void
  text(): string
  answers(): readonly RawAnswer[]
  isClosed(): boolean
  /** Waits for that many answers. */
  untilAnswers(count: number, withinMs?: number): Promise<readonly RawAnswer[]>
  untilClosed(withinMs?: number): Promise<void>
  close(): void
}

const lifeMs = 60_000

/** Connects to `http://host:port` and writes the first bytes. */
export function openRaw(url: string, first: string | Buffer = ''): RawConnection {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  const life = setTimeout(() => socket.destroy(), lifeMs)
  let text = ''
  let isClosed = false
  const closed = (): void => {
    isClosed = true
    clearTimeout(life)
  }
  socket.on('error', closed)
  socket.on('end', closed)
  socket.on('close', closed)
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  if (first.length > 0) socket.write(first)
  const connection: RawConnection = {
    socket,
    write: bytes => void socket.write(bytes),
    text: () => text,
    answers: () => parseAnswers(text),
    isClosed: () => isClosed,
    untilAnswers: (count, withinMs) =>
      eventually(() => {
        const answers = parseAnswers(text)
        if (answers.length < count)
          throw new Error(`${answers.length} of ${count} answers in ${JSON.stringify(text)}`)
        return answers
      }, withinMs),
    untilClosed: withinMs =>
      eventually(() => {
        if (!isClosed) throw new Error(`still open after ${JSON.stringify(text)}`)
      }, withinMs),
    close: () => void socket.destroy(),
  }
  return connection
}

/** A POST to publish, with the headers as given and nothing else but `Host`. */
export function rawPublish(topic: string, headers: readonly string[], body = ''): string {
  return [`POST /topics/${topic} HTTP/1.1`, 'Host: iris', ...headers, '', body].join('\r\n')
}

/** Complete answers with a `Content-Length` or none; what is incomplete is left out. */
function parseAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at)
    if (end < 0) return answers
    const [statusLine = '', ...lines] = text.slice(at, end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map(line => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    )
    const length = Number(headers['content-length'] ?? 0)
    const bodyEnd = end + 4 + length
    if (text.length < bodyEnd) return answers
    answers.push({ status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4, bodyEnd) })
    at = bodyEnd
  }
}
