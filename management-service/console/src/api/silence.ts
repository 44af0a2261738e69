/**
 * Whether management answers at all, told once for all parts of a page.
 * Takes how each call ended. Gives whether the last one found nobody.
 */
import { createStore } from './store.js'

const silent = createStore(false)

/** Notes that a call found nobody; one that was taken back tells nothing. */
export function noteSilence(error: unknown): void {
  const isTakenBack = error instanceof Error && error.name === 'AbortError'
  if (!isTakenBack && !silent.get()) silent.set(true)
}

/** Notes that a call was answered, whatever with. */
export function noteAnswer(): void {
  if (silent.get()) silent.set(false)
}

/** Whether nobody answers now, as a component sees it. */
export function useSilence(): boolean {
  return silent.use()
}
