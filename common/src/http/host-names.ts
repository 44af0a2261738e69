// pure
/**
 * The names by which a service on loopback, or one that is told its names, is called while it asks nobody.
 * Takes how it listens, and the `Host` of each request. Gives the refusal of any other name, or null.
 * Promises: a web page whose own name was made to point at this machine (DNS rebinding) is of its origin for
 * the browser, and is refused here all the same. Left alone is who others reach and who is told no names.
 */
import { refusal, type HermesError } from '../errors/hermes-error.js'

/** How a service listens. */
export interface Listening {
  readonly host: string
  /** Whether callers have to say who they are: no page can do that for them. */
  readonly isAsking: boolean
  /** Further names, such as that of a proxy in front, in any letter case; none: any where others reach it. */
  readonly hostNames: readonly string[]
  /** The host at which its fellows call it, one more name; it alone keeps no other away. */
  readonly advertised?: string
}

/** Why a request with that `Host` is refused. No browser leaves it out, so who does is let in. */
export type HostCheck = (host: string | undefined) => HermesError | null

/** No name: none can be made to point elsewhere. */
const address = /^(\d{1,3}(\.\d{1,3}){3}|[\da-f]*:[\da-f:]*:[\da-f:.]*)$/
const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** Whether an address to listen on, or a name that is called, is one that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return loopback.test(host.toLowerCase())
}

/** Makes the check. */
export function createHostCheck({ host: listening, isAsking, hostNames, advertised }: Listening): HostCheck {
  if (isAsking || (!isLoopback(listening) && hostNames.length === 0)) return () => null
  const given = [...hostNames, ...(advertised === undefined ? [] : [advertised])]
  const named = new Set(given.map(name => name.toLowerCase()))
  return host => {
    if (host === undefined) return null
    const name = nameOf(host)
    return isLoopback(name) || address.test(name) || named.has(name) ? null : refusal('WRONG_HOST', { host })
  }
}

/** Without the port, the brackets of an IPv6 address and the dot that ends a full name. */
function nameOf(host: string): string {
  const name = host.toLowerCase().replace(/:\d*$/, '')
  return name.startsWith('[') ? name.slice(1, -1) : name.replace(/\.$/, '')
}
