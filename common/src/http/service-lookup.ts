/**
 * Service names to hosts and ports (SRV records).
 * Takes a name such as `_webhook._tcp.example.com`. Gives its records, the preferred ones first, each kept
 * for `keptMs`: the resolver does not tell their TTL. Promises: every lookup ends; says whose fault a failure
 * is.
 */
import { Resolver } from 'node:dns/promises'
import type { Clock } from '../time/clock.js'
import type { Place } from './dial.js'
import { saidOf, type NameLookupOptions } from './name-lookup.js'
import { remembered, type Found } from './remembered.js'

/** One record. */
export interface Service extends Place {
  /** Lower is preferred. */
  readonly priority: number
}

/** Resolves a service name. */
export type ResolveService = (
  name: string,
  callback: (error: Error | null, services: readonly Service[]) => void,
) => void

const keptMs = 10_000
/** What a record names that says there is no such service. */
const nowhere = ['', '.']

/** Makes a resolver. */
export function createServiceLookup(
  deps: { readonly clock: Clock },
  options: NameLookupOptions,
): ResolveService {
  const resolver = new Resolver({ timeout: options.queryTimeoutMs, tries: 2 })
  if (options.servers !== undefined) resolver.setServers([...options.servers])

  const ask = async (name: string): Promise<Found<readonly Service[]>> => {
    try {
      const records = await resolver.resolveSrv(name)
      const services = records
        .filter(each => !nowhere.includes(each.name))
        .map(({ name: host, port, priority }) => ({ host, port, priority }))
        .sort((a, b) => a.priority - b.priority)
      return { answer: services, keptMs }
    } catch (error) {
      throw await saidOf(resolver, name, error as NodeJS.ErrnoException)
    }
  }

  const find = remembered(deps.clock, ask)
  return (name, callback) => find(name, (error, services) => callback(error, services ?? []))
}
