/**
 * A service that receives with `@iris/receiver`, as a user of Iris would write it.
 * Takes a handler. Gives its address, its key, and what went wrong in it.
 * Promises: nothing but the library between Iris and the handler; deliveries must be signed.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { httpListener } from '@iris/receiver/http'
import { createReceiver, type Handler, type Problem } from '@iris/receiver/receiver'

/** A running service. */
export interface LibraryReceiver {
  readonly url: string
  /** Members of a subscription that delivers to it. */
  readonly signing: { readonly keys: readonly string[] }
  readonly problems: readonly Problem[]
  stop(): Promise<void>
}

const keys = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']

/** Starts it on a free port of loopback. */
export async function startLibraryReceiver(handle: Handler): Promise<LibraryReceiver> {
  const problems: Problem[] = []
  const receiver = createReceiver({ keys, handle, onProblem: problem => void problems.push(problem) })
  const server = createServer(httpListener(receiver))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    signing: { keys },
    problems,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
