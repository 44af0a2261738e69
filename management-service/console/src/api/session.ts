/**
 * Who the console speaks for.
 * Takes an API key or a token from the person who signs in. Gives it to every call, and forgets it
 * with the tab. Promises: it is kept in this tab only, never in an address, a log or a shown command.
 */
import { createStore } from './store.js'

const place = 'iris.key'

export interface Session {
  /** Null where nobody signed in: calls go out without a key. */
  readonly key: string | null
  /** Whether management refused a call for want of a key, or because the key is none. */
  readonly isAsked: boolean
}

/** The session of this tab. */
export const session = createStore<Session>({ key: sessionStorage.getItem(place), isAsked: false })

/** Uses this key from now on. */
export function signIn(key: string): void {
  sessionStorage.setItem(place, key)
  session.set({ key, isAsked: false })
}

/** Forgets the key. */
export function signOut(): void {
  sessionStorage.removeItem(place)
  session.set({ key: null, isAsked: false })
}

/** Opens the dialog that asks for a key. */
export function askForKey(): void {
  if (!session.get().isAsked) session.set({ ...session.get(), isAsked: true })
}
