/**
 * What a REST resource is to us: a method, a path, and a function from request to answer.
 * Takes nothing of Express, so that resources are tested without a socket and the library can be swapped.
 */

import type { IncomingMessage } from 'node:http'
import { everybody, type Principal } from '../access/principal.js'
import { HermesError } from '../errors/hermes-error.js'

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** One request, read and decoded. */
export interface ApiRequest {
  readonly method: ApiMethod
  /** Decoded parts of the path by their names in the pattern. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON body; `null` where none was sent. Always `null` on routes that take none. */
  readonly body: unknown
  /** A header by its name in small letters; null where it was not sent. */
  header(name: string): string | null
  /** Who asks. */
  readonly principal: Principal
  /** From where, as the connection tells it: behind a proxy that is the proxy's. */
  readonly address: string
  /** Which of these media types the caller likes best; null when none of them will do. */
  preferred(types: readonly string[]): string | null
  /** Asks the guard once more, for answers that last: gives who asks, or rejects with the refusal. */
  judgeAgain(): Promise<Principal>
}

/** One answer. Without content the body is empty. */
export interface ApiAnswer {
  readonly status: number
  readonly content: Buffer | string | null
  /** The media type of the content. */
  readonly type: string
  readonly headers?: Readonly<Record<string, string>>
  /** Writes the rest as it comes, without a known end; then `content` is null. */
  readonly stream?: (to: AnswerStream) => void
}

/** The rest of an answer that lasts. Nothing is written any more once it has ended or its caller has gone. */
export interface AnswerStream {
  /** Bytes that the caller has not taken yet; who writes looks at it first. */
  waitingBytes(): number
  write(bytes: Buffer | string): void
  /** Ends the answer behind what was written. */
  end(): void
  /** Breaks the connection, whatever waits. */
  cut(): void
  /** Tells once when the caller has gone or the answer is over; at once where that is so already. */
  onGone(gone: () => void): void
}

/** One resource and method. */
export interface ApiRoute {
  readonly method: ApiMethod
  /** Such as `/topics/:topic`. */
  readonly path: string
  readonly takesJson: boolean
  /**
   * The media type it answers with; a request that accepts no such type is 406. Null: whatever is asked for.
   */
  readonly produces: string | null
  /** Messages, keys and people are for pages of the same origin only, whatever CORS lets others read. */
  readonly shows?: 'contents'
  handle(request: ApiRequest): Promise<ApiAnswer>
}

/** A request before its body, as a guard sees it. */
export interface ApiCall {
  readonly incoming: Pick<IncomingMessage, 'headers' | 'socket'>
  readonly method: string
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

/** A caller who may go on. */
export interface Admission {
  readonly principal: Principal
  /** Refuses what only the body tells to be refused; left out where there is nothing of that kind. */
  allows?(body: unknown): void
}

/** Stands in front of all routes. */
export interface ApiGuard {
  /** Whether it asks callers who they are, and so judges every credential; else everybody may everything. */
  readonly isAsking: boolean
  /** Gives who calls, or refuses. Nothing of the body was read yet. */
  admit(route: ApiRoute, call: ApiCall): Promise<Admission>
}

/** Lets everybody do everything. */
export const openGuard: ApiGuard = {
  isAsking: false,
  admit: () => Promise.resolve({ principal: everybody }),
}

const jsonType = 'application/json'
export const eventStreamType = 'text/event-stream'

/** A route without a body. */
export function reading(
  method: 'GET' | 'DELETE',
  path: string,
  handle: ApiRoute['handle'],
  produces: string | null = jsonType,
): ApiRoute {
  return { method, path, takesJson: false, produces, handle }
}

/** A route with a JSON body. */
export function writing(method: 'POST' | 'PUT', path: string, handle: ApiRoute['handle']): ApiRoute {
  return { method, path, takesJson: true, produces: jsonType, handle }
}

/** A JSON answer. */
export function jsonAnswer(value: unknown, status = 200): ApiAnswer {
  return { status, content: JSON.stringify(value), type: jsonType }
}

/** An answer whose JSON is there already. */
export function jsonTextAnswer(content: Buffer): ApiAnswer {
  return { status: 200, content, type: jsonType }
}

/** An answer without a body. */
export function emptyAnswer(status = 200): ApiAnswer {
  return { status, content: null, type: jsonType }
}

/** An answer of Server-Sent Events, for no cache and no proxy to keep. */
export function eventStreamAnswer(stream: (to: AnswerStream) => void): ApiAnswer {
  const headers = { 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' }
  return { status: 200, content: null, type: eventStreamType, headers, stream }
}

/** A plain text answer. */
export function textAnswer(content: string, type = 'text/plain', status = 200): ApiAnswer {
  return { status, content, type }
}

/** Texts of the framework errors, as Hermes' framework writes them. */
const statusTexts: Readonly<Record<number, string>> = {
  400: 'HTTP 400 Bad Request',
  403: 'HTTP 403 Forbidden',
  404: 'HTTP 404 Not Found',
  405: 'HTTP 405 Method Not Allowed',
  406: 'HTTP 406 Not Acceptable',
  413: 'HTTP 413 Request Entity Too Large',
}

/** The refusal of a request that no resource was asked about. */
export function frameworkError(status: number): HermesError {
  return new HermesError('OTHER', statusTexts[status] ?? `HTTP ${status}`, status)
}
