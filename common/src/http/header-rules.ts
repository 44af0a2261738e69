// pure
/**
 * Which header lines an outgoing request can carry.
 * Takes a name and a value. Gives whether they can be sent, and arrive, as they are.
 * Why: undici throws on some of them, and a bad header must cost that header, not the delivery (decision 31).
 */

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const notInValue = /[^\t\x20-\x7e\x80-\xff]/

/** Framing and connection belong to the client; undici refuses these or acts on them. */
const ownedByClient = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** Whether a value has no blank at its ends, which HTTP takes for no part of it. */
export function isTrimmed(value: string): boolean {
  return !/^[ \t]|[ \t]$/.test(value)
}

/** Whether a request may carry this line. */
export function canBeSent(name: string, value: string): boolean {
  return token.test(name) && !notInValue.test(value) && !ownedByClient.has(name.toLowerCase())
}
