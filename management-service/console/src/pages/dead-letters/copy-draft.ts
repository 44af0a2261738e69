// pure
/**
 * An edited copy of a dead letter while it is written.
 * Takes the letter. Gives a draft, and the call that makes the copy: only what was changed is sent.
 */
import type { Call } from '../../api/call.js'
import { bodyOf, keyOf, readable } from './letter-body.js'

export interface CopyDraft {
  readonly body: string
  /** As it came, in Base64: what is shown may be indented. */
  readonly original: string
  /** Whether the body is text; otherwise it is Base64. */
  readonly isText: boolean
  readonly key: string
  /** `Name: value`, a line each. */
  readonly headers: string
  readonly isReplacing: boolean
}

interface Letter {
  readonly body: string
  readonly key?: string
  readonly propagated: readonly { readonly name: string; readonly value: string }[]
}

/** The draft to begin with. */
export function draftOf(letter: Letter): CopyDraft {
  const body = bodyOf(letter.body)
  return {
    body: readable(body),
    original: letter.body,
    isText: 'text' in body,
    key: keyOf(letter.key) ?? '',
    headers: letter.propagated.map(({ name, value }) => `${name}: ${value}`).join('\n'),
    isReplacing: true,
  }
}

/** All of it as one text, to compare. */
export function draftText({ body, key, headers }: CopyDraft): string {
  return `Key: ${key}\n${headers === '' ? '' : `${headers}\n`}\n${body}\n`
}

/** The call. `path` is that of the letter's copy. */
export function copyCallOf(path: string, first: CopyDraft, draft: CopyDraft): Call {
  return {
    method: 'POST',
    path,
    body: {
      ...bodyMember(first, draft),
      ...(draft.key === first.key ? {} : { key: draft.key === '' ? null : draft.key }),
      ...(draft.headers === first.headers ? {} : { headers: headersIn(draft.headers) }),
      replace: draft.isReplacing,
    },
  }
}

function bodyMember(first: CopyDraft, { body, isText }: CopyDraft): Readonly<Record<string, string>> {
  if (body === first.body) return { body: first.original }
  return isText ? { text: body } : { body }
}

function headersIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':')
      return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
  )
}
