/**
 * A small HTTP service that speaks JSON, for the examples.
 * Takes handlers by method and path; `:id` at the end of a path is any one word. Gives a service that can be
 * stopped and started again at the same port.
 * Promises: every request is answered; who is stopped refuses connections. Bound: 1 MiB a body.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const host = '127.0.0.1'
const bodyBytesMax = 1_048_576

/** A request as a handler sees it. */
export interface JsonRequest {
  /** The word in the place of `:id`; empty where the path has none. */
  readonly id: string
  readonly headers: IncomingHttpHeaders
  /** Undefined when there is none. */
  readonly body: unknown
}

/** What a handler answers. */
export interface JsonAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Instead of an answer: the connection is cut, as if the process had died at this moment. */
export const noAnswer = 'no answer'

/** Does the work of one request; what it throws is answered with 500. */
export type Handler = (
  request: JsonRequest,
) => JsonAnswer | typeof noAnswer | Promise<JsonAnswer | typeof noAnswer>

/** Handlers by method and path: `GET /orders/:id`. */
export type Handlers = Readonly<Record<string, Handler>>

/** A service under our hand. */
export interface JsonService {
  /** Without a slash at the end; known once it was started. */
  readonly url: string
  readonly start: () => Promise<void>
  /** Cuts open connections. Nothing listens afterwards. */
  readonly stop: () => Promise<void>
}

/** Makes a service that is not started yet; the first start chooses a free port of loopback. */
export function createJsonService(handlers: Handlers): JsonService {
  let server: Server | null = null
  let port = 0
  return {
    get url() {
      return `http://${host}:${port}`
    },
    async start() {
      const starting = createServer((request, response) => {
        respond(handlers, request).then(
          answer => {
            if (answer === noAnswer) return void response.destroy()
            const { status, headers = {}, body } = answer
            response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
            response.end(body === undefined ? '' : JSON.stringify(body))
          },
          () => response.destroy(), // the caller went away in the middle of its body
        )
      })
      await new Promise<void>((resolve, reject) => {
        starting.once('error', reject)
        starting.listen(port, host, resolve)
      })
      port = (starting.address() as AddressInfo).port
      server = starting
    },
    async stop() {
      const stopping = server
      server = null
      if (stopping === null) return
      await new Promise<void>(resolve => {
        stopping.close(() => resolve())
        stopping.closeAllConnections()
      })
    },
  }
}

async function respond(handlers: Handlers, request: IncomingMessage): Promise<JsonAnswer | typeof noAnswer> {
  const { method = '', url = '/', headers } = request
  const path = url.split('?')[0] ?? '/'
  const text = await textOf(request)
  if (text === null) return { status: 413, headers: { Connection: 'close' } }
  const slash = path.lastIndexOf('/')
  const exact = handlers[`${method} ${path}`]
  const handler = exact ?? handlers[`${method} ${path.slice(0, slash)}/:id`]
  if (handler === undefined) return { status: 404, body: { error: `no ${method} ${path} here` } }
  const id = exact === undefined ? path.slice(slash + 1) : ''
  try {
    return await handler({ id, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) })
  } catch (error) {
    if (error instanceof SyntaxError) return { status: 400, body: { error: 'the body is not JSON' } }
    return { status: 500, body: { error: String(error) } }
  }
}

/** The body; null when it is over the bound. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    byteCount += chunk.length
    if (byteCount > bodyBytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
