/**
 * Who sent a request.
 * Takes its `Authorization` header. Gives a principal by API key or token, nobody where it has none, or that
 * it is wrong. Promises: a key, and a token that was seen lately, is known at once; nothing of a credential
 * is logged or given back.
 */
import type { Clock } from '../time/clock.js'
import { hashOf, looksLikeApiKey } from './api-key.js'
import type { KeyRing } from './key-ring.js'
import type { Principal } from './principal.js'
import type { Tokens } from './tokens.js'

/** What a credential comes to. */
export type Identity =
  | { readonly kind: 'principal'; readonly principal: Principal }
  /** None was sent. */
  | { readonly kind: 'nobody' }
  /** It is not right, or not understood. */
  | { readonly kind: 'wrong' }
  /** Nobody can tell right now. */
  | { readonly kind: 'unclear' }

export interface Authenticator {
  /** At once; undefined where it takes {@link Authenticator.identify}. */
  known(authorization: string | undefined): Identity | undefined
  identify(authorization: string | undefined): Promise<Identity>
  /** Whether it may be a token: what is known of one is forgotten again, and takes time then. */
  isToken(authorization: string): boolean
}

export interface AuthenticatorParts {
  readonly clock: Clock
  /** Null where keys are not taken. */
  readonly keys: KeyRing | null
  /** Null where tokens are not taken. */
  readonly tokens: Tokens | null
}

export const nobody: Identity = Object.freeze({ kind: 'nobody' })
export const wrong: Identity = Object.freeze({ kind: 'wrong' })
const unclear: Identity = Object.freeze({ kind: 'unclear' })

/** What `WWW-Authenticate` says where keys and tokens are taken (RFC 6750). */
export const bearerChallenge = 'Bearer realm="iris"'

const bearerPattern = /^bearer +([A-Za-z0-9._~+/=-]{1,10000}) *$/i

/** Makes an authenticator of keys and tokens. */
export function createAuthenticator({ clock, keys, tokens }: AuthenticatorParts): Authenticator {
  const known = (authorization: string | undefined): Identity | undefined => {
    if (authorization === undefined) return nobody
    const credential = bearerPattern.exec(authorization)?.[1]
    if (credential === undefined) return wrong
    if (looksLikeApiKey(credential)) {
      const principal = keys?.find(hashOf(credential), clock.now()) ?? null
      return principal === null ? wrong : { kind: 'principal', principal }
    }
    if (tokens === null) return wrong
    const verdict = tokens.known(credential)
    return verdict === undefined ? undefined : identityOf(verdict)
  }
  return {
    known,
    isToken(authorization) {
      const credential = bearerPattern.exec(authorization)?.[1]
      return tokens !== null && credential !== undefined && !looksLikeApiKey(credential)
    },
    async identify(authorization) {
      const identity = known(authorization)
      if (identity !== undefined || tokens === null) return identity ?? wrong
      const credential = bearerPattern.exec(authorization ?? '')?.[1] ?? ''
      return identityOf(await tokens.judge(credential))
    },
  }
}

function identityOf(verdict: Principal | 'wrong' | 'unclear'): Identity {
  if (verdict === 'wrong') return wrong
  return verdict === 'unclear' ? unclear : { kind: 'principal', principal: verdict }
}
