/**
 * The hosts that a name means, as they come and go.
 * Takes a name: of services where it begins with `_`, of addresses otherwise. Gives hosts with ports.
 * Promises: once a name was resolved, nobody waits for DNS: the last answer serves while a newer one is
 * fetched, and goes on serving while our resolver is down.
 */
import type { ResolveName } from '@iris/common/http/guarded-lookup'
import type { ResolveService, Service } from '@iris/common/http/service-lookup'

/** How names are resolved. */
export interface Names {
  readonly addresses: ResolveName
  readonly services: ResolveService
}

export interface Hosts {
  /** Called once, at once or later; null when there is no answer, with the reason. */
  find(done: (error: Error | null, hosts: readonly Service[] | null) => void): void
}

/** Makes the hosts of a name; `port` is that of addresses, which carry none. */
export function createHosts(names: Names, name: string, port: number): Hosts {
  let last: readonly Service[] | null = null
  let isAsking = false
  let waiting: ((error: Error | null) => void)[] = []

  const answered = (error: Error | null, hosts: readonly Service[]): void => {
    isAsking = false
    if (error === null) last = hosts
    else if (isAboutName(error)) last = null
    const told = waiting
    waiting = []
    for (const tell of told) tell(error)
  }
  const ask = (): void => {
    if (isAsking) return
    isAsking = true
    if (name.startsWith('_')) return names.services(name, answered)
    names.addresses(name, (error, addresses) =>
      answered(
        error,
        addresses.map(host => ({ host, port, priority: 0 })),
      ),
    )
  }

  return {
    find(done) {
      // The lookup remembers for the TTL of its answer: until then asking costs nothing.
      ask()
      if (last !== null) done(null, last)
      else if (isAsking) waiting.push(error => done(error, last))
      else done(null, last)
    },
  }
}

function isAboutName(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOTFOUND'
}
