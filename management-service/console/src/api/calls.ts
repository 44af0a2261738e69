/**
 * The calls that the page in sight has made, for whoever wants to do the same in a terminal.
 * Takes each call as it goes out. Gives the distinct ones since the page was opened, oldest first.
 * Bound: `callsMax`; what came first stays, since it is what the page is about.
 */
import { addressOf, withoutSecrets, type Call } from './call.js'
import { createStore } from './store.js'

const callsMax = 30

const made = createStore<readonly Call[]>([])

/** Adds one; the same call again, as polling makes it, is one call. */
export function noteCall(call: Call): void {
  const calls = made.get()
  const isSame = (other: Call): boolean =>
    other.method === call.method && addressOf(other) === addressOf(call) && call.method === 'GET'
  if (calls.length < callsMax && !calls.some(isSame)) made.set([...calls, withoutSecrets(call)])
}

/** Begins anew: another page was opened. */
export function forgetCalls(): void {
  made.set([])
}

/** The calls, as a component sees them. */
export function useCalls(): readonly Call[] {
  return made.use()
}
