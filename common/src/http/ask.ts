/**
 * Short questions to processes of our own installation, such as their status pages.
 * Takes a URL and a time limit. Gives the JSON of a 200 answer.
 * Promises: ends within the limit; reads at most `answerBytesMax`; follows nothing. The addresses come from
 * our own ZooKeeper nodes, so no address guard stands in between.
 */
import { Agent } from 'undici'
import { DeadlineExceeded, type Scheduler } from '../time/scheduler.js'

export interface Asker {
  /** Rejects with a sentence when there is no 200 answer with JSON in time. */
  json(url: string, limitMs: number): Promise<unknown>
  /** Ends everything under way. */
  stop(): Promise<void>
}

const answerBytesMax = 4 * 1024 * 1024
const idleMs = 1_000

/** Makes an asker. It keeps no connection for longer than a moment. */
export function createAsker(scheduler: Scheduler): Asker {
  const agent = new Agent({
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    maxResponseSize: answerBytesMax,
    // The question's own limit holds; these are only not to outlive it for long.
    headersTimeout: 30_000,
    bodyTimeout: 30_000,
    connectTimeout: 10_000,
  })
  return {
    async json(url, limitMs) {
      const late = new AbortController()
      const cancel = scheduler.after(limitMs, () => late.abort(new DeadlineExceeded(url, limitMs)))
      try {
        const { origin, pathname, search } = new URL(url)
        const { statusCode, body } = await agent.request({
          ...{ origin, path: pathname + search, method: 'GET' },
          headers: { Accept: 'application/json' },
          signal: late.signal,
        })
        const text = await body.text()
        if (statusCode !== 200) throw new Error(`it answered ${statusCode}`)
        return JSON.parse(text) as unknown
      } finally {
        cancel()
      }
    },
    stop: () => agent.destroy(),
  }
}
