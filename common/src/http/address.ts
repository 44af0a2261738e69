/**
 * IP addresses and networks as bytes.
 * Takes text as sockets and resolvers write it. Gives 4 or 16 bytes, and whether a network contains them.
 * Refuses what is not exactly an address: no names, no short forms of IPv4, no zones.
 */
import { isIPv4, isIPv6 } from 'node:net'

/** A range of addresses of one family. */
export interface Network {
  readonly bytes: Uint8Array
  readonly prefixLength: number
}

/** The bytes of an address, or null where the text is none. IPv6 may stand in brackets. */
export function parseAddress(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.').map(Number))
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  return isIPv6(bare) && !bare.includes('%') ? parseIPv6(bare) : null
}

/** A network in CIDR notation, or one address; null where the text is neither. */
export function parseNetwork(text: string): Network | null {
  const [address = '', length, ...rest] = text.split('/')
  const bytes = parseAddress(address)
  if (bytes === null || rest.length > 0) return null
  if (length === undefined) return { bytes, prefixLength: bytes.length * 8 }
  const prefixLength = /^\d{1,3}$/.test(length) ? Number(length) : Infinity
  return prefixLength <= bytes.length * 8 ? { bytes, prefixLength } : null
}

/** Whether the address is of the network's family and lies in it. */
export function contains(network: Network, address: Uint8Array): boolean {
  if (network.bytes.length !== address.length) return false
  const whole = network.prefixLength >> 3
  for (let index = 0; index < whole; index++) if (network.bytes[index] !== address[index]) return false
  const rest = network.prefixLength & 7
  const difference = (network.bytes[whole] ?? 0) ^ (address[whole] ?? 0)
  return rest === 0 || difference >> (8 - rest) === 0
}

/** Text that `isIPv6` accepted: at most one `::`, and perhaps an IPv4 tail. */
function parseIPv6(text: string): Uint8Array {
  const [head = '', tail] = text.split('::')
  const first = groupsOf(head)
  const last = tail === undefined ? [] : groupsOf(tail)
  const middle = new Array<number>(8 - first.length - last.length).fill(0)
  return Uint8Array.from([...first, ...middle, ...last].flatMap(group => [group >> 8, group & 0xff]))
}

function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap(part => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)]
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
    return [(a << 8) | b, (c << 8) | d]
  })
}
