/**
 * Connections to a process that was told to have one certificate and no other.
 * Takes its SHA-256, and what we show where the process asks who we are. Gives undici's way to connect.
 * Promises: no request goes to who has not the key of that very certificate. Who issued it, which names it
 * has and how long it is valid does not count: who told the certificate vouches for it.
 */
import { X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'

/** A certificate, its chain behind it, and its key; PEM. */
export interface OwnCertificate {
  readonly cert: string
  readonly key: string
}

/** What tells a certificate from all others, such as `3B:0A:…`; of a chain its first. */
export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256
}

/** Connects to the one whose certificate has this fingerprint. */
export function connectPinned(
  fingerprint: string,
  own: OwnCertificate | null,
  timeoutMs: number,
): buildConnector.connector {
  const identity = own === null ? {} : { cert: own.cert, key: own.key }
  // Authorities are not asked: the fingerprint is compared below, before the socket is given to anybody.
  const connect = buildConnector({ ...identity, timeout: timeoutMs, rejectUnauthorized: false })
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      const problem = problemOf(socket, fingerprint)
      if (problem === null) return callback(null, socket)
      socket.destroy()
      callback(new Error(problem), null)
    })
}

function problemOf(socket: object, fingerprint: string): string | null {
  if (!(socket instanceof TLSSocket)) return 'it does not speak TLS'
  const shown = socket.getPeerX509Certificate()?.fingerprint256
  return shown === fingerprint ? null : 'another process answers there: it has another certificate'
}
