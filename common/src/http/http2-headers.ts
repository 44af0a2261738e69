// pure
/**
 * The header lines of a request as HTTP/2 carries them.
 * Takes lines as HTTP/1.1 has them, name, value, name, value. Gives fields by lower-case name.
 * Promises: what may be given once is given once, the last of them; `Host` becomes the authority.
 */
import type { OutgoingRequest } from './attempt.js'

/** Fields by name; several values of one name keep their order. */
export type Http2Fields = Record<string, string | string[]>

/** Node refuses these if they are given twice (`kSingleValueHeaders` of its `internal/http2/util`). */
const singles = new Set([
  ...['access-control-allow-credentials', 'access-control-max-age', 'access-control-request-method', 'age'],
  ...['authorization', 'content-encoding', 'content-language', 'content-length', 'content-location'],
  ...['content-md5', 'content-range', 'content-type', 'date', 'dnt', 'etag', 'expires', 'from'],
  ...['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'if-unmodified-since', 'last-modified'],
  ...['location', 'max-forwards', 'proxy-authorization', 'range', 'referer', 'retry-after', 'tk'],
  ...['upgrade-insecure-requests', 'user-agent', 'x-content-type-options', ':authority'],
])

/** The fields of a request to `origin`. */
export function http2Fields({ method, path, headers, body }: OutgoingRequest, origin: URL): Http2Fields {
  const fields = Object.create(null) as Http2Fields
  fields[':method'] = method
  fields[':scheme'] = origin.protocol.slice(0, -1)
  fields[':authority'] = origin.host
  fields[':path'] = path
  for (let index = 0; index + 1 < headers.length; index += 2) {
    add(fields, headers[index] ?? '', headers[index + 1] ?? '')
  }
  fields['content-length'] = String(body.length)
  return fields
}

function add(fields: Http2Fields, line: string, value: string): void {
  const lower = line.toLowerCase()
  const name = lower === 'host' ? ':authority' : lower
  const present = fields[name]
  if (present === undefined || singles.has(name)) fields[name] = value
  else if (typeof present === 'string') fields[name] = [present, value]
  else present.push(value)
}
