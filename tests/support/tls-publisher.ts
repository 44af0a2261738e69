/**
 * What a publisher needs who speaks TLS, and a frontend that listens for it.
 * Takes a port. Gives the settings of the frontend, and publishes with a certificate or without one.
 * Promises: certificates of an authority of its own, in a folder that `remove` takes away.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuthority, type Identity } from '@iris/common/http/testing/certificates'

export interface TlsPublisher {
  /** Of a frontend that takes only clients with a certificate of the same authority. */
  readonly settings: Readonly<Record<string, string>>
  issue(names: string): Identity
  /** Gives the status; rejects where there is no connection. `identity`: null for no certificate. */
  publish(topic: string, body: string, identity: Identity | null): Promise<number>
  remove(): void
}

const answerMs = 30_000

/** Makes it for a frontend on this machine. */
export function createTlsPublisher(port: number): TlsPublisher {
  const folder = mkdtempSync(join(tmpdir(), 'iris-publish-tls-'))
  const authority = createAuthority(join(folder, 'authority'))
  const fileOf = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const { cert, key } = authority.issue('IP:127.0.0.1')
  return {
    settings: {
      'frontend.ssl.enabled': 'true',
      'frontend.ssl.port': String(port),
      'frontend.ssl.certFile': fileOf('server.pem', cert),
      'frontend.ssl.keyFile': fileOf('server.key', key),
      'frontend.ssl.clientCaFile': authority.caFile,
      'frontend.ssl.clientAuthMode': 'required',
    },
    issue: names => authority.issue(names),
    publish: (topic, body, identity) =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            ...{ host: '127.0.0.1', port, path: `/topics/${topic}`, method: 'POST', agent: false },
            ...{ headers: { 'Content-Length': Buffer.byteLength(body) }, timeout: answerMs },
            ...{ ca: authority.ca, ...identity },
          },
          response => {
            response.resume()
            response.once('end', () => resolve(response.statusCode ?? 0))
          },
        )
        sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
        sent.once('error', reject)
        sent.end(body)
      }),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
