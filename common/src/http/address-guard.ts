// pure
/**
 * Which addresses the broker may dial.
 * Takes an address, a URL or the answers of a resolver, and the networks that the operator allowed.
 * Gives yes, or the reason why not. Promises: whatever form an address has, the answer is about what would be
 * dialled; an IPv6 address that carries an IPv4 one is allowed only if the carried one is.
 */
import { contains, parseAddress, parseNetwork, type Network } from './address.js'

/** Exceptions of the operator: `delivery.allowedNetworks`. */
export type AllowedNetworks = readonly Network[]

interface Range {
  readonly network: Network
  readonly what: string
}

const range = (cidr: string, what: string): Range => {
  const network = parseNetwork(cidr)
  if (network === null) throw new Error(`${cidr} is not a network`)
  return { network, what }
}

/** IANA's special-purpose registries: what is not the public internet. */
const refusedRanges: readonly Range[] = [
  range('0.0.0.0/8', 'unspecified'),
  range('10.0.0.0/8', 'private'),
  range('100.64.0.0/10', 'shared by a carrier (CGNAT)'),
  range('127.0.0.0/8', 'loopback'),
  range('169.254.0.0/16', 'link-local'),
  range('172.16.0.0/12', 'private'),
  range('192.0.0.0/24', 'reserved for protocols'),
  range('192.0.2.0/24', 'for documentation'),
  range('192.88.99.0/24', 'a 6to4 relay'),
  range('192.168.0.0/16', 'private'),
  range('198.18.0.0/15', 'for benchmarks'),
  range('198.51.100.0/24', 'for documentation'),
  range('203.0.113.0/24', 'for documentation'),
  range('224.0.0.0/4', 'multicast'),
  range('240.0.0.0/4', 'reserved'),
  range('::/128', 'unspecified'),
  range('::1/128', 'loopback'),
  range('100::/64', 'for discarding'),
  range('fc00::/7', 'private'),
  range('fe80::/10', 'link-local'),
  range('fec0::/10', 'site-local'),
  range('ff00::/8', 'multicast'),
  range('5f00::/16', 'for segment routing'),
  range('2001:db8::/32', 'for documentation'),
  range('3fff::/20', 'for documentation'),
]

/** IPv6 ranges with an IPv4 address inside, and the byte where it begins. Teredo inverts its bits. */
const carriers: readonly (Range & { readonly at: number; readonly isInverted: boolean })[] = [
  { ...range('::ffff:0:0/96', 'an IPv4-mapped address'), at: 12, isInverted: false },
  { ...range('::ffff:0:0:0/96', 'an IPv4-translated address'), at: 12, isInverted: false },
  { ...range('::/96', 'an IPv4-compatible address'), at: 12, isInverted: false },
  { ...range('64:ff9b::/96', 'a NAT64 address'), at: 12, isInverted: false },
  { ...range('64:ff9b:1::/48', 'a local NAT64 address'), at: 12, isInverted: false },
  { ...range('2002::/16', 'a 6to4 address'), at: 2, isInverted: false },
  { ...range('2001::/32', 'a Teredo address'), at: 12, isInverted: true },
]
/** Only here, of the carriers, does a packet surely end at the carried address. */
const mapped = carriers[0]?.network

/** Everything else of IPv6 is not routed in public. */
const globalUnicast = range('2000::/3', '').network
const protocolAssignments = range('2001::/23', '').network

/** Reads the operator's exceptions; throws a sentence for what is not a network. */
export function parseNetworks(list: readonly string[]): AllowedNetworks {
  return list.map(text => {
    const network = parseNetwork(text)
    if (network !== null) return network
    throw new Error(`delivery.allowedNetworks: ${text} is not a network such as 10.0.0.0/8 or fd00::/8`)
  })
}

/** Whether this address may be dialled. Text that is no address may not. */
export function isAllowed(address: string, allowed: AllowedNetworks): boolean {
  return addressProblem(address, allowed) === null
}

/** Why this address may not be dialled, or null. */
export function addressProblem(address: string, allowed: AllowedNetworks): string | null {
  const bytes = parseAddress(address)
  if (bytes === null) return `${address} is not an address`
  const what = whatForbids(bytes, allowed)
  return what === null ? null : `the address ${address} is ${what}`
}

/**
 * The check of an endpoint before it is resolved: why its host may not be called, or null. A name passes,
 * unless it means this machine; its addresses are checked when it is dialled.
 */
export function checkEndpointHost(url: URL | string, allowed: AllowedNetworks): string | null {
  const host = (typeof url === 'string' ? new URL(url) : url).hostname
  if (host === '') return 'the endpoint has no host'
  if (parseAddress(host) !== null) return addressProblem(host, allowed)
  const name = host.toLowerCase().replace(/\.$/, '')
  const isHere = name === 'localhost' || name.endsWith('.localhost')
  return isHere ? addressProblem('127.0.0.1', allowed) : null
}

function whatForbids(bytes: Uint8Array, allowed: AllowedNetworks): string | null {
  const carrier = carriers.find(each => contains(each.network, bytes))
  if (carrier !== undefined && !isUnspecifiedOrLoopback(bytes)) {
    const inner = bytes
      .slice(carrier.at, carrier.at + 4)
      .map(byte => (carrier.isInverted ? ~byte & 0xff : byte))
    const innerForbids = whatForbids(inner, allowed)
    if (innerForbids !== null) return `${carrier.what} of an address that is ${innerForbids}`
    return carrier.network === mapped || isIn(allowed, bytes) ? null : carrier.what
  }
  if (isIn(allowed, bytes)) return null
  const found = refusedRanges.find(each => contains(each.network, bytes))
  if (found !== undefined) return found.what
  if (bytes.length === 4) return null
  if (contains(protocolAssignments, bytes)) return 'reserved for protocols'
  return contains(globalUnicast, bytes) ? null : 'not routed in public'
}

function isIn(networks: AllowedNetworks, bytes: Uint8Array): boolean {
  return networks.some(network => contains(network, bytes))
}

/** `::` and `::1` lie in the range of IPv4-compatible addresses without being such. */
function isUnspecifiedOrLoopback(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.subarray(0, 15).every(byte => byte === 0) && (bytes[15] ?? 0) <= 1
}
