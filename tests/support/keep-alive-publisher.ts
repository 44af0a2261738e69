/**
 * A publisher that keeps one connection and knows several frontends.
 * Takes their addresses. Gives the status of each message, or the code of the error that it would see.
 * Promises: only a refused connection is tried at the next address; everything else is the caller's to judge.
 */
import { Agent, request } from 'node:http'

export interface KeepAlivePublisher {
  publish(): Promise<string>
  close(): void
}

const body = '{"kept":true}'

/** Makes a publisher that begins at the address of this index. */
export function createPublisher(urls: readonly string[], first: number): KeepAlivePublisher {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let at = first
  const once = (): Promise<string> =>
    new Promise(resolve => {
      const options = { method: 'POST', agent, headers: { 'Content-Length': body.length } }
      const asked = request(urls[at % urls.length] ?? '', options, answer => {
        answer.resume()
        answer.on('end', () => resolve(String(answer.statusCode)))
        answer.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      })
      asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      asked.end(body)
    })
  return {
    async publish() {
      for (let tries = 0; ; tries++) {
        const outcome = await once()
        if (outcome !== 'ECONNREFUSED' || tries >= urls.length) return outcome
        at++
      }
    },
    close: () => agent.destroy(),
  }
}
