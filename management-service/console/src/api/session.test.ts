import { beforeEach, expect, it, vi } from 'vitest'

const nothing = (): undefined => undefined
vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: nothing, removeItem: nothing })
const { askForKey, closeDialog, refuseKey, session, signIn, signOut } = await import('./session.js')
const isAsked = (): boolean => session.get().isAsked

beforeEach(signOut)

it('asks for a key once it is refused, and not again after the dialog was closed', () => {
  refuseKey(null)
  expect(isAsked()).toBe(true)

  closeDialog()
  refuseKey(null)
  expect(isAsked()).toBe(false)
})

it('asks again for another key, and when the person wants to', () => {
  refuseKey(null)
  closeDialog()
  askForKey()
  expect(isAsked()).toBe(true)

  signIn('k')
  refuseKey('k')
  expect(isAsked()).toBe(true)
})

it('does not ask for a former key that is refused late', () => {
  signIn('k')
  refuseKey(null)

  expect(isAsked()).toBe(false)
})

it('tells that a key is refused, until there is another one', () => {
  signIn('wrong')
  expect(session.get().isRefused).toBe(false)

  refuseKey('wrong')
  expect(session.get().isRefused).toBe(true)

  signIn('right')
  expect(session.get().isRefused).toBe(false)
})
