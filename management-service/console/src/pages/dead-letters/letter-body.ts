// pure
/**
 * The body of a dead letter for people: text where it is text, bytes as Base64 where it is not.
 * Takes Base64. Promises: what is shown indented means the same JSON as the bytes do, letter by letter of its
 * values; where indenting would change a value (large numbers, doubled members), the text stays as it is.
 */

export type LetterBody = { readonly text: string } | { readonly base64: string }

/** The body out of its Base64. */
export function bodyOf(base64: string): LetterBody {
  const text = textIn(base64)
  return text === null ? { base64 } : { text }
}

/** Letters of a body that stand in a list. */
const beginningMax = 80
/** Four letters of Base64 are three bytes, and a letter has at most four bytes. */
const beginningBase64Max = beginningMax * 8

/** How a body begins, in one line. No more of it is read than that takes. */
export function beginningOf(base64: string): string {
  const isCut = base64.length > beginningBase64Max
  const text = textIn(base64.slice(0, beginningBase64Max), isCut) ?? base64
  const letters = Array.from(text.replaceAll(/\s+/g, ' '))
  const isWhole = !isCut && letters.length <= beginningMax
  return isWhole ? letters.join('') : `${letters.slice(0, beginningMax).join('')}…`
}

/** Controls that no text has: a binary record may be UTF-8 by chance. */
const unwritten = /[^\P{Cc}\t\n\r]/u

/** Null where the bytes are no text. `isCut`: they may end within a letter, which is left out then. */
function textIn(base64: string, isCut = false): string | null {
  const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const text = decoder.decode(bytes, { stream: isCut })
    return unwritten.test(text) ? null : text
  } catch {
    return null
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
