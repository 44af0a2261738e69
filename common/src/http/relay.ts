/**
 * HTTP exchanges passed on whole to a process of our own installation.
 * Takes a request with its body. Gives the whole answer, or why there is none and whether anything was sent.
 * Promises: ends within its limit; follows nothing. The addresses come from our own ZooKeeper nodes, so no
 * address guard stands in between. Bounds: connections to one process, open exchanges, bytes of an answer.
 */
import { Agent } from 'undici'
import type { Scheduler } from '../time/scheduler.js'
import { canBeSent } from './header-rules.js'

/** A request to pass on. */
export interface RelayRequest {
  /** Such as `http://10.0.0.1:8080`. */
  readonly origin: string
  readonly method: 'GET' | 'POST'
  /** Path and query, as in the request line. */
  readonly path: string
  /** Name, value, name, value. Lines of the connection, and those no client can send, are left out. */
  readonly headers: readonly string[]
  /** Null where there is none. */
  readonly body: Buffer | null
  /** For all of it: wait for a connection, dial, send, and the whole answer. */
  readonly limitMs: number
}

export type RelayResult =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Name, value, name, value, as they came. */
      readonly headers: readonly string[]
      readonly body: Buffer
    }
  /** `isUnsent`: the other side surely has not seen any of it. */
  | { readonly kind: 'failed'; readonly isUnsent: boolean; readonly detail: string }

export interface Relay {
  /** Never rejects. */
  exchange(request: RelayRequest): Promise<RelayResult>
  /** Ends everything under way. */
  stop(): Promise<void>
}

export interface RelayOptions {
  /** Connections to one process; requests beyond wait for one, and their time runs. */
  readonly connectionsMax: number
  /** Exchanges under way, waiting ones too; beyond it none is begun. */
  readonly exchangesMax: number
  readonly connectTimeoutMs: number
}

const answerBytesMax = 1024 * 1024
/** Far below the time after which our own listeners close an idle connection. */
const idleMs = 2_000

/** Failures before a byte was written. */
const unsentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Makes a relay. It opens nothing until something is passed on. */
export function createRelay(scheduler: Scheduler, options: RelayOptions): Relay {
  const agent = new Agent({
    connections: options.connectionsMax,
    pipelining: 1,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    maxResponseSize: answerBytesMax,
    connectTimeout: options.connectTimeoutMs,
    // The exchange's own limit holds.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let openCount = 0

  const send = async (request: RelayRequest): Promise<RelayResult> => {
    const late = new AbortController()
    const cancel = scheduler.after(request.limitMs, () =>
      late.abort(new Error(`no whole answer within ${request.limitMs} ms`)),
    )
    try {
      const { origin, path, method, body } = request
      const answer = await agent.request({
        ...{ origin, path, method, body },
        headers: sendable(request.headers),
        responseHeaders: 'raw',
        signal: late.signal,
      })
      const content = Buffer.from(await answer.body.arrayBuffer())
      const headers = answer.headers as unknown as readonly string[]
      return { kind: 'answer', status: answer.statusCode, headers, body: content }
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException
      return { kind: 'failed', isUnsent: unsentCodes.has(code), detail: message === '' ? code : message }
    } finally {
      cancel()
    }
  }

  return {
    async exchange(request) {
      if (openCount >= options.exchangesMax)
        return { kind: 'failed', isUnsent: true, detail: 'too many requests are being passed on already' }
      openCount++
      try {
        return await send(request)
      } finally {
        openCount--
      }
    },
    stop: () => agent.destroy(),
  }
}

function sendable(headers: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = [headers[index], headers[index + 1]]
    if (canBeSent(name, value) && name.toLowerCase() !== 'host') kept.push(name, value)
  }
  return kept
}
