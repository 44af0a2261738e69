// pure
/**
 * Who publishes, as far as it is remembered.
 * Takes the name that a caller has proved, its address, and what it says of itself and its program. Gives an
 * identity. Promises: nobody who only says a name is taken for who has proved it; of an address only its
 * network remains, of a program only its name.
 */
import { parseAddress } from '@iris/common/http/address'

/** One identity; the same `key` is the same one. */
export interface Publisher {
  readonly key: string
  /** Of the key, account or token that let it in, or as a proxy says; null where there is neither. */
  readonly name: string | null
  /** Whether credentials prove the name. */
  readonly isProven: boolean
  /** Where the name is null: the first 24 bits of an IPv4 address, the first 48 of an IPv6 address. */
  readonly network: string | null
  /** The first product of its `User-Agent`. */
  readonly client: string | null
}

const nameLettersMax = 200
const clientLettersMax = 40
/** With dashes as names of hosts hold it, `host-203-0-113-9.isp.example`, too. */
const addressInside = /\d{1,3}(?:[._-]\d{1,3}){3}|:[0-9a-f]*:/i
const productPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/

/** Somebody who has proved a name. */
export function named(name: string, client: string | null): Publisher {
  const shown = kept(shownOf(name))
  return { key: kept(`name ${shown}\n${client ?? ''}`), name: shown, isProven: true, network: null, client }
}

/** Somebody of whom only the address is known, or not even that. */
export function stranger(address: string | undefined, client: string | null): Publisher {
  const network = networkOf(address)
  const key = kept(`network ${network ?? ''}\n${client ?? ''}`)
  return { key, name: null, isProven: false, network, client }
}

/**
 * Somebody of whom a proxy in front says who it is: a name, or an address, of which the network remains. A
 * text that holds an address among other things counts for nothing; one written as a single number is a name.
 */
export function saidToBe(
  said: string | undefined,
  address: string | undefined,
  client: string | null,
): Publisher {
  const last = shownOf(said?.slice(said.lastIndexOf(',') + 1).trim() ?? '').trim()
  if (last === '') return stranger(address, client)
  if (networkOf(last) !== null) return stranger(last, client)
  if (addressInside.test(last)) return stranger(address, client)
  const key = kept(`said ${last}\n${client ?? ''}`)
  return { key, name: kept(last), isProven: false, network: null, client }
}

/** The program of a `User-Agent`, without its version: `curl` of `curl/8.5.0`. */
export function clientOf(userAgent: string | undefined): string | null {
  const product = productPattern.exec(userAgent?.slice(0, clientLettersMax) ?? '')?.[0]
  return product === undefined ? null : kept(product)
}

/** `10.1.2.0/24` of `10.1.2.3`, `2001:db8:1::/48` of `2001:db8:1:2::3`; null of what is no address. */
export function networkOf(address: string | undefined): string | null {
  // Of a listener for both families IPv4 comes mapped, and a link-local address with its zone.
  const bytes = parseAddress((address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, ''))
  if (bytes === null) return null
  if (bytes.length === 4) return `${bytes.slice(0, 3).join('.')}.0/24`
  const groups = [0, 2, 4].map(at => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16))
  while (groups.at(-1) === '0') groups.pop()
  return `${groups.join(':')}::/48`
}

/** What of a name is shown: its first letters, without those that steer a terminal. */
function shownOf(name: string): string {
  return name.slice(0, nameLettersMax).replace(/\p{Cc}/gu, '')
}

/**
 * A copy that stands alone. A part of a text is a view of the whole one to V8: ten letters of a header would
 * keep its sixteen kilobytes for the day that they are remembered.
 */
function kept(text: string): string {
  return Buffer.from(text).toString()
}
