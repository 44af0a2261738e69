/**
 * Short questions to processes of our own installation, such as their status pages.
 * Takes a URL and a time limit. Gives the JSON of a 200 answer.
 * Promises: ends within the limit; follows nothing. The addresses come from our own ZooKeeper nodes.
 */
import type { Scheduler } from '../time/scheduler.js'
import { createCaller } from './calls.js'

export interface Asker {
  /** Rejects with a sentence when there is no 200 answer with JSON in time. */
  json(url: string, limitMs: number, headers?: Readonly<Record<string, string>>): Promise<unknown>
  /** Ends everything under way. */
  stop(): Promise<void>
}

const options = { idleMs: 1_000, connectionsMax: 64 }

/** Makes an asker. It keeps no connection for longer than a moment. */
export function createAsker(scheduler: Scheduler): Asker {
  const caller = createCaller(scheduler, options)
  const accepted = { Accept: 'application/json' }
  return {
    async json(url, limitMs, more) {
      const headers = { ...accepted, ...more }
      const { status, text } = await caller.call({ method: 'GET', url, headers, body: null, limitMs })
      if (status !== 200) throw new Error(`it answered ${status}`)
      return JSON.parse(text) as unknown
    },
    stop: () => caller.stop(),
  }
}
