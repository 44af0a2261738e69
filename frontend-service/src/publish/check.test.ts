import { describe, expect, it } from 'vitest'
import { checkContent } from './check.js'

describe('the content of a body', () => {
  it('is refused with the reason, as a 400, when it is not JSON', () => {
    const error = checkContent({ acceptAnyBytes: false }, Buffer.from('nope'))

    expect(error).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
    expect(error?.message).toBe('Invalid message: not JSON: unexpected o at byte 1')
  })

  it.each(['nope', '', '{}'])('may be %j when any bytes are accepted', body => {
    expect(checkContent({ acceptAnyBytes: true }, Buffer.from(body))).toBeNull()
  })
})
