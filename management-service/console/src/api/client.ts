/**
 * The way to management.
 * Takes calls. Gives their answers, typed for reads by management's own description of itself; every
 * refusal is thrown as an `ApiProblem`, and a missing key opens the dialog that asks for one.
 */
import createFetchClient, { type Middleware } from 'openapi-fetch'
import createQueryHooks from 'openapi-react-query'
import { addressOf, type Call } from './call.js'
import { noteCall } from './calls.js'
import type { components, paths } from './openapi.js'
import { ApiProblem, isForbidden, problemOf, unreachable } from './problem.js'
import { refuseKey, session } from './session.js'
import { noteAnswer, noteSilence } from './silence.js'
import { noteVersion } from './versions.js'

/** The shapes that have a name in management's description. */
export type Shapes = components['schemas']

/** What a read of this path answers. */
export type ReadOf<Path extends keyof paths> = paths[Path] extends {
  readonly get: { readonly responses: { readonly 200: { readonly content: infer Content } } }
}
  ? Content extends { readonly 'application/json': infer Told }
    ? Told
    : never
  : never

const scheme = 'Bearer '
/** What a read accepts. */
export const accepted = 'application/json, application/problem+json'

const middleware: Middleware = {
  onRequest({ request }) {
    addHeaders(request.headers)
    const { pathname, searchParams } = new URL(request.url)
    const query = Object.fromEntries(searchParams)
    if (request.method === 'GET') noteCall({ method: 'GET', path: pathname, query })
    return request
  },
  async onResponse({ request, response }) {
    noteAnswer()
    if (!response.ok) throw await problemIn(response, request.headers)
    noteRead(request.method, new URL(request.url).pathname, response)
  },
  onError({ error }) {
    if (error instanceof ApiProblem) return error
    noteSilence(error)
    return unreachable(error)
  },
}

const fetchClient = createFetchClient<paths>({ baseUrl: location.origin })
fetchClient.use(middleware)

const hooks = createQueryHooks(fetchClient)
type Reads = typeof hooks
/** The same without its types, which hold what each path takes. */
const ask = hooks.useQuery as (...given: readonly unknown[]) => unknown

/** Reads: `api.useQuery('get', '/topics/{topic}', { params: { path: { topic } } })`. */
export const api: Reads = {
  ...hooks,
  useQuery: ((...[method, path, init, options, client]: readonly unknown[]) =>
    ask(method, path, init, patient(options as Polled | undefined), client)) as Reads['useQuery'],
}

interface Polled {
  readonly refetchInterval?: unknown
}

/** Who is refused for its key is not asked for again until it has another one. */
function patient(options: Polled | undefined): object | undefined {
  const periodMs = options?.refetchInterval
  if (typeof periodMs !== 'number') return options
  const refetchInterval = ({ state }: { readonly state: { readonly error: unknown } }): number | false =>
    isForbidden(state.error) ? false : periodMs
  return { ...options, refetchInterval }
}

/** Sends a call. Gives the JSON of its answer, or null where it has none. Throws `ApiProblem`. */
export async function send(call: Call, signal?: AbortSignal): Promise<unknown> {
  const response = await answerTo(call, accepted, signal)
  const text = await response.text()
  if (text === '') return null
  return response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text
}

/** Sends a call and gives its answer as it comes: for streams. Throws `ApiProblem`. */
export async function answerTo(call: Call, accept: string, signal?: AbortSignal): Promise<Response> {
  if (call.query?.['dryRun'] === undefined) noteCall(call)
  const headers = new Headers()
  addHeaders(headers, accept)
  if (call.body !== undefined) headers.set('Content-Type', 'application/json')
  if (typeof call.ifMatch === 'string') headers.set('If-Match', call.ifMatch)
  const body = call.body === undefined ? null : JSON.stringify(call.body)
  const init = { method: call.method, headers, body, signal: signal ?? null }
  const response = await fetch(addressOf(call), init).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    noteSilence(error)
    throw unreachable(error)
  })
  noteAnswer()
  if (!response.ok) throw await problemIn(response, headers)
  noteRead(call.method, call.path, response)
  return response
}

function noteRead(method: string, path: string, { headers }: Response): void {
  if (method === 'GET') noteVersion(path, headers.get('ETag'))
}

function addHeaders(headers: Headers, accept = accepted): void {
  headers.set('Accept', accept)
  const { key } = session.get()
  if (key !== null) headers.set('Authorization', scheme + key)
}

function keyIn(headers: Headers): string | null {
  return headers.get('Authorization')?.slice(scheme.length) ?? null
}

/** `sent`: the headers of the call, since the person may have signed in otherwise meanwhile. */
async function problemIn(response: Response, sent: Headers): Promise<ApiProblem> {
  if (response.status === 401) refuseKey(keyIn(sent))
  const text = await response.text()
  try {
    return problemOf(response.status, JSON.parse(text))
  } catch {
    return problemOf(response.status, { message: text })
  }
}
