// pure
/**
 * A request for a token and its answer, as RFC 6749 has them.
 * Takes a provider, a subscription's policy and the result of the request. Gives the form to post and the
 * token, or in a sentence why there is none. Promises: secrets travel in the body alone; no sentence repeats
 * anything that the token server wrote, except the standard's own words for errors.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import type { OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { OAuthPolicy } from '@iris/common/domain/subscription-form'
import type { AttemptResult } from '@iris/common/http/client'

export type TokenAnswer =
  | {
      readonly kind: 'token'
      readonly token: string
      /** Null where the server does not say how long it lives. */
      readonly lifetimeMs: number | null
    }
  | {
      readonly kind: 'none'
      readonly problem: string
      /** The server's `Retry-After`, as it was written. */
      readonly retryAfter: string | null
    }

/** Header lines of every request for a token. */
export const tokenHeaders: readonly string[] = [
  ...['User-Agent', 'Iris'],
  ...['Accept', 'application/json'],
  ...['Content-Type', 'application/x-www-form-urlencoded'],
]

const grants = { clientCredentials: 'client_credentials', password: 'password' } as const

/** What a header line can carry without being changed on the way. */
const tokenForm = /^[\x21-\x7e]{1,8192}$/

/** Section 5.2 of RFC 6749: the only words of a token server that are repeated. */
const standardErrors = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
])

/** The form, in the body of the request (Hermes puts it into the query, where access logs keep it). */
export function formOf(provider: OAuthProvider, policy: OAuthPolicy): Buffer {
  const isPassword = policy.grantType === 'password'
  const members: readonly (readonly [string, string | null])[] = [
    ['grant_type', grants[policy.grantType]],
    ['scope', policy.scope],
    ['client_id', provider.clientId],
    ['client_secret', provider.clientSecret],
    ['username', isPassword ? policy.username : null],
    ['password', isPassword ? policy.password : null],
  ]
  const form = new URLSearchParams()
  for (const [name, value] of members) if (value !== null) form.append(name, value)
  return Buffer.from(form.toString())
}

/** Whether the body of an answer says anything: the token, or why there is none. */
export function isTold(status: number): boolean {
  return status === 200 || status === 400 || status === 401
}

/** Reads the result. As in Hermes, 200 and nothing else is an answer with a token. */
export function readTokenAnswer(result: AttemptResult): TokenAnswer {
  if (result.kind !== 'answer') return none(result.detail)
  const { status, retryAfter } = result
  const json = result.body === null ? null : objectOf(result.body)
  if (status !== 200) return none(`it answered ${status}${errorOf(json)}`, retryAfter)
  if (json === null) return none('its answer is not a JSON object')
  const { access_token: token, expires_in: seconds } = json
  if (typeof token !== 'string') return none('its answer has no access_token')
  if (!tokenForm.test(token)) return none('its access_token cannot stand in a header')
  return { kind: 'token', token, lifetimeMs: lifetimeOf(seconds) }
}

function none(problem: string, retryAfter: string | null = null): TokenAnswer {
  return { kind: 'none', problem, retryAfter }
}

/** Some servers write the number as text. What is no positive number says nothing. */
function lifetimeOf(seconds: unknown): number | null {
  const number = typeof seconds === 'string' && /^\d{1,10}$/.test(seconds) ? Number(seconds) : seconds
  return typeof number === 'number' && number > 0 ? number * 1000 : null
}

function errorOf(json: JsonObject | null): string {
  const error = json?.['error']
  return typeof error === 'string' && standardErrors.has(error) ? ` (${error})` : ''
}

function objectOf(body: Buffer): JsonObject | null {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'))
    return isJsonObject(json) ? json : null
  } catch {
    return null
  }
}
