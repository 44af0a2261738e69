// pure
/**
 * Why attempts fail, in words.
 * Takes a cause as management tells it: the status of an answer, or a word. Gives what a person says.
 */

/** Where no answer came; the word, and what it says. */
const words: Readonly<Record<string, string>> = {
  timeout: 'no answer in time',
  connectionRefused: 'connection refused',
  connectionLost: 'connection closed before the answer',
  unreachable: 'the host cannot be reached',
  nameNotFound: 'the name of the host is not found (DNS)',
  tls: 'no secure connection (TLS)',
  forbidden: 'the address may not be called',
  ownFault: 'a fault of Iris itself',
  neverTried: 'its time ended before an attempt',
  unreadable: 'could not be read or judged',
  parked: 'never tried: its key is parked',
  other: 'something else',
}

/** `answered 503`, `no answer in time`. */
export function causeWord(cause: string): string {
  if (/^\d{3}$/.test(cause)) return `answered ${cause}`
  return words[cause] ?? cause
}

/** The words that a person chooses from, besides statuses. */
export const causeChoices = Object.entries(words).map(([value, label]) => ({ value, label }))
