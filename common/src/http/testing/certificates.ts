/**
 * A certificate authority for tests, made on the spot by openssl.
 * Takes a folder. Gives the authority's PEM file, and certificates of any name and time signed by it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a TLS server needs. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  readonly caFile: string
  readonly ca: string
  /** A certificate for these names (`DNS:a.test,IP:127.0.0.1`), valid for `days` from now. */
  issue(names: string, options?: { readonly days?: number }): Identity
  /** A second authority, signed by this one: the servers' certificates hang on a chain of two. */
  intermediate(): Authority
}

const subject = '/CN=iris test'

/** Makes an authority in a folder that is made if it does not exist. */
export function createAuthority(folder: string): Authority {
  mkdirSync(folder, { recursive: true })
  const [keyFile, caFile] = [join(folder, 'ca.key'), join(folder, 'ca.pem')]
  const extension = ['-addext', 'basicConstraints=critical,CA:TRUE']
  openssl([
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', `${subject} authority ${folder.length}`, ...extension, '-keyout', keyFile, '-out', caFile],
  ])
  return authority(folder, keyFile, caFile)
}

/** A certificate that vouches for itself. */
export function selfSigned(folder: string, names: string): Identity {
  mkdirSync(folder, { recursive: true })
  const [key, cert] = [join(folder, 'self.key'), join(folder, 'self.pem')]
  openssl([
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=self', '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert],
  ])
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

function authority(folder: string, keyFile: string, caFile: string): Authority {
  let count = 0
  const sign = (name: string, extensions: string, days: number): readonly [key: string, cert: string] => {
    const base = join(folder, `${name}${++count}`)
    const [key, request, cert, file] = [`${base}.key`, `${base}.csr`, `${base}.pem`, `${base}.ext`]
    writeFileSync(file, extensions)
    openssl([
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-subj', `${subject} ${name} ${count}`, '-keyout', key, '-out', request],
    ])
    openssl([
      ...['x509', '-req', '-in', request, '-CA', caFile, '-CAkey', keyFile, '-CAcreateserial'],
      ...['-days', String(days), '-extfile', file, '-out', cert],
    ])
    return [key, cert]
  }
  return {
    caFile,
    ca: readFileSync(caFile, 'utf8'),
    issue(names, { days = 2 } = {}) {
      const [key, cert] = sign('server', `subjectAltName=${names}\n`, days)
      return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
    },
    intermediate() {
      const [key, cert] = sign('intermediate', 'basicConstraints=critical,CA:TRUE\n', 2)
      return authority(folder, key, cert)
    },
  }
}

function openssl(words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: 'pipe' })
}
