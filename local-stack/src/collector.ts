/**
 * A subscriber that counts: what came, how often, and whether the bytes are the expected ones.
 * Takes deliveries at `/<subscription>`. Gives the accounting of each subscription.
 * Promises: compares whole bodies by their SHA-256. Bound: one entry a message and subscription.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@iris/common/time/clock'
import { loopback } from './ports.js'

/** Many subscriptions dial at the same moment; beyond it they are made to wait for seconds. */
const waitingConnectionsMax = 4_096

/** What one subscription got. */
export interface Collected {
  /** Different messages that were accepted. */
  delivered: number
  /** Of these, those whose bytes are as published. */
  identical: number
  /** Accepted more than once. */
  repeated: number
  /** Different messages that were accepted and that nobody has registered. */
  unknown: number
  /** Refused on purpose. */
  refused: number
  /** Monotonic time of the last new message. */
  lastMs: number
}

/** The subscriber. */
export interface Collector {
  /** Without a slash at the end; add `/<subscription>`. */
  readonly url: string
  /** Registers a published message; before or after its delivery. */
  expect(messageId: string, body: Buffer): void
  collected(subscription: string): Collected
  stop(): Promise<void>
}

/** Whether to refuse this attempt with 503, to be tried again later. */
export type Refusal = (subscription: string, messageId: string, retryCount: number) => boolean

interface Account {
  readonly digests: Map<string, string>
  repeated: number
  refused: number
  lastMs: number
}

/** Starts the subscriber on a free port of loopback. */
export async function startCollector(isRefused: Refusal): Promise<Collector> {
  const accounts = new Map<string, Account>()
  const expected = new Map<string, string>()
  const accountOf = (subscription: string): Account => {
    const account = accounts.get(subscription) ?? { digests: new Map(), repeated: 0, refused: 0, lastMs: 0 }
    accounts.set(subscription, account)
    return account
  }
  const receive = async (request: IncomingMessage): Promise<number> => {
    const body = await digestOf(request)
    const subscription = (request.url ?? '/').slice(1)
    const account = accountOf(subscription)
    const messageId = String(request.headers['hermes-message-id'])
    if (isRefused(subscription, messageId, Number(request.headers['hermes-retry-count'] ?? 0))) {
      account.refused++
      return 503
    }
    if (account.digests.has(messageId)) account.repeated++
    else account.lastMs = systemClock.monotonic()
    account.digests.set(messageId, body)
    return 200
  }
  const server = createServer((request, response) => {
    receive(request).then(
      status => response.writeHead(status, { 'Content-Length': 0 }).end(),
      () => response.destroy(), // the sender went away
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: 0, host: loopback, backlog: waitingConnectionsMax }, resolve)
  })
  return {
    url: `http://${loopback}:${(server.address() as AddressInfo).port}`,
    expect: (messageId, body) => void expected.set(messageId, sha256(body)),
    collected(subscription) {
      const { digests, repeated, refused, lastMs } = accountOf(subscription)
      const known = [...digests].filter(([id]) => expected.has(id))
      const identical = known.filter(([id, digest]) => expected.get(id) === digest).length
      const unknown = digests.size - known.length
      return { delivered: known.length, identical, repeated, unknown, refused, lastMs }
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function digestOf(request: IncomingMessage): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of request as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('base64')
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64')
}
