// pure
/**
 * The area that a page belongs to, as the navigation and the way up say.
 * Takes an address and the addresses of areas. Gives that of its area; null where it has none.
 */

/** Pages whose address begins with that of another area, or with none. */
const elsewhere: readonly (readonly [pattern: RegExp, area: string])[] = [
  [/^\/topics\/[^/]+\/(subscriptions|new-subscription)(\/|$)/, '/subscriptions'],
  [/^\/new-topic$/, '/topics'],
]

/** The area. */
export function areaOf(address: string, areas: readonly string[]): string | null {
  const area = elsewhere.find(([pattern]) => pattern.test(address))?.[1]
  return (
    area ?? areas.find(path => address === path || (path !== '/' && address.startsWith(`${path}/`))) ?? null
  )
}
