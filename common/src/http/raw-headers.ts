// pure
/**
 * Header lines as they came over the wire.
 * Takes Node's flat list of names and values. Gives counts and values without joining or dropping anything.
 * Values are one letter a byte (Latin-1), so that bytes written back are the bytes that came.
 */

/** How many header lines there are, `Host` and `Content-Length` included. */
export function headerLineCount(rawHeaders: readonly string[]): number {
  return rawHeaders.length >> 1
}

/** The first value of a header, or undefined. `lowerName` must be in lower case. */
export function firstHeaderValue(rawHeaders: readonly string[], lowerName: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) return rawHeaders[index + 1]
  }
  return undefined
}

/** All lines but those of some names, which must be in lower case; a list of its own. */
export function withoutHeaders(rawHeaders: readonly string[], lowerNames: readonly string[]): string[] {
  const kept: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]]
    if (!lowerNames.includes(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

/** Headers that belong to one connection (RFC 9110, 7.6.1) and so never travel further. */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])
