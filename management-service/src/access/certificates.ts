/**
 * Who a client certificate stands for (mutual TLS).
 * Takes a connection whose certificate an authority of ours has signed, and roles by the names in it. Gives a
 * principal, called like the first of its names that has a role; nobody where none has.
 * Promises: a certificate that was not verified, or that is over, is none.
 */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { nobody, type Identity } from '@iris/common/access/authenticator'
import { principalOf, type Grant } from '@iris/common/access/principal'

/** A role for everybody whose certificate has the name, such as `URI:spiffe://acme/billing` or `CN:anna`. */
export interface CertificateGrant {
  readonly named: string
  readonly grant: Grant
}

/** The kinds of names that are looked at, as they are written before a name. */
export const nameKinds = ['CN', 'DNS', 'URI', 'email'] as const

/** Who is at the other end of the connection. */
export function certificateIdentity(
  grants: readonly CertificateGrant[],
  socket: Socket,
  nowMs: number,
): Identity {
  if (grants.length === 0 || !(socket instanceof TLSSocket) || !socket.authorized) return nobody
  const { subject, subjectaltname, valid_to } = socket.getPeerCertificate()
  // A connection may outlive the certificate that it was made with.
  if (Date.parse(valid_to) <= nowMs) return nobody
  const names = [...alternativeNames(subjectaltname ?? ''), ...commonName(subject)]
  const found = names.filter(name => grants.some(({ named }) => named === name))
  const [first] = found
  if (first === undefined) return nobody
  const own = grants.filter(({ named }) => found.includes(named)).map(({ grant }) => grant)
  const [name = '', ...others] = found.map(withoutKind)
  return { kind: 'principal', principal: principalOf(name, own, others) }
}

/** Several common names are nobody's. */
function commonName(subject: { readonly CN?: unknown } | undefined): readonly string[] {
  return typeof subject?.CN === 'string' ? [`CN:${subject.CN}`] : []
}

/** Node writes them with commas between, and in quotes where a name holds one: then none of them counts. */
export function alternativeNames(text: string): readonly string[] {
  return text.includes('"') ? [] : text.split(', ').filter(name => /^(DNS|URI|email):[^,]+$/.test(name))
}

function withoutKind(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
