// pure
/**
 * The filter `latest`: leaves out what is older than a version that came before it, key by key.
 * Takes paths of key and version; without the latter the header `Version` is the version. Gives a check.
 * Promises: the newest version of a key always passes, and one that comes again too; what has no key or no
 * version passes. Bound: `latestKeysMax` keys, of which the one not seen for longest is forgotten.
 */
import { versionHeader } from '../http/travelling-headers.js'
import type { Check, InspectedMessage } from './checks.js'
import { javaTextOf } from './java-text.js'
import { kind } from './json-document.js'
import type { PathStep } from './path-grammar.js'

/** Keys whose versions one filter remembers; whoever begins to run it remembers none. */
export const latestKeysMax = 10_000
/** A longer key is not told from others by it, so that its messages pass. */
const latestKeyLettersMax = 256

const lowerVersion = versionHeader.toLowerCase()
const wholeNumber = /^\d{1,18}$/

/** Makes the check; it alone among the filters remembers something. */
export function latestCheck(keyPath: readonly PathStep[], versionPath: readonly PathStep[] | null): Check {
  const newest = new Map<string, bigint>()
  return message => {
    const key = textAt(message, keyPath)
    const version =
      versionPath === null ? message.headerInAnyCase(lowerVersion) : textAt(message, versionPath)
    if (key === null || key.length > latestKeyLettersMax) return true
    if (version === null || !wholeNumber.test(version)) return true
    const own = BigInt(version)
    const known = newest.get(key)
    const isStale = known !== undefined && own < known
    // Put behind the others: a Map keeps its keys in the order in which they were set.
    newest.delete(key)
    newest.set(key, isStale ? known : own)
    if (newest.size > latestKeysMax) newest.delete(newest.keys().next().value ?? '')
    return !isStale
  }
}

/** The first value at a path as text; null where there is none, or a JSON null. */
function textAt(message: InspectedMessage, steps: readonly PathStep[]): string | null {
  const document = message.document()
  let text: string | null = null
  message.search(steps, value => {
    if (document.kinds[value] !== kind.nothing) text = javaTextOf(document, value)
    return false
  })
  return text
}
