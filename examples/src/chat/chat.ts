/**
 * READ FIRST. The chat of the lecture, as a service on Iris.
 * Takes the addresses of Iris and a topic. Gives a page, a way to say something and a way to listen.
 * Promises: what is answered 201 is in Kafka, in the order of its sender; who listens hears everybody,
 * whatever instance they talk to, and goes on without loss after a broken connection. Nothing is held in
 * memory here: Iris keeps the messages. Bound: `bodyBytesMax` a message.
 */
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { IrisApi } from '@iris/local-stack/iris-api'
import { chatMessage, parseChatMessage, type ChatMessage } from './message.js'
import { readPage } from './page.js'

export interface ChatOptions {
  /** Who speaks where a request does not say so. */
  readonly name: string
  readonly topic: string
  /** Where Iris takes and gives messages. */
  readonly frontend: string
  readonly api: Pick<IrisApi, 'publish'>
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
}

export interface Chat {
  readonly url: string
  stop(): Promise<void>
}

const base = 'http://chat'
const bodyBytesMax = 16_384
/** Longer than the heartbeat of streams. */
const silenceMsMax = 60_000

/** Starts an instance. */
export async function startChat(options: ChatOptions): Promise<Chat> {
  const { host, port } = options
  const page = readPage()
  const server = createServer((request, response) => {
    const target = request.url ?? '/'
    if (!URL.canParse(target, base)) return answer(response, 400, { message: 'no address of the chat' })
    const url = new URL(target, base)
    const { pathname } = url
    const said = /^\/chat\/send\/([^/]+)$/.exec(pathname)?.[1]
    if (request.method === 'GET' && pathname === '/') sendPage(response, page)
    else if (request.method === 'GET' && pathname === '/chat/read') listen(options, url, request, response)
    else if (request.method === 'GET' && said !== undefined)
      send(options, response, chatMessage(url.searchParams.get('sender') ?? options.name, decoded(said)))
    else if (request.method === 'POST' && pathname === '/chat/send')
      void bodyOf(request).then(text => send(options, response, parseChatMessage(text)))
    else answer(response, 404, { message: 'GET /chat/send/{message}, POST /chat/send or GET /chat/read' })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => void server.close(resolve))
    },
  }
}

/** Exercise 2: messages of one sender have one key, so they share a partition and keep their order. */
function send(
  { api, topic }: ChatOptions,
  response: ServerResponse,
  message: ChatMessage | { readonly problem: string },
): void {
  if ('problem' in message) return answer(response, 400, { message: message.problem })
  const headers = { 'Partition-Key': encodeURIComponent(message.sender) }
  api.publish({ topic, body: JSON.stringify(message), headers }).then(
    published => {
      if (published.status !== 201) return answer(response, published.status, published.text)
      answer(response, 201, { id: published.headers.get('hermes-message-id'), ...message })
    },
    () => answer(response, 503, { message: 'Iris does not answer' }),
  )
}

/**
 * Exercises 1 and 3: only the messages of one sender, where one is named; from where the listener wants. The
 * stream of Iris is passed on as it is, with the place from which a browser goes on by itself.
 */
function listen(options: ChatOptions, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const query = new URLSearchParams({ envelope: 'true' })
  for (const name of ['from', 'replay', 'group']) {
    const value = url.searchParams.get(name)
    if (value !== null) query.set(name, value)
  }
  const sender = url.searchParams.get('sender')
  if (sender !== null && sender !== '') query.set('filter', `$.sender=${sender}`)
  const lastEventId = request.headers['last-event-id']
  const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }
  const address = `${options.frontend}/topics/${options.topic}/events?${query.toString()}`
  const upstream = get(address, { headers, agent: false, timeout: silenceMsMax }, stream => {
    const type = stream.headers['content-type'] ?? 'application/json'
    response.writeHead(stream.statusCode ?? 502, { 'Content-Type': type, 'Cache-Control': 'no-store' })
    stream.on('error', () => response.destroy()).pipe(response)
  })
  upstream.on('timeout', () => upstream.destroy())
  upstream.on('error', () => {
    if (response.headersSent) response.destroy()
    else answer(response, 503, { message: 'Iris does not answer' })
  })
  response.on('close', () => upstream.destroy())
}

/** The body as text, without what is beyond its bound: then it is no JSON any more. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes <= bodyBytesMax) pieces.push(piece)
    }
  } catch {
    return '' // who has gone reads no answer
  }
  return Buffer.concat(pieces).toString('utf8')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function sendPage(response: ServerResponse, { body, policy }: ReturnType<typeof readPage>): void {
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(body)
}

function answer(response: ServerResponse, status: number, body: object | string): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
