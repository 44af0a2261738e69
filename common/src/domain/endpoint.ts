// pure
/**
 * A subscription's endpoint: `<scheme>://[user:password@]rest`.
 * Takes the text of a body or node. Gives its parts, the masked text, and the reason why it is refused.
 * Promises: a masked text never carries the password; a masked password sent back means the stored one.
 */

/** What stands for a password in answers. */
export const endpointMask = '*****'
/** Schemes that Hermes knows; case matters. */
export const hermesSchemes: readonly string[] = ['http', 'https', 'jms', 'googlepubsub', 'googlebigquery']

/** What stands before the host. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/** The parts of an endpoint. */
export interface Endpoint {
  readonly scheme: string
  readonly credentials: Credentials | null
  /**
   * Such as `a+b:password`: by Hermes' grammar no credentials, and never sent. They are refused in what is
   * new; where another writer left them, the password is kept and masked like any other.
   */
  readonly unsent: Credentials | null
  /** The endpoint without credentials: what is dialled and what may be shown. */
  readonly address: string
}

/** A refused endpoint: a text of Hermes, or a broken URI in our words. */
export type EndpointProblem =
  | { readonly kind: 'invalid'; readonly problem: string }
  | { readonly kind: 'broken'; readonly problem: string }

const form = /^([a-zA-Z0-9]*):\/\/(?:([a-zA-Z0-9.~_-]*):(.*)@)?(.*)$/s
/** `host:8080/…@…` is a port and a path, although Hermes' grammar would take it for credentials. */
const portAndPath = /^\d{1,5}[/?#]/
const template = /\{[^{}]*\}/g
const notInUri = /[\s"<>\\^`{|}\p{Cc}]|%(?![0-9a-fA-F]{2})/u
const hostLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const hostPattern = new RegExp(`^(?:${hostLabel}(?:\\.${hostLabel})*\\.?|\\[[0-9a-fA-F:.]+\\])(?::\\d*)?$`)
const unsentProblem =
  'The user name in endpoint may hold letters, digits and . ~ _ - only: with any other character its password ' +
  'would not be sent; give a user name of these'

/** The parts, or null where there is no `scheme://`. */
export function parseEndpoint(text: string): Endpoint | null {
  const match = form.exec(text)
  if (match === null) return null
  const [, scheme = '', user, password, rest = ''] = match
  if (user !== undefined && password !== undefined && !portAndPath.test(password))
    return { scheme, credentials: { user, password }, unsent: null, address: `${scheme}://${rest}` }
  const after = text.slice(scheme.length + 3)
  const end = unsentEnd(after)
  if (end < 0) return { scheme, credentials: null, unsent: null, address: text }
  const colon = after.indexOf(':')
  const unsent = { user: after.slice(0, colon), password: after.slice(colon + 1, end) }
  return { scheme, credentials: null, unsent, address: `${scheme}://${after.slice(end + 1)}` }
}

/**
 * Where credentials end that Hermes' grammar does not see; below 0 where there are none. A password with a
 * slash in it leaves nothing before the slash that could be a host; else an `@` after it belongs to the path.
 */
function unsentEnd(after: string): number {
  const authority = authorityOf(after)
  const colon = authority.indexOf(':')
  const at = authority.lastIndexOf('@')
  if (colon < 0) return -1
  if (at >= 0) return colon < at ? at : -1
  const isHost = hostPattern.test(authority) || authority.includes('{')
  return isHost || portAndPath.test(after.slice(colon + 1)) ? -1 : after.lastIndexOf('@')
}

function authorityOf(rest: string): string {
  return rest.split(/[/?#]/, 1)[0] ?? ''
}

/** The credentials that must not be shown, whether they are sent or not. */
export function credentialsIn(text: string): Credentials | null {
  const endpoint = parseEndpoint(text)
  return endpoint?.credentials ?? endpoint?.unsent ?? null
}

/** Whether parts of the endpoint are filled in from each message. */
export function hasTemplate(text: string): boolean {
  return text.search(template) >= 0
}

/** The endpoint with a word in the place of each expression. */
export function fillTemplate(text: string, word: string): string {
  return text.replace(template, word)
}

/** The endpoint as answers show it. */
export function maskEndpoint(text: string): string {
  return withPassword(text, endpointMask)
}

/** The endpoint with another password; as it is where it has none. */
export function withPassword(text: string, password: string): string {
  const endpoint = parseEndpoint(text)
  const credentials = credentialsIn(text)
  return endpoint === null || credentials === null
    ? text
    : withCredentials(endpoint, credentials.user, password)
}

/** Whether the password of `text` is the mask. */
export function isMasked(text: string): boolean {
  return credentialsIn(text)?.password === endpointMask
}

/**
 * `text` with the stored password in the place of the mask, or null where that would hand the password to
 * another user or host: only the same user at the same place may keep a secret that the writer does not know.
 */
export function unmaskEndpoint(text: string, stored: string): string | null {
  const sent = parseEndpoint(text)
  const known = parseEndpoint(stored)
  const secret = credentialsIn(stored)
  if (sent === null || known === null || secret === null) return null
  const isSame = credentialsIn(text)?.user === secret.user && place(sent) === place(known)
  return isSame ? withCredentials(sent, secret.user, secret.password) : null
}

/** Why the endpoint cannot be accepted, or null. Templates are checked with a dummy in their place. */
export function endpointProblem(text: string, schemes: readonly string[]): EndpointProblem | null {
  const endpoint = parseEndpoint(text)
  if (endpoint === null || !schemes.includes(endpoint.scheme)) {
    return { kind: 'invalid', problem: 'Endpoint address has invalid format' }
  }
  if (endpoint.unsent !== null) return { kind: 'invalid', problem: unsentProblem }
  const filled = fillTemplate(endpoint.address, 'template')
  const rest = filled.slice(endpoint.scheme.length + 3)
  if (rest === '')
    return { kind: 'broken', problem: `Expected authority at index ${filled.length}: ${filled}` }
  const index = rest.search(notInUri)
  if (index >= 0) {
    return {
      kind: 'broken',
      problem: `Illegal character at index ${endpoint.scheme.length + 3 + index}: ${filled}`,
    }
  }
  const authority = authorityOf(rest)
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (!hostPattern.test(host) || (isHttp(endpoint.scheme) && !URL.canParse(filled))) {
    const problem = 'Endpoint contains invalid chars in host name. Underscore is one of them.'
    return { kind: 'invalid', problem }
  }
  return null
}

function isHttp(scheme: string): boolean {
  return scheme === 'http' || scheme === 'https'
}

function withCredentials(endpoint: Endpoint, user: string, password: string): string {
  return `${endpoint.scheme}://${user}:${password}@${endpoint.address.slice(endpoint.scheme.length + 3)}`
}

/** Scheme and authority, letter case aside. */
function place(endpoint: Endpoint): string {
  const authority = authorityOf(endpoint.address.slice(endpoint.scheme.length + 3))
  return `${endpoint.scheme}://${authority}`.toLowerCase()
}
