/**
 * The guard that the configuration asks for.
 * Takes the configuration, where keys stand, and the definitions. Gives the guard, and what must be stopped.
 * Refuses `guarded` where no credential is taken.
 * Promises: with `open` everybody is admin, and the log says so where others than this machine can call.
 */
import { bootstrapHashes, withBootstrapKey } from '@iris/common/access/bootstrap'
import { splitGrant } from '@iris/common/config/access-keys'
import { ConfigError } from '@iris/common/config/load'
import { openAccess } from '@iris/common/access/open'
import { openGuard, type ApiGuard, type ApiRoute } from '@iris/common/http/api'
import { isLoopback } from '@iris/common/http/host-names'
import type { ManagementBase, ManagementConfig } from '../base.js'
import type { PromisedRoute } from '../http/contract/contract.js'
import type { Outside } from '../outside.js'
import { certificateIdentity, type CertificateGrant } from './certificates.js'
import { createGuard, type GuardParts } from './guard.js'

export interface OpenGuard {
  readonly guard: ApiGuard
  stop(): Promise<void>
}

/** Makes it. */
export function createGuardOf(
  base: ManagementBase,
  config: ManagementConfig,
  { keyRing }: Pick<Outside, 'keyRing'>,
  parts: Pick<GuardParts, 'store' | 'mode'>,
): OpenGuard {
  if (config.accessMode === 'open') {
    warnOfOpenDoor(base, config)
    return { guard: openGuard, stop: () => Promise.resolve() }
  }
  if (!config.areApiKeysTaken && config.tokenIssuer === '' && config.certificateGrants.length === 0)
    throw new ConfigError([
      'management.auth.mode is guarded, and neither keys (auth.apiKeys.enabled) nor tokens (auth.jwt.issuer) nor ' +
        'certificates (management.ssl.grants) are taken: nobody could call',
    ])
  const keys = withBootstrapKey(keyRing, bootstrapHashes(config))
  const access = openAccess({ ...base, keys }, config)
  const grants = config.certificateGrants.flatMap(certificateGrant)
  const identify: GuardParts['identify'] = ({ headers, socket }) =>
    headers.authorization === undefined
      ? Promise.resolve(certificateIdentity(grants, socket, base.clock.now()))
      : access.authenticator.identify(headers.authorization)
  return { guard: createGuard({ ...parts, identify, promiseOf }), stop: () => access.stop() }
}

function promiseOf(
  route: ApiRoute,
): GuardParts['promiseOf'] extends (route: ApiRoute) => infer P ? P : never {
  return 'contract' in route ? (route as PromisedRoute).contract : undefined
}

function certificateGrant(written: string): readonly CertificateGrant[] {
  const split = splitGrant(written)
  return split === null ? [] : [{ named: split.who, grant: split.grant }]
}

function warnOfOpenDoor({ log }: ManagementBase, { host }: ManagementConfig): void {
  if (isLoopback(host)) return
  log.warn('management.open', {
    host,
    meaning: 'whoever reaches this port is admin: nobody is asked who it is',
    fix: 'set management.auth.mode to guarded, or management.server.host to 127.0.0.1',
  })
}
