/**
 * A way to a frontend that fails at first.
 * Takes a target and how many requests fail. Gives its address and the paths of all requests so far.
 * Promises: the first fails with a cut connection, the next ones with 503, the rest go through unchanged.
 */
import { createServer, request as askTarget, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FailingProxy {
  readonly url: string
  /** Path of each request, in the order of arrival. */
  paths(): readonly string[]
  stop(): Promise<void>
}

/** Starts it on a free port of loopback. */
export async function startFailingProxy(target: string, failures: number): Promise<FailingProxy> {
  const seen: string[] = []
  const pass = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const { method, headers, url = '/' } = incoming
    const options = { method, headers }
    const outgoing = askTarget(target + url, options, response => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  }
  const server = createServer((incoming, answer) => {
    seen.push(incoming.url ?? '')
    if (seen.length > failures) return pass(incoming, answer)
    if (seen.length === 1) return void incoming.socket.destroy()
    incoming.resume()
    incoming.on('end', () => answer.writeHead(503).end())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths: () => seen,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
