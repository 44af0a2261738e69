// pure
/**
 * Why an attempt failed, or a message was given up, in one word by which it can be counted and asked for.
 * Takes what came of an attempt, or what is written down of a dead letter. Gives the status of the answer
 * (`503`) or one of `failureWords`: so there are never more causes than statuses and these words.
 */
import type { AttemptResult } from '../http/attempt.js'
import type { DeadLetterFacts } from '../kafka/dead-letter-headers.js'

/** Where no answer came. */
export const failureWords = [
  'timeout',
  'connectionRefused',
  'connectionLost',
  'unreachable',
  'nameNotFound',
  'tls',
  'forbidden',
  'ownFault',
  'neverTried',
  'unreadable',
  'parked',
  'other',
] as const
type FailureWord = (typeof failureWords)[number]

/** A status as text, or a word. */
export type FailureCause = string

/** The same for a contract. */
export const failureCauseText = `a status such as \`500\`, or ${failureWords.map(word => `\`${word}\``).join(', ')}`

/** What the texts of failures have in common: ours, Node's and OpenSSL's. The first that fits counts. */
const signs: readonly (readonly [FailureWord, RegExp])[] = [
  ['tls', /^TLS: /],
  ['forbidden', / may not be called: /],
  [
    'ownFault',
    /\b(EMFILE|ENFILE|ENOBUFS|ENOMEM|EADDRNOTAVAIL)\b|^no DNS server answers|^The client is stopping/,
  ],
  ['neverTried', /^its time to live ended/],
  ['timeout', /^(Total|Socket) timeout |Connect Timeout Error/],
  [
    'nameNotFound',
    /ENOTFOUND|EAI_AGAIN| has no address| do not answer( \(|$)|^Failed to resolve|There is no target/,
  ],
  ['connectionRefused', /ECONNREFUSED/],
  ['connectionLost', /ECONNRESET|EPIPE|ECONNABORTED|other side closed|GOAWAY|The stream had no answer/],
  ['connectionLost', /(Stream|Session) closed with error code|disconnected before secure TLS connection/],
  ['unreachable', /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ETIMEDOUT/],
]

const answeredText = /^Message sending failed with status code: ([1-9]\d\d)\b/

/** The cause of an attempt that failed. */
export function causeOfAttempt(result: AttemptResult): FailureCause {
  if (result.kind === 'answer') return String(result.status)
  if (result.kind !== 'error') return result.kind
  return result.isOurFault ? ('ownFault' satisfies FailureWord) : wordOf(result.detail)
}

/** The cause of a dead letter: as it was written down at death, or else as its reason sounds. */
export function causeOfLetter(
  facts: Pick<DeadLetterFacts, 'class' | 'cause' | 'lastStatus' | 'reason'> | null,
): FailureCause {
  if (facts === null || facts.class === 'pipeline') return 'unreadable' satisfies FailureWord
  if (facts.class === 'parked') return facts.class satisfies FailureWord
  if (isFailureCause(facts.cause)) return facts.cause
  // The last answer may be older than the last attempt: the reason is of the latter.
  const answered = answeredText.exec(facts.reason)?.[1]
  if (answered !== undefined) return answered
  const word = wordOf(facts.reason)
  return word === 'other' && facts.lastStatus !== null ? String(facts.lastStatus) : word
}

/** Whether a text can be a cause. */
export function isFailureCause(text: string): boolean {
  return /^[1-9]\d\d$/.test(text) || failureWords.some(word => word === text)
}

function wordOf(text: string): FailureWord {
  return signs.find(([, sign]) => sign.test(text))?.[0] ?? 'other'
}
