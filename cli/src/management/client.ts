/**
 * Calls to the REST API of management.
 * Takes its address and headers for every call, such as a key. Gives answers as status, JSON and tag.
 * Promises: each call ends within `callMs`; nothing that changes something is repeated. Refuses, with a
 * sentence, an address where no management answers.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'

export interface Answer {
  readonly status: number
  readonly json: unknown
  /** Its `ETag`; null without one. */
  readonly tag: string | null
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: JsonObject
  /** Makes the call count for this version only. */
  readonly tag?: string | null
  /** Only asks what would happen. */
  readonly isDryRun?: boolean
}

export type Management = (call: Call) => Promise<Answer>

/** Management could not be asked, or did not do what it was asked. */
export class ManagementFailure extends Error {
  override readonly name = 'ManagementFailure'

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

/** Longer than a creation with all of its waiting for Kafka. */
const callMs = 60_000

/** Makes the calls. */
export function createManagement(address: string, headers: Readonly<Record<string, string>>): Management {
  const base = address.replace(/\/+$/, '')
  return async ({ method, path, body, tag = null, isDryRun = false }) => {
    const url = `${base}${path}${isDryRun ? '?dryRun=true' : ''}`
    const init: RequestInit = {
      method,
      headers: {
        ...headers,
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(tag === null ? {} : { 'If-Match': tag }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(callMs),
    }
    try {
      const answer = await fetch(url, init)
      return { status: answer.status, json: jsonOf(await answer.text()), tag: answer.headers.get('etag') }
    } catch (error) {
      throw new ManagementFailure(`${method} ${url} was not answered: ${reasonOf(error)}`)
    }
  }
}

/** The answer's JSON when it is 2xx; throws with what management said otherwise. */
export function succeeded(what: string, { status, json }: Answer): unknown {
  if (status >= 200 && status < 300) return json
  const { message, code } = isJsonObject(json) ? json : {}
  const said = typeof message === 'string' ? message : 'it said nothing about it'
  throw new ManagementFailure(`${what}: ${said}`, status, typeof code === 'string' ? code : null)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null // an empty body, or something that is no management
  }
}

/** Fetch hides why it failed one level down. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : String(cause)
}
