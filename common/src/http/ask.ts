/**
 * Short questions to processes of our own installation, such as their status pages.
 * Takes a URL and a time limit. Gives the JSON of a 200 answer.
 * Promises: ends within the limit; follows nothing. The addresses come from our own ZooKeeper nodes, and with
 * them the certificate of a process that speaks TLS: it is asked over a connection of its own.
 */
import type { Scheduler } from '../time/scheduler.js'
import { createCaller, type Call, type Caller } from './calls.js'
import { connectPinned, type OwnCertificate } from './pinned.js'

export interface Asker {
  /** Rejects with a sentence when there is no 200 answer with JSON in time. */
  json(url: string, limitMs: number, how?: HowToAsk): Promise<unknown>
  /** Ends everything under way. */
  stop(): Promise<void>
}

export interface HowToAsk {
  readonly headers?: Readonly<Record<string, string>>
  /** Fingerprint of the certificate that the other is told to have; null for one that nobody told. */
  readonly certificate?: string | null
}

const options = { idleMs: 1_000, connectionsMax: 64 }

/** Makes an asker that keeps no connection for longer than a moment. `own`: what it shows who asks for it. */
export function createAsker(scheduler: Scheduler, own: OwnCertificate | null = null): Asker {
  const caller = createCaller(scheduler, options)
  const pinned = new Set<Caller>()
  let isStopped = false

  const callPinned = async (
    call: Call,
    certificate: string,
  ): Promise<Awaited<ReturnType<Caller['call']>>> => {
    if (isStopped) throw new Error('nobody is asked any more')
    const connect = connectPinned(certificate, own, call.limitMs)
    const once = createCaller(scheduler, { ...options, connectionsMax: 1, connect })
    pinned.add(once)
    try {
      return await once.call(call)
    } finally {
      pinned.delete(once)
      await once.stop()
    }
  }

  return {
    async json(url, limitMs, { headers = {}, certificate = null } = {}) {
      const accepted = { Accept: 'application/json', ...headers }
      const call: Call = { method: 'GET', url, headers: accepted, body: null, limitMs }
      const { status, text } = await (certificate === null
        ? caller.call(call)
        : callPinned(call, certificate))
      if (status !== 200) throw new Error(`it answered ${status}`)
      return JSON.parse(text) as unknown
    },
    async stop() {
      isStopped = true
      await Promise.all([caller, ...pinned].map(each => each.stop()))
    },
  }
}
