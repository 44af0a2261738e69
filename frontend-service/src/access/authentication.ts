/**
 * Who a publisher is.
 * Takes what was said beside a message. Gives a principal, nobody, or credentials that are wrong: accounts of
 * HTTP Basic from the configuration, and the API keys and tokens of the installation.
 * Promises: the answer is there at once. A token that was not seen lately has to be judged first, which takes
 * time; what came of it stays with its request, however long that sends records, until it is judged again.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import {
  nobody,
  wrong,
  bearerChallenge,
  type Authenticator,
  type Identity,
} from '@iris/common/access/authenticator'
import { everyGroup, principalOf, type Principal } from '@iris/common/access/principal'
import type { SentHeaders } from '../publish/sender.js'

/** A mechanism: who credentials of its kind stand for. */
export interface Authenticate {
  (sent: SentHeaders): Identity
  /** What `WWW-Authenticate` says on a 401. */
  readonly challenge: string
  /** Judges a credential before it is asked for; null where it is known at once. */
  judge(sent: SentHeaders): Promise<void> | null
  /**
   * Judges a token again, for a request that goes on for long. What comes of it counts from then on; where
   * nobody can tell, what was known goes on.
   */
  judgeAgain(sent: SentHeaders): Promise<void> | null
}

/** An account of the configuration is `name:password`; the name holds no colon. */
export const accountPattern = /^[^:\p{Cc}]{1,200}:[^\p{Cc}]{1,500}$/u

const basicChallenge = 'Basic realm="iris", charset="UTF-8"'
const credentialsPattern = /^basic +([A-Za-z0-9+/=]{1,2000}) *$/i
const unclear: Identity = Object.freeze({ kind: 'unclear' })

/**
 * HTTP Basic (RFC 7617) over accounts written as {@link accountPattern} says, and keys and tokens where
 * `keysAndTokens` judges them.
 */
export function createAuthentication(
  accounts: readonly string[],
  keysAndTokens: Authenticator | null,
): Authenticate {
  const ofAccount = basicIdentity(accounts)
  const judged = new WeakMap<SentHeaders, Identity>()
  const hasAccounts = accounts.length > 0 || keysAndTokens === null
  const identityOf = (sent: SentHeaders): Identity => {
    const { authorization } = sent.headers
    if (authorization === undefined) return nobody
    if (hasAccounts && /^basic /i.test(authorization)) return ofAccount(authorization)
    return (
      judged.get(sent) ?? keysAndTokens?.known(authorization) ?? (keysAndTokens === null ? wrong : unclear)
    )
  }
  const judge = (sent: SentHeaders): Promise<void> | null => {
    const { authorization } = sent.headers
    if (authorization === undefined || keysAndTokens === null) return null
    // A token is remembered for a while; its request may go on for longer.
    const known = keysAndTokens.known(authorization)
    if (known !== undefined) {
      if (known.kind === 'principal' && keysAndTokens.isToken(authorization)) judged.set(sent, known)
      return null
    }
    return keysAndTokens.identify(authorization).then(identity => void judged.set(sent, identity))
  }
  const judgeAgain = (sent: SentHeaders): Promise<void> | null => {
    const { authorization } = sent.headers
    // Of keys and accounts, each question is answered by what is known now.
    if (authorization === undefined || keysAndTokens?.isToken(authorization) !== true) return null
    return keysAndTokens.identify(authorization).then(identity => {
      if (identity.kind !== 'unclear') judged.set(sent, identity)
    })
  }
  const challenges = [
    ...(hasAccounts ? [basicChallenge] : []),
    ...(keysAndTokens === null ? [] : [bearerChallenge]),
  ]
  return Object.assign(identityOf, { challenge: challenges.join(', '), judge, judgeAgain })
}

/** Accounts of the configuration may publish wherever a topic names them. */
function basicIdentity(accounts: readonly string[]): (authorization: string) => Identity {
  const nameOf = (account: string): string => account.slice(0, account.indexOf(':'))
  const known = new Map(accounts.map(account => [nameOf(account), digest(account)]))
  const principals = new Map<string, Principal>(
    [...known.keys()].map(name => [name, principalOf(name, [{ role: 'publisher', group: everyGroup }])]),
  )
  const absent = digest('')
  return authorization => {
    const encoded = credentialsPattern.exec(authorization)?.[1]
    if (encoded === undefined) return wrong
    const given = Buffer.from(encoded, 'base64').toString('utf8')
    const name = given.slice(0, Math.max(0, given.indexOf(':')))
    // A name that is not known takes as long as one whose password is wrong.
    const isRight = timingSafeEqual(digest(given), known.get(name) ?? absent)
    const principal = principals.get(name)
    return isRight && principal !== undefined ? { kind: 'principal', principal } : wrong
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
