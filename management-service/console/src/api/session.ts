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
  /** Whether management does not take the key. */
  readonly isRefused: boolean
  /** The key that the dialog was closed for without another one; undefined where it was not closed so. */
  readonly keptTo: string | null | undefined
}

/** The session of this tab. */
export const session = createStore<Session>({
  ...{ key: sessionStorage.getItem(place), isAsked: false, isRefused: false, keptTo: undefined },
})

/** Uses this key from now on. */
export function signIn(key: string): void {
  sessionStorage.setItem(place, key)
  session.set({ key, isAsked: false, isRefused: false, keptTo: undefined })
}

/** Forgets the key. */
export function signOut(): void {
  sessionStorage.removeItem(place)
  session.set({ key: null, isAsked: false, isRefused: false, keptTo: undefined })
}

/** Opens the dialog that asks for a key. */
export function askForKey(): void {
  if (!session.get().isAsked) session.set({ ...session.get(), isAsked: true })
}

/** Closes it. Polling goes on being refused: it does not ask again for the same key. */
export function closeDialog(): void {
  session.set({ ...session.get(), isAsked: false, keptTo: session.get().key })
}

/** Tells that management refused this key: it is asked for another one, unless it is a former key. */
export function refuseKey(refused: string | null): void {
  const { key, keptTo, isRefused } = session.get()
  if (refused !== key) return
  if (!isRefused) session.set({ ...session.get(), isRefused: true })
  if (refused !== keptTo) askForKey()
}
