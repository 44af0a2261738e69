import { describe, expect, it } from 'vitest'
import { problemBody, problemDetails } from '@iris/common/errors/problem'
import { forbidden } from './forbidden.js'

describe('the refusal of who may not do something', () => {
  it.each([
    [{ right: 'reader', group: 'shop', isOwnable: false }, 'This takes the role reader:shop'],
    [{ right: 'owner', group: 'shop', isOwnable: true }, 'This takes the role owner:shop, or to own it'],
    [{ right: 'reader', group: null, isOwnable: false }, 'This takes the role reader:*'],
    [{ right: 'admin', group: null, isOwnable: true }, 'This takes the role admin'],
  ] as const)('names the role that it takes: %j', (missed, detail) => {
    expect(problemDetails(forbidden(missed))).toMatchObject({
      ...{ status: 403, code: 'OTHER', detail },
      fix: 'Use a key or token that has it, or ask an admin for one',
    })
  })

  it('is as Hermes writes it for who does not ask for problem details', () => {
    expect(problemBody(forbidden({ right: 'admin', group: null, isOwnable: false }))).toBe(
      '{"message":"HTTP 403 Forbidden","code":"OTHER"}',
    )
  })
})
