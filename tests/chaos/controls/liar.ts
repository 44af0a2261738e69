/**
 * A wrong system on purpose, in front of a right one: it says 201 and 202 before anybody has the message, and
 * forgets what an `Idempotency-Key` is for.
 * Takes a frontend's address. Gives an address that lies. The oracle must catch each of its lies.
 */
import { randomUUID } from 'node:crypto'
import { createServer, request, Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const loopback = '127.0.0.1'
const passMs = 5_000
const hopByHop: ReadonlySet<string> = new Set(['connection', 'host', 'keep-alive'])

export interface Liar {
  readonly url: string
  close(): Promise<void>
}

/** Begins to lie in front of `upstream`. */
export async function startLiar(upstream: string): Promise<Liar> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', () => undefined)
    incoming.on('end', () => lie({ upstream, agent, incoming, answer, body: Buffer.concat(chunks) }))
  })
  await new Promise<void>(resolve => void server.listen(0, loopback, resolve))
  return {
    url: `http://${loopback}:${(server.address() as AddressInfo).port}`,
    close() {
      agent.destroy()
      server.closeAllConnections()
      return new Promise(resolve => void server.close(() => resolve()))
    },
  }
}

interface Exchange {
  readonly upstream: string
  readonly agent: Agent
  readonly incoming: IncomingMessage
  readonly answer: ServerResponse
  readonly body: Buffer
}

/** One lie for each kind of message; everything else is passed on as it is. */
function lie(exchange: Exchange): void {
  const { incoming, answer } = exchange
  const { headers, method, url = '' } = incoming
  if (method !== 'POST' || url.includes('batch') || isForLater(incoming)) return pass(exchange, false)
  if (headers['idempotency-key'] !== undefined) return pass(exchange, false)
  const id = randomUUID()
  if (headers.prefer === undefined) answer.writeHead(201, { 'Hermes-Message-Id': id }).end()
  else {
    const location = `${url}/messages/${id}`
    const told = { 'Hermes-Message-Id': id, Location: location, 'Preference-Applied': 'respond-async' }
    answer.writeHead(202, told).end()
  }
  pass(exchange, true)
}

function isForLater({ headers }: IncomingMessage): boolean {
  return headers['deliver-at'] !== undefined || headers['deliver-after'] !== undefined
}

/** Passes the request on without its key, and without what it prefers; nobody waits for what is answered. */
function pass({ upstream, agent, incoming, answer, body }: Exchange, isAnswered: boolean): void {
  const left = new Set([...hopByHop, 'idempotency-key', 'prefer'])
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !left.has(name)))
  const options = { agent, method: incoming.method, headers, timeout: passMs }
  const outgoing = request(new URL(incoming.url ?? '', upstream), options, reply => {
    reply.on('error', () => answer.destroy())
    if (isAnswered) return void reply.resume()
    answer.writeHead(reply.statusCode ?? 502, reply.headers)
    reply.pipe(answer)
  })
  outgoing.on('timeout', () => outgoing.destroy())
  outgoing.on('error', () => answer.destroy())
  outgoing.end(body)
}
