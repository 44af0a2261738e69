/**
 * The way to the subscribers' endpoints: their names, whom to believe, connections.
 * Takes the configuration. Gives the client, whose stop ends all of it, and the names.
 * Refuses files that cannot be used for TLS.
 */
import { ConfigError } from '@iris/common/config/load'
import { parseNetworks } from '@iris/common/http/address-guard'
import { createHttpClient, type HttpClient } from '@iris/common/http/client'
import { createNameLookup } from '@iris/common/http/name-lookup'
import { createServiceLookup } from '@iris/common/http/service-lookup'
import { createTrust, type Trust } from '@iris/common/http/trust'
import type { ConsumersBase, ConsumersConfig } from './base.js'
import type { Names } from './delivery/send/hosts.js'

export interface Endpoints {
  readonly client: HttpClient
  /** For the frontends that the configuration names: the operator's own choice is not guarded. */
  readonly frontendClient: HttpClient
  readonly names: Names
}

const everywhere = ['0.0.0.0/0', '::/0']

/** Makes them; nothing is asked or dialled yet. */
export function createEndpoints(base: ConsumersBase, config: ConsumersConfig): Endpoints {
  const trust = trustOf(base, config)
  const lookup = {
    queryTimeoutMs: config.dnsTimeoutMs,
    ...(config.dnsServers.length === 0 ? {} : { servers: config.dnsServers }),
  }
  const names = { addresses: createNameLookup(base, lookup), services: createServiceLookup(base, lookup) }
  const clientTo = (networks: readonly string[]): HttpClient =>
    createHttpClient(
      { ...base, resolve: names.addresses, trust },
      {
        allowedNetworks: parseNetworks(networks),
        // Beside those that carry requests, some still read the end of an answer.
        connectionsMax: 2 * config.requestsMax,
        connectTimeoutMs: config.httpConnectTimeoutMs,
        idleMs: config.httpIdleMs,
      },
    )
  const client = clientTo(config.allowedNetworks)
  const frontendClient = clientTo(everywhere)
  const stop = (): void => {
    client.stop()
    frontendClient.stop()
    trust.stop()
  }
  return { client: { ...client, stop }, frontendClient, names }
}

/** A file that cannot be used is a mistake of the configuration, like any other value. */
function trustOf(base: ConsumersBase, config: ConsumersConfig): Trust {
  const { sslCaFile: caFile, sslCertFile: certFile, sslKeyFile: keyFile } = config
  try {
    return createTrust(base, { caFile, certFile, keyFile })
  } catch (error) {
    throw new ConfigError([(error as Error).message])
  }
}
