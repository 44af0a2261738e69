// pure
/**
 * The body of a dead letter for people: text where it is text, bytes as Base64 where it is not.
 * Takes Base64. Promises: what is shown indented means the same JSON as the bytes do, letter by letter of its
 * values; where indenting would change a value (large numbers, doubled members), the text stays as it is.
 */

export type LetterBody = { readonly text: string } | { readonly base64: string }

/** The body out of its Base64. */
export function bodyOf(base64: string): LetterBody {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { base64 }
  }
}

/** A key as text, or as Base64 where it is none. */
export function keyOf(base64: string | undefined): string | null {
  if (base64 === undefined) return null
  const key = bodyOf(base64)
  return 'text' in key ? key.text : key.base64
}

/** The text to read and edit: compact JSON indented, everything else as it is. */
export function readable(body: LetterBody): string {
  if ('base64' in body) return body.base64
  try {
    const value: unknown = JSON.parse(body.text)
    return JSON.stringify(value) === body.text.trim() ? JSON.stringify(value, null, 2) : body.text
  } catch {
    return body.text
  }
}
