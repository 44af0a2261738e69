/**
 * A receiver behind Node's own `http` server; Express' requests and answers are the same objects.
 * Takes a receiver. Gives a request listener for `POST`.
 * Promises: reads at most the receiver's bound; every request gets an answer, none an error's text.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Receiver } from './receiver.js'
import type { Answer } from './verdict.js'

const wrongMethod: Answer = { status: 405, headers: { Allow: 'POST' }, body: '' }

/** For `http.createServer`. */
export function httpListener(
  receiver: Receiver,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    if (request.method === 'POST') return receiveFrom(receiver, request, response)
    request.resume()
    send(response, wrongMethod)
  }
}

/** Reads the body of a request that nobody has read yet, and answers it. */
export function receiveFrom(receiver: Receiver, request: IncomingMessage, response: ServerResponse): void {
  void readBody(request, receiver.bodyBytesMax).then(
    async body => {
      if (body !== null) return send(response, await receiver.receive({ headers: request.headers, body }))
      // The rest is thrown away unread, and the connection with it.
      request.resume()
      const { status, headers } = receiver.tooLarge()
      send(response, { status, headers: { ...headers, Connection: 'close' }, body: '' })
    },
    () => response.destroy(), // the sender went away in the middle of its body
  )
}

/** Writes an answer, unless the sender has gone. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (!response.headersSent && !response.destroyed) response.writeHead(status, headers).end(body)
}

/** The body; null as soon as it is over the bound. */
function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.resolve(null)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let byteCount = 0
    request.on('data', (chunk: Buffer) => {
      byteCount += chunk.length
      if (byteCount > bytesMax) return resolve(null)
      chunks.push(chunk)
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new Error('closed')))
  })
}
