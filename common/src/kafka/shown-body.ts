// pure
/**
 * A message's body and headers as members of JSON, for who reads messages and is no subscriber.
 * Takes bytes and header lines. Promises: JSON stays the text that came; what is not UTF-8 is Base64 under a
 * name of its own, so that nobody takes it for text.
 */
import { isUtf8 } from 'node:buffer'

/** What a body is: JSON, other text, or bytes. */
export type ShownBody =
  | { readonly kind: 'body'; readonly json: string }
  | { readonly kind: 'bodyText'; readonly text: string }
  | { readonly kind: 'bodyBase64'; readonly base64: string }

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** Looks at a body; a byte order mark before JSON or text is none of it. */
export function shownBody(body: Buffer): ShownBody {
  const plain = body.subarray(0, 3).equals(byteOrderMark) ? body.subarray(3) : body
  if (!isUtf8(plain)) return { kind: 'bodyBase64', base64: body.toString('base64') }
  const text = plain.toString('utf8')
  return isJson(text) ? { kind: 'body', json: text } : { kind: 'bodyText', text }
}

/** The member as it stands in JSON text, such as `"body":{"n":1}`. */
export function bodyMember(body: ShownBody): string {
  if (body.kind === 'body') return `"body":${body.json}`
  const text = body.kind === 'bodyText' ? body.text : body.base64
  return `${JSON.stringify(body.kind)}:${JSON.stringify(text)}`
}

/** Lines as an object; a name that comes twice has its last value. */
export function headersObject(lines: readonly string[] | null): Readonly<Record<string, string>> {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < (lines?.length ?? 0); index += 2)
    pairs.push([lines?.[index] ?? '', lines?.[index + 1] ?? ''])
  return Object.fromEntries(pairs)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
