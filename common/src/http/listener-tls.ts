/**
 * The TLS of a service's port, as the configuration asks for it.
 * Takes names of files. Gives what the listener needs, or null where no certificate is named.
 * Refuses, before anything starts, what does not belong together and files that cannot be read.
 */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { ConfigOf } from '../config/declare.js'
import { ConfigError } from '../config/load.js'
import type { listenerSslKeys } from '../config/ssl-keys.js'
import type { ListenerTls } from './server.js'

type Config = ConfigOf<ReturnType<typeof listenerSslKeys>>

/** Reads the files. `section` is what the keys begin with, such as `management.ssl`. */
export function tlsOf(section: string, config: Config): ListenerTls | null {
  const { sslCertFile, sslKeyFile, sslClientCaFile, sslClientAuthMode: mode } = config
  if ((sslCertFile === '') !== (sslKeyFile === ''))
    throw new ConfigError([`${section}.certFile and ${section}.keyFile belong together`])
  if ((mode === 'not_requested') !== (sslClientCaFile === ''))
    throw new ConfigError([
      `${section}.clientAuthMode and ${section}.clientCaFile belong together: whose certificates are taken?`,
    ])
  if (sslCertFile === '') {
    if (sslClientCaFile === '') return null
    throw new ConfigError([
      `${section}.clientCaFile needs ${section}.certFile: without TLS no client has one`,
    ])
  }
  const read = (key: string, path: string): string => textOf(`${section}.${key}`, path)
  const [cert, key] = [read('certFile', sslCertFile), read('keyFile', sslKeyFile)]
  const clientCa = sslClientCaFile === '' ? null : read('clientCaFile', sslClientCaFile)
  try {
    createSecureContext({ cert, key, ...(clientCa === null ? {} : { ca: clientCa }) })
  } catch (error) {
    throw new ConfigError([
      `${section}: the certificate, its key or the authorities do not fit: ${(error as Error).message}`,
    ])
  }
  return { cert, key, clientCa, isClientCertRequired: mode === 'required' }
}

function textOf(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError([`${key}: ${(error as Error).message}`])
  }
}
