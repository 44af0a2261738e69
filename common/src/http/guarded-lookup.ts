/**
 * The resolver hook of every connection that we open to somebody else's host.
 * Takes a name and a way to resolve it. Gives only addresses that may be dialled, to the socket that dials
 * them. Promises: the address that was checked is the address that is dialled, so a name that changes its
 * meaning between check and connect gains nothing. Refuses a name none of whose addresses is allowed.
 */
import { isIPv6, type LookupFunction } from 'node:net'
import { addressProblem, isAllowed, type AllowedNetworks } from './address-guard.js'

/** Resolves a name to all its addresses. */
export type ResolveName = (
  name: string,
  callback: (error: Error | null, addresses: readonly string[]) => void,
) => void

/** The name means only addresses that may not be dialled. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress'
  readonly code = 'FORBIDDEN_ADDRESS'
}

/** A `lookup` for sockets. */
export function guardedLookup(resolve: ResolveName, allowed: AllowedNetworks): LookupFunction {
  return (name, options, callback) => {
    resolve(name, (error, addresses) => {
      if (error !== null) return callback(error, '', 0)
      const family = options.family === 4 || options.family === 6 ? options.family : 0
      const fitting = addresses.filter(each => family === 0 || familyOf(each) === family)
      const good = fitting.filter(each => isAllowed(each, allowed))
      const first = good[0]
      if (first === undefined) return callback(refuse(name, fitting, allowed), '', 0)
      if (options.all !== true) return callback(null, first, familyOf(first))
      callback(
        null,
        good.map(address => ({ address, family: familyOf(address) })),
      )
    })
  }
}

function refuse(name: string, addresses: readonly string[], allowed: AllowedNetworks): Error {
  const first = addresses[0]
  if (first === undefined) return Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' })
  return new ForbiddenAddress(`${name} may not be called: ${addressProblem(first, allowed) ?? ''}`)
}

function familyOf(address: string): 4 | 6 {
  return isIPv6(address) ? 6 : 4
}
