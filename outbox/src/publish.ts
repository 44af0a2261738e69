/**
 * One `POST` to Iris for a message.
 * Takes the addresses of frontends. Gives the answer, or why there is none.
 * Promises: ends within its deadline and never rejects; another try goes to the next frontend; at most
 * 64 KiB of an answer are read. Bound: as many connections as requests may be under way.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { systemScheduler } from '@iris/common/time/scheduler'
import { headersOf, type OutboxMessage } from './message.js'
import type { PublishAnswer } from './relay/judge.js'
import type { Publish } from './relay/relay.js'

export interface PublishOptions {
  /** At least one, such as `http://127.0.0.1:8080`. */
  readonly frontends: readonly URL[]
  /** Of every request, such as `Bearer …`; null for none. */
  readonly authorization: string | null
  /** A whole request, dial to last byte. */
  readonly timeoutMs: number
  readonly inflightMax: number
}

/** A way to publish, and its end. */
export interface Publisher {
  readonly publish: Publish
  stop(): void
}

const answerBytesMax = 65_536
const stopped = 'the relay stops'
/** Iris tells by it who publishes. */
const ours = { 'User-Agent': 'iris-outbox' }

/** Makes a publisher; it connects to nothing until it is used. */
export function createPublisher(options: PublishOptions): Publisher {
  const { frontends, authorization, timeoutMs, inflightMax } = options
  const pooled = { keepAlive: true, maxSockets: inflightMax }
  const agents = { 'http:': new HttpAgent(pooled), 'https:': new HttpsAgent(pooled) }
  const credentials = authorization === null ? {} : { Authorization: authorization }
  const begin = (message: OutboxMessage, tries: number): ClientRequest => {
    const frontend = frontends[tries % frontends.length]
    if (frontend === undefined) throw new TypeError('a publisher needs a frontend')
    const isSecure = frontend.protocol === 'https:'
    return (isSecure ? httpsRequest : httpRequest)(pathOf(frontend, message), {
      method: 'POST',
      agent: isSecure ? agents['https:'] : agents['http:'],
      headers: { ...ours, ...headersOf(message), ...credentials, 'Content-Length': message.body.length },
    })
  }
  return {
    async publish(message, tries, signal) {
      if (signal.aborted) return { kind: 'none', problem: stopped }
      let request: ClientRequest
      try {
        request = begin(message, tries)
      } catch (error) {
        return noAnswer(error) // such as a line break in the credentials
      }
      const stop = (): void => void request.destroy(new Error(stopped))
      signal.addEventListener('abort', stop)
      const cancel = systemScheduler.after(timeoutMs, () =>
        request.destroy(new Error(`no answer in ${timeoutMs} ms`)),
      )
      try {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          request.once('response', resolve)
          // Stays: an error behind the answer must not be one that nobody hears.
          request.on('error', reject)
          request.end(message.body)
        })
        return await read(answer)
      } catch (error) {
        return noAnswer(error)
      } finally {
        cancel()
        signal.removeEventListener('abort', stop)
      }
    },
    stop() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

function noAnswer(error: unknown): PublishAnswer {
  return { kind: 'none', problem: error instanceof Error ? error.message : String(error) }
}

function pathOf(frontend: URL, { topic }: OutboxMessage): URL {
  return new URL(`${frontend.pathname.replace(/\/$/, '')}/topics/${topic}`, frontend)
}

async function read(answer: IncomingMessage): Promise<PublishAnswer> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    byteCount += chunk.length
    if (byteCount > answerBytesMax) break // also closes the connection
  }
  const retryAfter = answer.headers['retry-after'] ?? null
  return {
    kind: 'answer',
    status: answer.statusCode ?? 0,
    retryAfter,
    text: Buffer.concat(chunks).toString('utf8'),
  }
}
