/**
 * A hardened Express application over a table of routes.
 * Takes routes and limits. Gives a request listener for the hardened server of `server.ts`.
 * Promises: every answer but a page's files carries the CORS headers; every refusal is `{"message","code"}`;
 * nothing is parsed but JSON under a size and a depth, once the guard has let it in; no page of another
 * origin changes anything or reads contents, which no cache keeps; a broken invariant still ends the process.
 */
import type { RequestListener } from 'node:http'
import compression from 'compression'
import express, { type Request, type Response } from 'express'
import { HermesError } from '../errors/hermes-error.js'
import { problemType, writeProblem } from '../errors/problem.js'
import { BrokenInvariant } from '../lifecycle/invariant.js'
import type { Log } from '../lifecycle/log.js'
import {
  eventStreamType,
  frameworkError,
  type ApiAnswer,
  type ApiCall,
  type ApiGuard,
  type ApiMethod,
  type ApiRoute,
} from './api.js'
import { readBody } from './body.js'
import { beginStream } from './answer-stream.js'
import { decisiveHeaders, refuseCrossSite } from './cross-site.js'
import { createDepartures, type Departures } from './departures.js'
import type { HostCheck } from './host-names.js'
import { parseJsonBody } from './json-body.js'
import { pageFiles } from './page-files.js'

export interface ExpressAppOptions {
  readonly bodyBytesMax: number
  /** Value of `Access-Control-Allow-Origin`; unless it is `*`, its pages may do all that ours may. */
  readonly allowedOrigin: string
  readonly guard: ApiGuard
  /** By which names it may be called. */
  readonly checkHost: HostCheck
  /** A folder whose files anybody may read where no route has the path; none when left out. */
  readonly filesBelow?: string
}

const allowedHeaders = [
  'X-Requested-With',
  'Content-Type',
  'Accept',
  'Origin',
  'Authorization',
  'Hermes-Admin-Password',
]
const allowedMethods = 'POST,PUT,GET,HEAD,DELETE'
const preflightMaxAgeS = '1209600'

/** Makes the application. Paths match with or without one slash at their end, letter case matters. */
export function createExpressApp(
  log: Log,
  options: ExpressAppOptions,
  routes: readonly ApiRoute[],
): RequestListener {
  const app = express()
  const departures = createDepartures()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', false)
  app.set('trust proxy', false)
  app.enable('case sensitive routing')
  app.use((request, response, next) => {
    if (!request.path.startsWith('/assets/')) addCommon(response, options.allowedOrigin)
    next(options.checkHost(request.headers.host) ?? undefined)
  })
  app.use(compression({ filter: isWorthwhile }))
  for (const route of routes) {
    app[verbOf(route.method)](route.path, (request: Request, response: Response) =>
      serve(route, request, response, { ...options, departures }),
    )
  }
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(path, (request: Request, response: Response) => {
      if (request.method !== 'OPTIONS') throw frameworkError(405)
      response.setHeader('Allow', methods.join(','))
      write(response, { status: 200, content: null, type: '' })
    })
  }
  if (options.filesBelow !== undefined) app.use(...pageFiles(options.filesBelow))
  app.use(() => {
    throw frameworkError(404)
  })
  app.use((error: unknown, request: Request, response: Response, next: (error: unknown) => void) => {
    if (response.headersSent) return next(error)
    answerError(log, request, response, error)
  })
  return app
}

/** Events of a stream go out as they come; all other text is worth it (lists of thousands of names). */
function isWorthwhile(request: Request, response: Response): boolean {
  const isStream = String(response.getHeader('Content-Type')).startsWith(eventStreamType)
  return !isStream && compression.filter(request, response)
}

async function serve(
  route: ApiRoute,
  request: Request,
  response: Response,
  options: ExpressAppOptions & { readonly departures: Departures },
): Promise<void> {
  const { method, headers } = request
  const { allowedOrigin, guard } = options
  const trust = { allowedOrigin, isAsking: guard.isAsking }
  const showsContents = route.shows === 'contents'
  if (showsContents) keepFromCaches(response)
  refuseCrossSite({ method, showsContents }, headers, trust)
  const call = callOf(request)
  const admission = await guard.admit(route, call)
  if (route.produces !== null && !accepts(request, route.produces)) throw frameworkError(406)
  const body = route.takesJson ? await jsonOf(request, options.bodyBytesMax) : null
  admission.allows?.(body)
  const answer = await route.handle({
    method: route.method,
    params: call.params,
    query: call.query,
    body,
    header: name => headerOf(request, name),
    principal: admission.principal,
    address: request.socket.remoteAddress ?? '',
    judgeAgain: async () => (await guard.admit(route, call)).principal,
    preferred: types => request.accepts([...types]) || types.find(type => accepts(request, type)) || null,
  })
  if (answer.stream === undefined) write(response, answer)
  else beginStream({ request, response, departures: options.departures }, answer, answer.stream)
}

/** Who names problem details says how a refusal should look, and not that no other answer would do. */
function accepts(request: Request, type: string): boolean {
  return request.accepts([type, problemType]) !== false
}

function headerOf(request: Request, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' ? value : (value?.join(', ') ?? null)
}

function callOf(request: Request): ApiCall {
  const { method, path } = request
  const query = new URL(request.url, 'http://unused').searchParams
  return { incoming: request, method, path, params: request.params as Record<string, string>, query }
}

/** Without a body there is no media type to refuse: Hermes then sees `null`. */
async function jsonOf(request: Request, bytesMax: number): Promise<unknown> {
  const type = request.headers['content-type']
  const hasBody = request.headers['content-length'] !== '0' && hasBodyHeaders(request)
  if (type === undefined ? hasBody : !/^application\/json\s*(;|$)/i.test(type)) {
    throw new HermesError('VALIDATION_ERROR', 'HTTP 415 Unsupported Media Type', 415)
  }
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HermesError('UNSUPPORTED_CONTENT_ENCODING', `Content-Encoding ${encoding} is not accepted`)
  }
  return parseJsonBody(await bytesOf(request, bytesMax))
}

function hasBodyHeaders(request: Request): boolean {
  return request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
}

function bytesOf(request: Request, bytesMax: number): Promise<Buffer> {
  if (request.headers.expect !== undefined) request.res?.writeContinue()
  return new Promise((resolve, reject) => {
    readBody(request, bytesMax, {
      onBody: resolve,
      onBodyFailed: failure => reject(frameworkError(failure === 'tooLarge' ? 413 : 400)),
      mayHold: () => true,
    })
  })
}

function write(response: Response, answer: ApiAnswer): void {
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  const content = typeof answer.content === 'string' ? Buffer.from(answer.content) : answer.content
  if (content !== null) response.setHeader('Content-Type', answer.type)
  if (answer.status !== 204) response.setHeader('Content-Length', content?.length ?? 0)
  response.end(content ?? undefined)
}

function answerError(log: Log, request: Request, response: Response, error: unknown): void {
  const refused = refusalOf(error)
  if (refused.status >= 500 && !(error instanceof HermesError)) {
    log.error('http.failed', { method: request.method, path: request.path, error })
  }
  if (refused.status === 413) response.setHeader('Connection', 'close')
  const { status, headers } = refused
  const { contentType, body } = writeProblem(refused, request.headers.accept)
  write(response, { status, content: body, type: contentType, headers })
  // A defect of ours is answered and then ends the process: `runService` does that for what nobody catches.
  if (error instanceof BrokenInvariant) {
    setImmediate(() => {
      throw error
    })
  }
}

function refusalOf(error: unknown): HermesError {
  if (error instanceof HermesError) return error
  // Express itself throws only for parts of a path that cannot be decoded.
  if (error instanceof URIError) return frameworkError(400)
  return new HermesError('OTHER', 'Something went wrong in the service; its log says what', 500)
}

function addCommon(response: Response, allowedOrigin: string): void {
  // What somebody published may look like a page or a script to a browser that guesses.
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Access-Control-Allow-Origin', allowedOrigin)
  response.setHeader('Access-Control-Allow-Methods', allowedMethods)
  response.setHeader('Access-Control-Max-Age', preflightMaxAgeS)
  response.setHeader('Access-Control-Allow-Headers', allowedHeaders)
}

/** Refusals of what shows contents, too. */
function keepFromCaches(response: Response): void {
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Vary', decisiveHeaders)
}

function methodsByPath(routes: readonly ApiRoute[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { path, method } of routes) {
    const methods = found.get(path) ?? ['OPTIONS']
    methods.push(...(method === 'GET' ? ['GET', 'HEAD'] : [method]))
    found.set(path, methods)
  }
  return found
}

function verbOf(method: ApiMethod): 'get' | 'post' | 'put' | 'delete' {
  return method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'
}
