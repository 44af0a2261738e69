/**
 * A schema registry that speaks Confluent's REST protocol.
 * Takes subjects, versions and schema texts. Gives what the registry holds.
 * Promises: every question ends within its limit; an answer that is not understood is a failure and never a
 * schema. A subject or version that is not there is no failure: the answer is empty or null.
 */
import { z } from 'zod'
import type { Call, CallAnswer, Caller } from '../http/calls.js'
import type { Clock } from '../time/clock.js'

/** One version of a subject. */
export interface RegisteredSchema {
  readonly id: number
  readonly version: number
  /** The schema's JSON text. */
  readonly text: string
}

/** The registry did not do what it was asked. `status` is null when no answer came. */
export class RegistryFailure extends Error {
  override readonly name = 'RegistryFailure'

  constructor(
    readonly status: number | null,
    /** The answer's text, or why there is none. */
    readonly detail: string,
    message: string,
  ) {
    super(message)
  }
}

export interface Registry {
  /** Versions of a subject, lowest first; none where there is no such subject. */
  versions(subject: string): Promise<readonly number[]>
  version(subject: string, version: number | 'latest'): Promise<RegisteredSchema | null>
  /** The text of a schema by its number in the whole registry. */
  textOf(id: number): Promise<string | null>
  /** Which version of the subject this text is. */
  find(subject: string, text: string): Promise<RegisteredSchema | null>
  /** Adds a version, unless the latest is the same. */
  register(subject: string, text: string): Promise<void>
  /** Whether a text may follow the subject's latest version; the answer's text besides. */
  compatibility(
    subject: string,
    text: string,
  ): Promise<{ readonly isCompatible: boolean; readonly said: string }>
  /** Removes all versions. */
  remove(subject: string): Promise<void>
}

export interface RegistryOptions {
  /** With its path, such as `http://registry:8081/` or `http://apicurio:8080/apis/ccompat/v7`. */
  readonly serverUrl: string
  /** Value of the `Authorization` header; empty for none. */
  readonly authorization: string
  readonly limitMs: number
  /** What stands behind the subject in the call that removes it; empty for nothing. */
  readonly deletePathSuffix: string
}

export interface RegistryParts {
  readonly caller: Caller
  readonly clock: Clock
  /** How long a call took, for metrics. */
  readonly took?: (what: 'schema' | 'versions', seconds: number) => void
}

const mediaType = 'application/vnd.schemaregistry.v1+json'
const versionsShape = z.array(z.int())
const versionShape = z.object({ id: z.int(), version: z.int(), schema: z.string() })
const textShape = z.object({ schema: z.string() })
const compatibilityShape = z.object({ is_compatible: z.boolean() })
const detailMax = 500

/** Makes a client; nothing is asked yet. */
export function createRegistry({ caller, clock, took }: RegistryParts, options: RegistryOptions): Registry {
  const base = options.serverUrl.replace(/\/+$/, '')
  const headers = {
    Accept: `${mediaType}, application/json`,
    ...(options.authorization === '' ? {} : { Authorization: options.authorization }),
  }
  const ask = async (method: Call['method'], path: string, json?: unknown): Promise<CallAnswer> => {
    const body = json === undefined ? null : JSON.stringify(json)
    const sent = body === null ? headers : { ...headers, 'Content-Type': mediaType }
    try {
      return await caller.call({ method, url: base + path, headers: sent, body, limitMs: options.limitMs })
    } catch (error) {
      const detail = (error as Error).message
      throw new RegistryFailure(null, detail, `The schema registry ${base} cannot be reached: ${detail}`)
    }
  }
  /** Reads a 2xx answer by its shape; null on 404. */
  const read = <T>(path: string, { status, text }: CallAnswer, shape: z.ZodType<T>): T | null => {
    if (status === 404) return null
    if (status < 200 || status > 299) throw refused(path, status, text)
    const parsed = shape.safeParse(jsonOf(text))
    if (parsed.success) return parsed.data
    throw new RegistryFailure(
      status,
      text.slice(0, detailMax),
      `${path}: the registry's answer is not understood`,
    )
  }
  const timed = async <T>(what: 'schema' | 'versions', work: Promise<T>): Promise<T> => {
    const begunMs = clock.monotonic()
    try {
      return await work
    } finally {
      took?.(what, (clock.monotonic() - begunMs) / 1000)
    }
  }
  const pathOf = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`
  const registered = (each: z.infer<typeof versionShape> | null): RegisteredSchema | null =>
    each === null ? null : { id: each.id, version: each.version, text: each.schema }

  return {
    async versions(subject) {
      const path = `${pathOf(subject)}/versions`
      const found = read(path, await timed('versions', ask('GET', path)), versionsShape) ?? []
      return [...found].sort((one, other) => one - other)
    },
    async version(subject, version) {
      const path = `${pathOf(subject)}/versions/${version}`
      return registered(read(path, await timed('schema', ask('GET', path)), versionShape))
    },
    async textOf(id) {
      const path = `/schemas/ids/${id}`
      return read(path, await timed('schema', ask('GET', path)), textShape)?.schema ?? null
    },
    async find(subject, text) {
      const path = pathOf(subject)
      return registered(read(path, await ask('POST', path, { schema: text }), versionShape))
    },
    async register(subject, text) {
      const path = `${pathOf(subject)}/versions`
      const { status, text: said } = await ask('POST', path, { schema: text })
      if (status < 200 || status > 299) throw refused(path, status, said)
    },
    async compatibility(subject, text) {
      const path = `/compatibility${pathOf(subject)}/versions/latest`
      const answer = await ask('POST', path, { schema: text })
      const found = read(path, answer, compatibilityShape)
      return { isCompatible: found?.is_compatible ?? true, said: `${answer.status} ${answer.text}` }
    },
    async remove(subject) {
      const suffix = options.deletePathSuffix === '' ? '' : `/${options.deletePathSuffix}`
      const path = pathOf(subject) + suffix
      const { status, text } = await ask('DELETE', path)
      if (status < 200 || status > 299) throw refused(path, status, text)
    },
  }
}

function refused(path: string, status: number, text: string): RegistryFailure {
  const detail = text.slice(0, detailMax)
  return new RegistryFailure(status, detail, `${path}: the registry answered ${status} ${detail}`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // no shape takes it: the caller says that the answer is not understood
  }
}
