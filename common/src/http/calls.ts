/**
 * Calls to servers that the configuration names, such as a schema registry.
 * Takes a method, a URL, a body and a time limit. Gives status and text of any answer.
 * Promises: ends within the limit; reads at most `answerBytesMax`; follows no redirect. No address guard
 * stands in between: who configures Iris may name any address.
 */
import { Agent, type buildConnector } from 'undici'
import { DeadlineExceeded, type Scheduler } from '../time/scheduler.js'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly limitMs: number
}

/** Any answer that came whole. */
export interface CallAnswer {
  readonly status: number
  readonly text: string
}

export interface Caller {
  /** Rejects when no answer came whole and in time. */
  call(call: Call): Promise<CallAnswer>
  /** Ends everything under way. */
  stop(): Promise<void>
}

export interface CallerOptions {
  /** How long a connection is kept that nobody uses. */
  readonly idleMs: number
  /** Connections to one server; further calls wait within their limits. */
  readonly connectionsMax: number
  /** How to connect; Node's own way, with the public authorities, where it is not said. */
  readonly connect?: buildConnector.connector
}

const answerBytesMax = 4 * 1024 * 1024
const connectMs = 10_000

/** Makes a caller. It connects to nothing until it is used. */
export function createCaller(scheduler: Scheduler, options: CallerOptions): Caller {
  const agent = new Agent({
    keepAliveTimeout: options.idleMs,
    keepAliveMaxTimeout: options.idleMs,
    connections: options.connectionsMax,
    maxResponseSize: answerBytesMax,
    // The call's own limit holds; these are only not to outlive it for long.
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    connectTimeout: connectMs,
    ...(options.connect === undefined ? {} : { connect: options.connect }),
  })
  return {
    async call({ method, url, headers, body, limitMs }) {
      const late = new AbortController()
      const cancel = scheduler.after(limitMs, () => late.abort(new DeadlineExceeded(url, limitMs)))
      try {
        const { origin, pathname, search } = new URL(url)
        const answer = await agent.request({
          ...{ origin, path: pathname + search, method, headers, body },
          signal: late.signal,
        })
        return { status: answer.statusCode, text: await answer.body.text() }
      } finally {
        cancel()
      }
    },
    stop: () => agent.destroy(),
  }
}
