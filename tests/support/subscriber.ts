/**
 * A webhook receiver that does what a test tells it.
 * Takes any request. Gives each as it came: method, path, headers with their spelling, raw body, time.
 * Promises: answers 200 unless told otherwise; a request is recorded before it is answered.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from './eventually.js'

/** One request. */
export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Lower-case names; the first value of a repeated one. */
  readonly headers: Readonly<Record<string, string>>
  /** Name, value, name, value, … as on the wire. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** Monotonic time of the arrival of the whole body. */
  readonly atMs: number
  readonly messageId: string
  readonly retryCount: number
}

/** What to do with a request: answer it, never answer, or cut the connection. */
export type Answer =
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      readonly delayMs?: number
      /** Answered only then. */
      readonly after?: Promise<unknown>
    }
  | 'hang'
  | 'reset'

/** A running receiver. */
export interface Subscriber {
  /** Without a slash at the end. */
  readonly url: string
  readonly port: number
  /** All requests so far, or those to one path, in the order of their arrival. */
  received(path?: string): readonly Received[]
  /** Decides about every request from now on. */
  answerWith(decide: (received: Received) => Answer): void
  /** Resolves when at least `count` requests came (to this path). */
  waitFor(count: number, options?: { path?: string; withinMs?: number }): Promise<readonly Received[]>
  /** Requests that have not been answered yet, now and at most since the last `forget`. */
  inFlight(): { readonly now: number; readonly max: number }
  forget(): void
  stop(): Promise<void>
}

/** Starts a receiver; on a free port of loopback when none is given. */
export async function startSubscriber(port = 0): Promise<Subscriber> {
  let log: Received[] = []
  let decide: (received: Received) => Answer = () => ({})
  const inFlight = { now: 0, max: 0 }

  const server = createServer((request, response) => {
    inFlight.max = Math.max(inFlight.max, ++inFlight.now)
    response.once('close', () => inFlight.now--)
    read(request).then(
      received => {
        log.push(received)
        answer(response, decide(received))
      },
      () => response.destroy(), // the sender went away in the middle of its body
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const ownPort = (server.address() as AddressInfo).port
  const received = (path?: string): readonly Received[] =>
    log.filter(each => path === undefined || each.path === path)

  return {
    url: `http://127.0.0.1:${ownPort}`,
    port: ownPort,
    received,
    answerWith: next => void (decide = next),
    waitFor(count, { path, withinMs } = {}) {
      return eventually(() => {
        const found = received(path)
        if (found.length < count) throw new Error(`${found.length} of ${count} requests came`)
        return found
      }, withinMs)
    },
    inFlight: () => inFlight,
    forget() {
      log = []
      inFlight.max = inFlight.now
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const headers = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, values?.[0] ?? '']),
  )
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers,
    rawHeaders: request.rawHeaders,
    body: Buffer.concat(chunks),
    atMs: performance.now(),
    messageId: headers['hermes-message-id'] ?? '',
    retryCount: Number(headers['hermes-retry-count'] ?? 0),
  }
}

function answer(response: ServerResponse, wanted: Answer): void {
  if (wanted === 'hang') return
  if (wanted === 'reset') return void response.socket?.resetAndDestroy()
  const { status = 200, headers = {}, body = '', delayMs = 0, after } = wanted
  const send = (): void => void response.writeHead(status, headers).end(body)
  if (after !== undefined) void after.then(send)
  else if (delayMs > 0) setTimeout(send, delayMs)
  else send()
}
