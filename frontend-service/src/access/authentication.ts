/**
 * Who a publisher is.
 * Takes what was said beside a message. Gives the account, nobody, or credentials that are wrong.
 * This is the seam for other mechanisms: whoever has one gives an `Authenticate` to the gate of topics. HTTP
 * Basic with accounts from the configuration is the one that ships.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { SentHeaders } from '../publish/sender.js'

/** Credentials as a mechanism judges them. */
export type Caller =
  | { readonly kind: 'account'; readonly name: string }
  /** No credentials were sent. */
  | { readonly kind: 'nobody' }
  /** Credentials that are not right, or not understood. */
  | { readonly kind: 'wrong' }

export interface Authenticate {
  (sent: SentHeaders): Caller
  /** What `WWW-Authenticate` says on a 401. */
  readonly challenge: string
}

export const nobody: Caller = Object.freeze({ kind: 'nobody' })
const wrong: Caller = Object.freeze({ kind: 'wrong' })

/** An account of the configuration is `name:password`; the name holds no colon. */
export const accountPattern = /^[^:\p{Cc}]{1,200}:[^\p{Cc}]{1,500}$/u

const realm = 'Basic realm="iris", charset="UTF-8"'
const credentialsPattern = /^basic +([A-Za-z0-9+/=]{1,2000}) *$/i

/** HTTP Basic (RFC 7617) over accounts written as {@link accountPattern} says. */
export function createBasicAuthentication(accounts: readonly string[]): Authenticate {
  const known = new Map(accounts.map(account => [account.slice(0, account.indexOf(':')), digest(account)]))
  const absent = digest('')
  const authenticate = ({ headers }: SentHeaders): Caller => {
    const { authorization } = headers
    if (authorization === undefined) return nobody
    const encoded = credentialsPattern.exec(authorization)?.[1]
    if (encoded === undefined) return wrong
    const given = Buffer.from(encoded, 'base64').toString('utf8')
    const name = given.slice(0, Math.max(0, given.indexOf(':')))
    // A name that is not known takes as long as one whose password is wrong.
    const isRight = timingSafeEqual(digest(given), known.get(name) ?? absent)
    return isRight && known.has(name) ? { kind: 'account', name } : wrong
  }
  return Object.assign(authenticate, { challenge: realm })
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
