/**
 * The configuration keys of a port that speaks TLS, the same in each service that has one.
 */
import { choice, key, text } from './declare.js'

/** The keys that begin with `section`. `port`: which port, in words. */
export function listenerSslKeys(section: string, port: string) {
  return {
    sslCertFile: key(
      `${section}.certFile`,
      text(),
      '',
      `PEM file of the certificate, with its chain, of ${port}`,
    ),
    sslKeyFile: key(`${section}.keyFile`, text(), '', 'PEM file of the key of that certificate'),
    sslClientCaFile: key(
      `${section}.clientCaFile`,
      text(),
      '',
      'PEM file of the authorities that sign the certificates of clients',
    ),
    sslClientAuthMode: key(
      `${section}.clientAuthMode`,
      choice(['not_requested', 'requested', 'required']),
      'not_requested',
      'Whether clients are asked for a certificate, and whether they must have one',
    ),
  } as const
}
