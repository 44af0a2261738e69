/**
 * Routes on a bare server: Express' Router without its application.
 * Takes exact paths with their one method. Gives a handler for a listener.
 * Promises: letters count, a trailing slash counts unless the path says otherwise; a known path with another
 * method (HEAD and OPTIONS too) is 405, an unknown path 404, an undecodable one 400, each with an empty body.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Router, type Request, type Response } from 'express'
import type { RequestHandler } from './server.js'

/** Decoded parts of a path by name. */
export type PathParameters = Readonly<Record<string, string>>

export interface Route {
  readonly method: 'GET' | 'POST'
  /** As Express writes it: `/status/ping`, `/topics/:name{/}`. */
  readonly path: string
  handle(request: IncomingMessage, response: ServerResponse, parameters: PathParameters): void
}

/** Makes the handler of a table of routes. `onDefect` hears of a handler that threw, after the 500. */
export function createRoutes(routes: readonly Route[], onDefect: (error: unknown) => void): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true })
  for (const route of routes) {
    // `all`, because the Router answers HEAD and OPTIONS by itself on a path that has GET.
    router.all(route.path, (request: Request, response: Response) => {
      if (request.method === route.method) route.handle(request, response, request.params as PathParameters)
      else answerEmpty(response, 405)
    })
  }
  return (request, response) =>
    router(request as Request, response as Response, (error: unknown) => {
      const isUndecodable = (error as { status?: unknown } | undefined)?.status === 400
      if (error === undefined || error === null) answerEmpty(response, 404)
      else if (isUndecodable) answerEmpty(response, 400)
      else {
        answerEmpty(response, 500)
        onDefect(error)
      }
    })
}

/** A status without a body. */
export function answerEmpty(response: ServerResponse, status: number): void {
  if (response.headersSent) return
  response.writeHead(status, ['Content-Length', '0'])
  response.end()
}

/** What says of a JSON answer what it is, and that no cache keeps it: it is true for this moment only. */
export const jsonHeaders: readonly string[] = [
  'Content-Type',
  'application/json',
  'Cache-Control',
  'no-store',
]

/** An answer that is there whole; `headers` are names and values in turn, and its length is added. */
export function answerWhole(
  response: ServerResponse,
  status: number,
  headers: readonly string[],
  body: string | Buffer,
): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(body))])
  response.end(body)
}
