/**
 * The web page of the chat.
 * Takes the one file that it is. Gives its bytes and a policy by which a browser runs the script in it and no
 * other, so that what people write cannot become one. Promises: it loads nothing from elsewhere.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface Page {
  readonly body: Buffer
  readonly policy: string
}

/** Reads the page. */
export function readPage(): Page {
  const body = readFileSync(new URL('../../chat/page.html', import.meta.url))
  const text = body.toString('utf8')
  const script = hashOf(between(text, '<script>', '</script>'))
  const style = hashOf(between(text, '<style>', '</style>'))
  const own = `connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`
  return { body, policy: `default-src 'none'; script-src '${script}'; style-src '${style}'; ${own}` }
}

function between(text: string, opening: string, closing: string): string {
  const start = text.indexOf(opening) + opening.length
  return text.slice(start, text.indexOf(closing, start))
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
