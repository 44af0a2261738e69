/**
 * The frontend's second port, for publishers that speak TLS.
 * Takes the configuration. Gives its certificate, or null where the port is off, as in Hermes unless
 * `frontend.ssl.enabled` is set. Refuses, before anything starts, to open it without a certificate.
 */
import { listenerSslKeys } from '@iris/common/config/ssl-keys'
import { count, flag, key, type ConfigOf } from '@iris/common/config/declare'
import { ConfigError } from '@iris/common/config/load'
import { tlsOf } from '@iris/common/http/listener-tls'
import type { ListenerTls } from '@iris/common/http/server'

const section = 'frontend.ssl'

export const sslKeys = {
  isSslEnabled: key(`${section}.enabled`, flag(), false, 'Whether the frontend has a second port, for TLS'),
  sslPort: key(`${section}.port`, count(0, 65_535), 8443, 'That port'),
  ...listenerSslKeys(section, 'that port'),
}

/** The certificate of the port for TLS. */
export function frontendTls(config: ConfigOf<typeof sslKeys>): ListenerTls | null {
  if (!config.isSslEnabled) return null
  const tls = tlsOf(section, config)
  if (tls === null)
    throw new ConfigError([`${section}.enabled needs ${section}.certFile and ${section}.keyFile`])
  return tls
}
