/**
 * The way to the subscribers' endpoints: their names, whom to believe, connections.
 * Takes the configuration. Gives the client; its stop ends all of it.
 * Refuses files that cannot be used for TLS.
 */
import { ConfigError } from '@iris/common/config/load'
import { parseNetworks } from '@iris/common/http/address-guard'
import { createHttpClient, type HttpClient } from '@iris/common/http/client'
import { createNameLookup } from '@iris/common/http/name-lookup'
import { createTrust, type Trust } from '@iris/common/http/trust'
import type { ConsumersBase, ConsumersConfig } from './base.js'

/** Makes the client; nothing is dialled yet. */
export function createEndpointClient(base: ConsumersBase, config: ConsumersConfig): HttpClient {
  const trust = trustOf(base, config)
  const resolve = createNameLookup(base, {
    queryTimeoutMs: config.dnsTimeoutMs,
    ...(config.dnsServers.length === 0 ? {} : { servers: config.dnsServers }),
  })
  const client = createHttpClient(
    { ...base, resolve, trust },
    {
      allowedNetworks: parseNetworks(config.allowedNetworks),
      // Beside those that carry requests, some still read the end of an answer.
      connectionsMax: 2 * config.requestsMax,
      connectTimeoutMs: config.httpConnectTimeoutMs,
      idleMs: config.httpIdleMs,
    },
  )
  return {
    ...client,
    stop() {
      client.stop()
      trust.stop()
    },
  }
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
