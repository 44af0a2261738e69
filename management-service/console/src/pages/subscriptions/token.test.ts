import { expect, it } from 'vitest'
import { changesBetween } from '../../form/changes.js'
import { withMember } from '../../form/pointer.js'
import { withoutIdleToken } from './token.js'

const first = { name: 's', oAuthPolicy: { grantType: 'password', providerName: 'p', username: 'me' } }

it('is switched off as a whole where its kind is left out', () => {
  const draft = withMember(first, '/oAuthPolicy/grantType', undefined)

  expect(changesBetween(first, withoutIdleToken(draft))).toEqual({ oAuthPolicy: null })
})

it('is sent where its kind is chosen', () => {
  expect(withoutIdleToken(first)).toBe(first)
})
