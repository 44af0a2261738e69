// pure
/**
 * The two files that say how this machine resolves names.
 * Takes the text of `/etc/hosts` and `/etc/resolv.conf`. Gives names with addresses, and the search list.
 */

/** Name -> addresses. Names are lower case. */
export type Hosts = ReadonlyMap<string, readonly string[]>

/** Reads `/etc/hosts`: an address, then names; `#` begins a comment. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address, ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/)
    if (address === undefined || address === '') continue
    for (const name of names.map(each => each.toLowerCase())) {
      const known = hosts.get(name)
      if (known === undefined) hosts.set(name, [address])
      else known.push(address)
    }
  }
  return hosts
}

/** What of `/etc/resolv.conf` completes short names. */
export interface SearchList {
  readonly domains: readonly string[]
  /** A name with at least as many dots is first tried as it is. */
  readonly dotsMin: number
}

/** Reads the last `search` or `domain` line and `ndots`. */
export function parseSearchList(text: string): SearchList {
  let domains: readonly string[] = []
  let dotsMin = 1
  for (const line of text.split('\n')) {
    const [word, ...values] = line.trim().split(/\s+/)
    if (word === 'search' || word === 'domain')
      domains = values.map(each => each.replace(/\.$/, '')).slice(0, 6)
    if (word !== 'options') continue
    const dots = values.find(each => each.startsWith('ndots:'))?.slice(6) ?? ''
    if (/^\d{1,2}$/.test(dots)) dotsMin = Number(dots)
  }
  return { domains, dotsMin }
}

/**
 * The full names to ask for, in order, as the system's resolver would. A dot at the end means it is complete.
 */
export function candidates(name: string, search: SearchList): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const completed = search.domains.filter(domain => domain !== '').map(domain => `${name}.${domain}`)
  const dots = name.split('.').length - 1
  return dots >= search.dotsMin ? [name, ...completed] : [...completed, name]
}
