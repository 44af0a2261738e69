/**
 * The public keys with which an issuer signs its tokens.
 * Takes where they are, or the issuer that tells it (OpenID Connect discovery). Gives the key of a token.
 * Promises: one question at a time, with a deadline; keys are kept for `keptMs`, and for `staleMsMax` while
 * the issuer does not answer; a token that names an unknown key makes it ask again at most once in `retryMs`,
 * whoever sends such tokens.
 */
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import type { Caller } from '../http/calls.js'
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'

export interface JwksParts {
  readonly caller: Caller
  readonly clock: Clock
  readonly log: Log
}

export interface JwksOptions {
  readonly issuer: string
  /** Empty: the issuer's configuration at its well-known place tells it. */
  readonly url: string
  readonly limitMs: number
  readonly keptMs: number
  readonly retryMs: number
}

/** No key could be got: nobody knows whether the token is right. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** How long keys are used that cannot be asked for again. */
export const staleMsMax = 24 * 3_600_000
/** Between questions to an issuer that did not answer. */
const failedPauseMs = 1_000
const keysMax = 100

const jwksShape = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(keysMax) })
const discoveryShape = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) })

/** Makes the set; nothing is asked before the first token comes. */
export function createJwks(parts: JwksParts, options: JwksOptions): JWTVerifyGetKey {
  const { clock, log } = parts
  let keys: ReturnType<typeof createLocalJWKSet> | null = null
  let learnedMs = -Infinity
  let askedMs = -Infinity
  let asking: Promise<void> | null = null
  let hasFailed = false

  const learn = async (): Promise<void> => {
    try {
      keys = createLocalJWKSet(await askForKeys(parts.caller, options))
      learnedMs = clock.monotonic()
      hasFailed = false
    } catch (error) {
      hasFailed = true
      log.warn('jwks.notLearned', { issuer: options.issuer, error })
    } finally {
      asking = null
    }
  }
  const mayAsk = (): boolean => {
    const pauseMs = hasFailed ? Math.min(failedPauseMs, options.retryMs) : options.retryMs
    return asking !== null || clock.monotonic() - askedMs >= pauseMs
  }
  const ask = (): Promise<void> => {
    if (asking === null) {
      askedMs = clock.monotonic()
      asking = learn()
    }
    return asking
  }
  const ageMs = (): number => clock.monotonic() - learnedMs

  return async (header, token) => {
    if (ageMs() >= options.keptMs && mayAsk()) {
      // While the issuer is away, those whose key is known do not wait for it again and again.
      const isAway = hasFailed
      const asked = ask()
      if (keys === null || !isAway) await asked
    }
    if (keys === null || ageMs() >= staleMsMax)
      throw new KeysUnavailable(`the keys of ${options.issuer} could not be got`)
    try {
      return await keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayAsk()) throw error
      await ask()
      return keys(header, token)
    }
  }
}

async function askForKeys(
  caller: Caller,
  options: JwksOptions,
): Promise<Parameters<typeof createLocalJWKSet>[0]> {
  const url = options.url === '' ? await discover(caller, options) : options.url
  return jwksShape.parse(await jsonOf(caller, url, options.limitMs))
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(caller: Caller, { issuer, limitMs }: JwksOptions): Promise<string> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`
  const found = discoveryShape.parse(await jsonOf(caller, url, limitMs))
  if (found.issuer !== issuer) throw new Error(`${url} is the configuration of ${found.issuer}`)
  return found.jwks_uri
}

async function jsonOf(caller: Caller, url: string, limitMs: number): Promise<unknown> {
  const headers = { Accept: 'application/json' }
  const { status, text } = await caller.call({ method: 'GET', url, headers, body: null, limitMs })
  if (status !== 200) throw new Error(`${url} answered ${status}`)
  return JSON.parse(text) as unknown
}
