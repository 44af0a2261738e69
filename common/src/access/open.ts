/**
 * The credentials that an installation takes, as its configuration names them.
 * Takes the keys of `accessKeys`, and where API keys stand. Gives what judges credentials.
 * Refuses an issuer without an audience: tokens made for others would open doors here.
 */
import type { ConfigOf } from '../config/declare.js'
import { splitGrant, type accessKeys } from '../config/access-keys.js'
import { ConfigError } from '../config/load.js'
import { createCaller, type Caller } from '../http/calls.js'
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import type { Scheduler } from '../time/scheduler.js'
import { createAuthenticator, type Authenticator } from './authenticator.js'
import { createJwks } from './jwks.js'
import type { KeyRing } from './key-ring.js'
import type { GroupGrant } from './token-claims.js'
import { createTokens, type Tokens } from './tokens.js'

export interface OpenAccess {
  readonly authenticator: Authenticator
  /** Whether a credential may take a question to the issuer. */
  readonly areTokensTaken: boolean
  stop(): Promise<void>
}

export interface OpenAccessParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly keys: KeyRing
}

type Config = ConfigOf<typeof accessKeys>

const callerOptions = { idleMs: 5_000, connectionsMax: 2 }

/** Makes it; nothing is asked yet. */
export function openAccess(parts: OpenAccessParts, config: Config): OpenAccess {
  const caller = createCaller(parts.scheduler, callerOptions)
  const tokens = tokensOf(parts, config, caller)
  const keys = config.areApiKeysTaken ? parts.keys : null
  return {
    authenticator: createAuthenticator({ clock: parts.clock, keys, tokens }),
    areTokensTaken: tokens !== null,
    stop: () => caller.stop(),
  }
}

function tokensOf({ clock, log }: OpenAccessParts, config: Config, caller: Caller): Tokens | null {
  const { tokenIssuer: issuer, tokenAudience: audience } = config
  if (issuer === '') return null
  if (audience.length === 0)
    throw new ConfigError([
      'auth.jwt.issuer is set and auth.jwt.audience is not: name who tokens must be for',
    ])
  const keyOf = createJwks(
    { caller, clock, log },
    {
      ...{ issuer, url: config.tokenKeysUrl, limitMs: config.tokenKeysLimitMs },
      ...{ keptMs: config.tokenKeysKeptMs, retryMs: config.tokenKeysRetryMs },
    },
  )
  return createTokens(clock, keyOf, {
    ...{ issuer, audience, algorithms: config.tokenAlgorithms, clockSkewMs: config.tokenSkewMs },
    ...{ nameClaim: config.tokenNameClaim, groupsClaim: config.tokenGroupsClaim },
    grants: config.tokenGrants.flatMap(groupGrant),
  })
}

function groupGrant(written: string): readonly GroupGrant[] {
  const split = splitGrant(written)
  return split === null ? [] : [{ claimed: split.who, grant: split.grant }]
}
