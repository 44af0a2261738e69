/**
 * One HTTP exchange of the publisher.
 * Takes a request. Gives what came back; `noReply` when nothing whole did.
 * Promises: resolves within the deadline, never rejects, and tells a request that cannot have been read.
 */
import { request, type Agent } from 'node:http'
import { systemScheduler } from '@iris/common/time/scheduler'

/** A frontend as its publishers reach it. */
export interface Gate {
  readonly url: string
  readonly agent: Agent
}

export interface Reply {
  /** 0: no whole answer. */
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
  /** The connection was refused: no byte of the message went out. */
  readonly isUnsent: boolean
}

export interface Sending {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The publisher goes away after so long, whatever is under way; 0: it stays. */
  readonly hangUpMs: number
}

/** More than the broker's own budgets, so that its answer comes first. */
const answerMs = 10_000

const noReply: Reply = { status: 0, headers: {}, body: '', isUnsent: false }

/** Sends `sending` to `gate`. */
export function exchange(gate: Gate, sending: Sending): Promise<Reply> {
  const { method, path, headers, body, hangUpMs } = sending
  return new Promise(resolve => {
    const options = {
      method,
      agent: gate.agent,
      headers: { ...headers, ...(method === 'POST' ? { 'Content-Length': body.length } : {}) },
      timeout: answerMs,
    }
    const outgoing = request(new URL(path, gate.url), options, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', () => resolve(noReply))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
          isUnsent: false,
        }),
      )
    })
    outgoing.on('timeout', () => outgoing.destroy())
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ ...noReply, isUnsent: error.code === 'ECONNREFUSED' }),
    )
    outgoing.end(body)
    if (hangUpMs > 0) {
      const stay = systemScheduler.after(hangUpMs, () => outgoing.destroy(new Error('gone')))
      outgoing.on('close', stay)
    }
  })
}

/** The value of a header, empty where there is none. */
export function headerOf({ headers }: Reply, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
