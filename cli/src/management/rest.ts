/**
 * Calls to the REST API of a service.
 * Takes its address and headers for every call, such as a key. Gives answers as status, JSON and headers.
 * Promises: each call ends within its deadline; nothing that changes something is repeated. Refuses, with a
 * sentence, an address where no service answers.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import type { Target } from '../profile/connection.js'

export interface Answer {
  readonly status: number
  readonly text: string
  /** Null where the text is none. */
  readonly json: unknown
  readonly headers: Headers
  /** Its `ETag`; null without one. */
  readonly tag: string | null
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** Those that are null are left out. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | null>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as they are, instead of a body as JSON. */
  readonly bytes?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
  /** Makes the call count for this version only. */
  readonly tag?: string | null
  /** Only asks what would happen. */
  readonly isDryRun?: boolean
  /** Usually longer than a creation with all of its waiting for Kafka. */
  readonly withinMs?: number
}

/** Asks one service. */
export interface Rest {
  (call: Call): Promise<Answer>
  /** An answer that is read as it comes, until the signal ends it; only its head has a deadline. */
  stream(call: Pick<Call, 'path' | 'query' | 'headers'>, signal: AbortSignal): Promise<Response>
}

/** A service could not be asked, or did not do what it was asked. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure'

  constructor(
    message: string,
    /** Null where there was no answer. */
    readonly status: number | null = null,
    /** Of the error table; null where there was none. */
    readonly code: string | null = null,
  ) {
    super(message)
  }
}

const callMs = 60_000
const whichAddress = 'Is it the right address? iris profile show tells where it comes from.'

/** Makes the calls; the address is asked for when the first one is made. */
export function createRest(fetch: typeof globalThis.fetch, target: () => Promise<Target>): Rest {
  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(url, { redirect: 'error', ...init })
    } catch (error) {
      throw new ServiceFailure(unanswered(init.method ?? 'GET', url, error))
    }
  }
  const call = async (each: Call): Promise<Answer> => {
    const { url, headers } = await target()
    const { method, withinMs = callMs } = each
    const address = `${url}${each.path}${queryOf(each)}`
    const body = each.bytes ?? (each.body === undefined ? null : JSON.stringify(each.body))
    const answer = await ask(address, {
      ...{ method, body, headers: headersOf(each, headers) },
      signal: AbortSignal.timeout(withinMs),
    })
    try {
      const text = await answer.text()
      const tag = answer.headers.get('etag')
      const { status, ok, headers: told } = answer
      const json = ok ? jsonOf(text) : withMessage(jsonOf(text))
      return { status, text, json, headers: told, tag }
    } catch (error) {
      throw new ServiceFailure(unanswered(method, address, error))
    }
  }
  return Object.assign(call, {
    async stream(each: Pick<Call, 'path' | 'query' | 'headers'>, signal: AbortSignal) {
      const { url, headers } = await target()
      return ask(`${url}${each.path}${queryOf(each)}`, { headers: { ...headers, ...each.headers }, signal })
    },
  })
}

/** The answer's JSON when it is 2xx; throws with what the service said otherwise. */
export function succeeded(what: string, { status, json, headers }: Answer): unknown {
  const isPage = headers.get('content-type')?.startsWith('text/html') === true
  if (status >= 200 && status < 300 && !isPage) return json
  const { message, code, fix } = isJsonObject(json) ? json : {}
  const said = typeof message === 'string' ? message : silence(status, isPage)
  throw new ServiceFailure(
    sentences([`${what}: ${said}`, typeof fix === 'string' ? fix : '', hintOf(status, code)]),
    status,
    typeof code === 'string' ? code : null,
  )
}

/** A page comes from a proxy, a login or a service that is none of ours. */
function silence(status: number, isPage: boolean): string {
  return `the answer is ${status} with ${isPage ? 'a web page' : 'nothing that Iris would say'}`
}

function sentences(parts: readonly string[]): string {
  const [first = '', ...more] = parts.filter(part => part !== '')
  return more.reduce((text, part) => `${text}${/[.?!]$/.test(text) ? '' : '.'} ${part}`, first)
}

function hintOf(status: number, code: unknown): string {
  // Every refusal of ours has a code but for paths that a service does not have.
  if (code === undefined && ![401, 403].includes(status)) return whichAddress
  if (status === 401) return 'A key comes from IRIS_API_KEY or a profile: iris profile add --help'
  if (status === 403) return 'iris profile show tells which key is used'
  return ''
}

/** Services tell by it who publishes. */
const userAgent = 'iris-cli'

function headersOf(
  { body, bytes, headers, tag = null }: Call,
  fixed: Target['headers'],
): Record<string, string> {
  return {
    // Problem details say what helps, where a refusal in Hermes' form has a message alone.
    Accept: 'application/json, application/problem+json',
    'User-Agent': userAgent,
    ...(body === undefined && bytes === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(tag === null ? {} : { 'If-Match': tag }),
    ...fixed,
    ...headers,
  }
}

function queryOf({ query = {}, isDryRun = false }: Pick<Call, 'query' | 'isDryRun'>): string {
  const words = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== null) words.append(name, String(each))
  }
  if (isDryRun) words.append('dryRun', 'true')
  return words.size === 0 ? '' : `?${words.toString()}`
}

/** Problem details with the member that a refusal has in Hermes' form. */
function withMessage(json: unknown): unknown {
  return isJsonObject(json) && json['type'] !== undefined && typeof json['detail'] === 'string'
    ? { ...json, message: json['detail'] }
    : json
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null // an empty body, or something that is no service of ours
  }
}

function unanswered(method: string, url: string, error: unknown): string {
  return `${method} ${url} was not answered: ${reasonOf(error)}. ${whichAddress}`
}

/** Fetch hides why it failed one level down. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  const code = String((cause as { code?: unknown }).code)
  if (cause.name === 'TimeoutError') return 'it took too long'
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'it does not speak TLS, so http:// and not https://'
  const trust = /CERT|UNABLE_TO/.test(code) ? '; NODE_EXTRA_CA_CERTS=FILE names an authority to trust' : ''
  return `${cause.message.trim() || code}${trust}`
}
