import { describe, expect, it } from 'vitest'
import { copyCallOf, draftOf, draftText } from './copy-draft.js'

const letter = {
  body: Buffer.from('{"a":1}').toString('base64'),
  key: Buffer.from('k').toString('base64'),
  propagated: [{ name: 'X-A', value: 'one: two' }],
}
const first = draftOf(letter)

describe('an edited copy', () => {
  it('begins as the letter', () => {
    expect(draftText(first)).toBe('Key: k\nX-A: one: two\n\n{\n  "a": 1\n}\n')
  })

  it('sends its body, and of the rest what was changed', () => {
    const { body } = copyCallOf('/copy', first, { ...first, body: '{"a":2}' })

    expect(body).toEqual({ text: '{"a":2}', replace: true })
  })

  it('can have other headers and no key', () => {
    const draft = { ...first, key: '', headers: 'X-A: one: two\nX-B:3\n\n', isReplacing: false }

    expect(copyCallOf('/copy', first, draft).body).toEqual({
      body: letter.body,
      key: null,
      headers: { 'X-A': 'one: two', 'X-B': '3' },
      replace: false,
    })
  })

  it('of bytes stays bytes', () => {
    const bytes = Buffer.from([0xff, 0x00]).toString('base64')
    const draft = draftOf({ body: bytes, propagated: [] })

    expect(copyCallOf('/copy', draft, draft).body).toEqual({ body: bytes, replace: true })
  })
})
