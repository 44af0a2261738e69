/**
 * Tokens (JWT) of an issuer, judged.
 * Takes a token. Gives who it stands for: from memory at once, else after its signature was checked.
 * Promises: only listed algorithms, the issuer, the audience and a time that is not over will do; a token is
 * judged again after `rememberedMs` at the latest, so that a key withdrawn by the issuer ends its tokens.
 * Bound: `tokensMax` tokens remembered; beyond, the one that was learned first goes.
 */
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose'
import type { Clock } from '../time/clock.js'
import { hashOf } from './api-key.js'
import { KeysUnavailable } from './jwks.js'
import type { Principal } from './principal.js'
import { principalOfClaims, type ClaimRules } from './token-claims.js'

/** `unclear`: the issuer's keys could not be got, so nobody knows. */
export type TokenVerdict = Principal | 'wrong' | 'unclear'

export interface Tokens {
  /** What is remembered of it; undefined where it has to be judged. */
  known(token: string): TokenVerdict | undefined
  judge(token: string): Promise<TokenVerdict>
}

export interface TokenRules extends ClaimRules {
  readonly issuer: string
  readonly audience: readonly string[]
  readonly algorithms: readonly string[]
  readonly clockSkewMs: number
}

interface Remembered {
  readonly verdict: Principal | 'wrong'
  readonly untilMs: number
}

export const rememberedMs = 60_000
export const wrongRememberedMs = 5_000
const tokensMax = 10_000
/** Longer ones are no tokens of ours, and not worth a look. */
const tokenLettersMax = 8_192

/** Makes the judge. */
export function createTokens(clock: Clock, keyOf: JWTVerifyGetKey, rules: TokenRules): Tokens {
  const remembered = new Map<string, Remembered>()

  const known = (token: string): TokenVerdict | undefined => {
    if (token.length > tokenLettersMax) return 'wrong'
    const found = remembered.get(hashOf(token))
    return found !== undefined && clock.monotonic() < found.untilMs ? found.verdict : undefined
  }
  const remember = (token: string, verdict: Principal | 'wrong', forMs: number): void => {
    const hash = hashOf(token)
    remembered.delete(hash)
    if (remembered.size >= tokensMax) remembered.delete(remembered.keys().next().value ?? '')
    remembered.set(hash, { verdict, untilMs: clock.monotonic() + forMs })
  }
  return {
    known,
    async judge(token) {
      const before = known(token)
      if (before !== undefined) return before
      const judged = await verified(clock, keyOf, rules, token)
      if (judged === 'unclear') return judged
      if (judged === 'wrong') remember(token, judged, wrongRememberedMs)
      else remember(token, judged.principal, Math.min(rememberedMs, judged.leftMs))
      return judged === 'wrong' ? judged : judged.principal
    },
  }
}

interface Verified {
  readonly principal: Principal
  /** Until its end, with the skew that is allowed. */
  readonly leftMs: number
}

async function verified(
  clock: Clock,
  keyOf: JWTVerifyGetKey,
  rules: TokenRules,
  token: string,
): Promise<Verified | 'wrong' | 'unclear'> {
  const nowMs = clock.now()
  try {
    const { payload } = await jwtVerify(token, keyOf, {
      issuer: rules.issuer,
      audience: [...rules.audience],
      algorithms: [...rules.algorithms],
      clockTolerance: rules.clockSkewMs / 1000,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp'],
    })
    const principal = principalOfClaims(rules, payload)
    const endMs = (payload.exp ?? 0) * 1000 + rules.clockSkewMs
    return principal === null ? 'wrong' : { principal, leftMs: endMs - nowMs }
  } catch (error) {
    if (error instanceof KeysUnavailable) return 'unclear'
    if (error instanceof errors.JOSEError) return 'wrong'
    // Thrown for a key of the set that is damaged, or does not fit the token's algorithm.
    if (error instanceof TypeError || error instanceof DOMException) return 'wrong'
    throw error
  }
}
