// pure
/**
 * The life of one subscription's token.
 * Takes what the token server says and how attempts end. Gives the token to send, when to ask for one, and
 * whether deliveries wait for it. Promises: one request at a time; a token is renewed a little before its
 * time is over, and after a 401 to an attempt that carried it, as often as the limiter allows; while no new
 * one comes, the old one stays; deliveries wait for a first token only, and no longer than `firstWaitMs`.
 */
import type { Random } from '@iris/common/time/clock'
import { createRefreshLimiter, type RefreshPace } from './refresh-limiter.js'

export interface TokenPace extends RefreshPace {
  /** How long deliveries wait for a first token. */
  readonly firstWaitMs: number
}

/** How an attempt ended, as far as tokens go. */
export type AttemptEnding = 'delivered' | 'unauthorized' | 'failed'

export interface TokenLife {
  /** The token, or null before the first. */
  token(): string | null
  /** When to ask on its own account; Infinity while it is asked for. */
  dueMs(): number
  /** Whether to ask now; if so, the caller does and tells what came of it. */
  mayAsk(nowMs: number): boolean
  /** Whether to ask because of this. `attemptedAtMs` is when the attempt began. */
  attemptEnded(ending: AttemptEnding, attemptedAtMs: number, nowMs: number): boolean
  /** A token came; `lifetimeMs` is null where the server did not say how long it lives. */
  granted(token: string, lifetimeMs: number | null, nowMs: number): void
  failed(retryAfterMs: number | null, nowMs: number): void
  /** The provider is another now: what held requests back says nothing about it. */
  paceChanged(pace: TokenPace): void
  /** Gives the token up, to make room: the next one is asked for when a message needs it. */
  forget(): void
  /** A message may need the token that was given up. */
  wanted(): void
  /** Whether deliveries wait for a token now; one that was given up is waited for until it is wanted. */
  isAwaited(nowMs: number): boolean
  isAsking(): boolean
}

/**
 * The part of its life after which a token is renewed: the rest is for the answer, and chance is in it so
 * that those who got theirs together do not ask together.
 */
const renewalShare = { from: 0.8, spread: 0.1 }
/** Renewals are not closer than this, however short the life of tokens. */
const renewalMsMin = 1_000
/** Tokens that live longer are renewed all the same. */
const lifetimeMsMax = 24 * 60 * 60 * 1000

/** Makes the life of a token that is to be asked for. */
export function createTokenLife(firstPace: TokenPace, random: Random): TokenLife {
  let pace = firstPace
  let limiter = createRefreshLimiter(pace)
  let token: string | null = null
  let grantedAtMs = 0
  let renewAtMs = Infinity
  let isAsking = false
  let isForgotten = false
  let awaitedUntilMs: number | null = null

  const dueMs = (): number => {
    if (isAsking || isForgotten) return Infinity
    return token === null ? limiter.nextMs() : Math.max(renewAtMs, limiter.leftAloneUntilMs())
  }

  return {
    token: () => token,
    dueMs,
    mayAsk(nowMs) {
      if (nowMs < dueMs()) return false
      if (token === null) {
        limiter.take(nowMs)
        awaitedUntilMs ??= nowMs + pace.firstWaitMs
      }
      isAsking = true
      return true
    },
    attemptEnded(ending, attemptedAtMs, nowMs) {
      if (ending === 'delivered') limiter.reset(nowMs)
      // An attempt that began before the present token came has not carried it.
      const isRefused = ending === 'unauthorized' && token !== null && attemptedAtMs >= grantedAtMs
      if (!isRefused || isAsking || !limiter.take(nowMs)) return false
      isAsking = true
      return true
    },
    granted(given, lifetimeMs, nowMs) {
      const share = renewalShare.from + renewalShare.spread * random()
      const livesMs = Math.min(lifetimeMs ?? Infinity, lifetimeMsMax)
      token = given
      grantedAtMs = nowMs
      renewAtMs = lifetimeMs === null ? Infinity : nowMs + Math.max(renewalMsMin, livesMs * share)
      isAsking = false
      isForgotten = false
      awaitedUntilMs = null
      limiter.succeeded()
    },
    failed(retryAfterMs, nowMs) {
      isAsking = false
      limiter.failed(retryAfterMs, nowMs)
    },
    paceChanged(next) {
      pace = next
      limiter = createRefreshLimiter(next)
    },
    forget() {
      token = null
      isForgotten = true
      awaitedUntilMs = null
    },
    wanted() {
      isForgotten = false
    },
    isAwaited: nowMs => isForgotten || (token === null && awaitedUntilMs !== null && nowMs < awaitedUntilMs),
    isAsking: () => isAsking,
  }
}
