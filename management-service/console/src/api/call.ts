// pure
/**
 * One call of the API as a value: what is sent, and the same as a command for a terminal.
 * Takes a method, a path, a query and a body. Gives its address and its `curl`, quoted for a POSIX shell.
 */

import { memberOf, withMember, type Draft } from '../form/pointer.js'

/** A call that can be shown, rehearsed and sent. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Such as `/topics/demo.events`, encoded. Never with a query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** A JSON value; left out where nothing is sent. */
  readonly body?: unknown
  /** The version that is meant to be changed, as its `ETag` named it; null or left out for any. */
  readonly ifMatch?: string | null
  /** Members of the body that are never shown, as JSON pointers. */
  readonly secrets?: readonly string[]
}

/** `/topics/{}/subscriptions/{}` with each part encoded: `pathOf('topics', topic, 'subscriptions', name)`. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map(part => `/${encodeURIComponent(part)}`).join('')
}

/** Path and query. */
export function addressOf({ path, query = {} }: Call): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? path : `${path}?${text}`
}

/** The same call, without effect: management says what it would do. */
export function rehearsed(call: Call): Call {
  return { ...call, query: { ...call.query, dryRun: 'true' } }
}

/**
 * The command that does the same. `origin` is the address of management. Where `hasKey`, the key is
 * read from the variable `IRIS_KEY`: a shown command never holds it.
 */
export function curlOf(call: Call, origin: string, hasKey: boolean): string {
  const words = ['curl']
  if (call.method !== 'GET' && !(call.method === 'POST' && call.body !== undefined))
    words.push('-X', call.method)
  words.push(quoted(origin + addressOf(call)))
  if (hasKey) words.push('-H', '"Authorization: Bearer $IRIS_KEY"')
  if (typeof call.ifMatch === 'string') words.push('-H', quoted(`If-Match: ${call.ifMatch}`))
  if (call.body !== undefined) {
    words.push('-H', quoted('Content-Type: application/json'), '-d', quoted(JSON.stringify(shownBody(call))))
  }
  return words.join(' ')
}

/** Takes the place of a secret. */
const stars = '****'

function shownBody({ body, secrets = [] }: Call): unknown {
  return withStars(body as Draft, secrets)
}

/** The same with stars in place of its secrets, which are named by pointers. */
export function withStars(draft: Draft, secrets: readonly string[]): Draft {
  const given = secrets.filter(pointer => typeof memberOf(draft, pointer) === 'string')
  return given.reduce((masked, pointer) => withMember(masked, pointer, stars), draft)
}

/** The call as it may be kept: without its secrets. */
export function withoutSecrets(call: Call): Call {
  return call.secrets === undefined ? call : { ...call, body: shownBody(call) }
}

/** The text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
