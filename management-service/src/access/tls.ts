/**
 * The TLS of management's port, as the configuration asks for it.
 * Takes names of files. Gives what the listener needs, or null where the port is plain.
 * Refuses, before anything starts, what does not belong together and files that cannot be read.
 */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { ConfigOf } from '@iris/common/config/declare'
import { ConfigError } from '@iris/common/config/load'
import type { sslKeys } from '@iris/common/config/access-keys'
import type { ListenerTls } from '@iris/common/http/server'

type Config = ConfigOf<typeof sslKeys>

/** Reads the files. */
export function tlsOf(config: Config): ListenerTls | null {
  const { sslCertFile, sslKeyFile, sslClientCaFile, sslClientAuthMode: mode } = config
  if ((sslCertFile === '') !== (sslKeyFile === ''))
    throw new ConfigError(['management.ssl.certFile and management.ssl.keyFile belong together'])
  if ((mode === 'not_requested') !== (sslClientCaFile === ''))
    throw new ConfigError([
      'management.ssl.clientAuthMode and management.ssl.clientCaFile belong together: whose certificates are taken?',
    ])
  if (sslCertFile === '') {
    if (sslClientCaFile === '') return null
    throw new ConfigError([
      'management.ssl.clientCaFile needs management.ssl.certFile: without TLS no client has one',
    ])
  }
  const [cert, key] = [read('certFile', sslCertFile), read('keyFile', sslKeyFile)]
  const clientCa = sslClientCaFile === '' ? null : read('clientCaFile', sslClientCaFile)
  try {
    createSecureContext({ cert, key, ...(clientCa === null ? {} : { ca: clientCa }) })
  } catch (error) {
    throw new ConfigError([
      `management.ssl: the certificate, its key or the authorities do not fit: ${(error as Error).message}`,
    ])
  }
  return { cert, key, clientCa, isClientCertRequired: mode === 'required' }
}

function read(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError([`management.ssl.${key}: ${(error as Error).message}`])
  }
}
