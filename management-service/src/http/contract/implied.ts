// pure
/**
 * What a contract need not say, because it follows from what it says.
 */
import type { PromisedRoute } from './contract.js'

/** Whether `?dryRun=true` tells what a route would do: it changes something, and has no `dryRun` of its own. */
export function isRehearsed({ method, contract }: Pick<PromisedRoute, 'method' | 'contract'>): boolean {
  return method !== 'GET' && contract.onlyAsks !== true && contract.query?.['dryRun'] === undefined
}
