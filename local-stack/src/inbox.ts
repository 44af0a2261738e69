/**
 * A webhook inbox: the subscriber that is always there to try things with.
 * Takes any POST under any path. Gives a page, a list in JSON and a wait for one message.
 * Promises: bounded by a count and bytes of deliveries. Refuses bodies over 4 MiB with 413.
 * Answers otherwise than 200 when the path says so, see `inbox-answer.ts`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { inboxAnswer } from './inbox-answer.js'
import { inboxPage } from './inbox-page.js'
import { createInboxStore, isAccepted, type InboxDelivery, type InboxStore } from './inbox-store.js'
import { loopback } from './ports.js'

const deliveriesMax = 1_000
const bytesMax = 33_554_432
const bodyBytesMax = 4_194_304
const limitDefault = 50
const waitMsMax = 60_000
const waitMsDefault = 10_000

export interface InboxOptions {
  /** 0 for any free one. */
  readonly port: number
  readonly host?: string
}

/** A running inbox. */
export interface Inbox {
  /** Without a slash at the end. */
  readonly url: string
  /** The newest delivery of this message that was answered with 2xx; null when none came in time. */
  waitFor(messageId: string, withinMs: number): Promise<InboxDelivery | null>
  /** The newest first. */
  deliveries(limit: number): readonly InboxDelivery[]
  stop(): Promise<void>
}

/** Starts an inbox on loopback, or where `host` says. */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const store = createInboxStore({ deliveriesMax, bytesMax })
  const server = createServer((request, response) => {
    handle(store, request, response).catch(() => response.destroy()) // the sender went away while it was read
  })
  const host = options.host ?? loopback
  await listen(server, options.port, host)
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : options.port
  return {
    url: `http://${host}:${port}`,
    waitFor: (messageId, withinMs) => waitFor(store, messageId, withinMs),
    deliveries: limit => store.newest(limit),
    stop: () => close(server),
  }
}

async function handle(store: InboxStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://inbox')
  const route = `${request.method} ${url.pathname}`
  if (request.method === 'POST') return receive(store, request, response)
  if (route === 'GET /') return answerPage(response)
  if (route === 'GET /messages') {
    const limit = numberOr(url.searchParams.get('limit'), limitDefault, deliveriesMax)
    return answerJson(response, 200, { total: store.total, messages: store.newest(limit) })
  }
  if (route === 'GET /messages/wait') {
    const withinMs = numberOr(url.searchParams.get('timeoutMs'), waitMsDefault, waitMsMax)
    const found = await waitFor(store, url.searchParams.get('messageId') ?? '', withinMs)
    return answerJson(
      response,
      found === null ? 404 : 200,
      found ?? { message: `Not here after ${withinMs} ms` },
    )
  }
  if (route === 'DELETE /messages') {
    store.clear()
    return answerJson(response, 200, { total: store.total, messages: [] })
  }
  return answerJson(response, 404, {
    message: `Nothing at ${route}; webhooks are received by POST at any path`,
  })
}

async function receive(store: InboxStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const receivedAt = new Date(systemClock.now()).toISOString()
  const body = await readBody(request)
  if (body === null) return answerJson(response, 413, { message: `Over ${bodyBytesMax} bytes` })
  const path = request.url ?? '/'
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  const retryCount = Number(headers['hermes-retry-count'] ?? 0) || 0
  const answer = inboxAnswer(path.split('?')[0] ?? '', retryCount)
  store.add({
    number: store.total + 1,
    receivedAt,
    path,
    messageId: headers['hermes-message-id'] ?? '',
    retryCount,
    status: answer.status,
    headers,
    body: body.toString('utf8'),
    bodyBytes: body.length,
  })
  if (answer.delayMs > 0) await sleep(systemScheduler, answer.delayMs)
  response.writeHead(answer.status, { 'Content-Length': 0 }).end()
}

/** null when it is over the limit; the rest is read and dropped, so that the sender sees the answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= bodyBytesMax) chunks.push(chunk)
  }
  return bytes > bodyBytesMax ? null : Buffer.concat(chunks)
}

function waitFor(store: InboxStore, messageId: string, withinMs: number): Promise<InboxDelivery | null> {
  const found = store.accepted(messageId)
  if (found !== undefined) return Promise.resolve(found)
  return new Promise(resolve => {
    const finish = (delivery: InboxDelivery | null): void => {
      cancelTimer()
      cancelListener()
      resolve(delivery)
    }
    const cancelTimer = systemScheduler.after(withinMs, () => finish(null))
    const cancelListener = store.onAdd(delivery => {
      if (isAccepted(delivery, messageId)) finish(delivery)
    })
  })
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value, null, 2) + '\n'
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(text)
}

function answerPage(response: ServerResponse): void {
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
      'X-Content-Type-Options': 'nosniff',
    })
    .end(inboxPage)
}

function numberOr(text: string | null, fallback: number, max: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Math.min(Number(text), max) : fallback
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
