/**
 * A receiver as a plugin of Fastify 4 or 5: `app.register(fastifyReceiver(receiver, { path: '/billing' }))`.
 * Takes a receiver and a path. Gives a plugin with a body parser of its own.
 * Promises: raw bytes here; what the rest of the application parses stays as it is.
 */
import type { Receiver } from './receiver.js'
import type { RequestHeaders } from './delivery.js'

/** What is needed of Fastify, so that this library does not depend on it. */
interface Instance {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parser: (request: unknown, body: Buffer, done: (error: Error | null, body?: Buffer) => void) => void,
  ): unknown
  setErrorHandler(handler: (error: { code?: string }, request: unknown, reply: Reply) => void): unknown
  post(path: string, handler: (request: Request, reply: Reply) => Promise<unknown>): unknown
}
interface Request {
  readonly headers: RequestHeaders
  readonly body?: unknown
}
interface Reply {
  code(status: number): Reply
  headers(values: Record<string, string>): Reply
  send(body: string): Reply
}

/** The plugin. Register it without `fastify-plugin`: the parser is to stay inside. */
export function fastifyReceiver(
  receiver: Receiver,
  { path }: { readonly path: string },
): (instance: Instance) => Promise<void> {
  const answerWith = (reply: Reply, answer: Awaited<ReturnType<Receiver['receive']>>): Reply =>
    reply
      .code(answer.status)
      .headers({ ...answer.headers })
      .send(answer.body)
  return instance => {
    instance.removeAllContentTypeParsers()
    const options = { parseAs: 'buffer', bodyLimit: receiver.bodyBytesMax } as const
    instance.addContentTypeParser('*', options, (_request, body, done) => done(null, body))
    instance.setErrorHandler(({ code = 'unknown' }, _request, reply) => {
      const isTooLarge = code === 'FST_ERR_CTP_BODY_TOO_LARGE'
      const text = `Fastify could not read the request: ${code}`
      answerWith(reply, isTooLarge ? receiver.tooLarge() : receiver.misplaced(text))
    })
    instance.post(path, async ({ headers, body }, reply) =>
      answerWith(
        reply,
        await receiver.receive({ headers, body: body instanceof Uint8Array ? body : Buffer.alloc(0) }),
      ),
    )
    return Promise.resolve()
  }
}
