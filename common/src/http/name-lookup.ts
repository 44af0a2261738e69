/**
 * Names to addresses, without the thread pool of the process.
 * Takes a name. Gives all its addresses, from the hosts file or from DNS with the search list, each kept for
 * its TTL. Promises: one slow name holds up no other; lookups of one name at the same time are one; every
 * lookup ends; says whose fault a failure is: the name's, or our resolver's. Bound: `addressesMax` addresses
 * of a name.
 */
import type { RecordWithTtl } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../time/clock.js'
import type { ResolveName } from './guarded-lookup.js'
import { remembered, type Found } from './remembered.js'
import { candidates, parseHosts, parseSearchList, type Hosts, type SearchList } from './hosts-file.js'

/** Our resolver does not answer, so nothing can be said about the name. */
export class ResolverDown extends Error {
  override readonly name = 'ResolverDown'
  readonly code = 'RESOLVER_DOWN'
}

export interface NameLookupOptions {
  /** For one question to one server; a question is asked twice. */
  readonly queryTimeoutMs: number
  /** For tests; the system's servers otherwise. */
  readonly servers?: readonly string[]
}

const keptMsMin = 1_000
const keptMsMax = 30_000
/** As many as a subscription may have targets; far more than a connection tries in its time. */
const addressesMax = 100
const filesKeptMs = 10_000
/** The answers that say something about the name, rather than about our resolver. */
const saidByServer = new Set([
  'ENOTFOUND',
  'ENODATA',
  'ESERVFAIL',
  'EBADNAME',
  'EREFUSED',
  'EBADRESP',
  'ENONAME',
])

/** Makes a resolver. */
export function createNameLookup(deps: { readonly clock: Clock }, options: NameLookupOptions): ResolveName {
  const resolver = new Resolver({ timeout: options.queryTimeoutMs, tries: 2 })
  if (options.servers !== undefined) resolver.setServers([...options.servers])
  let files: { hosts: Hosts; search: SearchList; untilMs: number } | null = null

  const readFiles = async (): Promise<{ hosts: Hosts; search: SearchList }> => {
    if (files !== null && deps.clock.monotonic() < files.untilMs) return files
    const [hosts, search] = await Promise.all([textOf('/etc/hosts'), textOf('/etc/resolv.conf')])
    const untilMs = deps.clock.monotonic() + filesKeptMs
    files = { hosts: parseHosts(hosts), search: parseSearchList(search), untilMs }
    return files
  }

  const ask = async (name: string): Promise<Found<readonly string[]>> => {
    const { hosts, search } = await readFiles()
    const listed = hosts.get(name.toLowerCase().replace(/\.$/, ''))
    if (listed !== undefined) return { answer: listed, keptMs: 0 }
    return askServers(resolver, candidates(name, search))
  }

  const find = remembered(deps.clock, ask)
  return (name, callback) => find(name, (error, addresses) => callback(error, addresses ?? []))
}

async function askServers(resolver: Resolver, names: readonly string[]): Promise<Found<readonly string[]>> {
  let last: Error = Object.assign(new Error('no name to ask for'), { code: 'ENOTFOUND' })
  for (const name of names) {
    const [four, six] = await Promise.allSettled([
      resolver.resolve4(name, { ttl: true }),
      resolver.resolve6(name, { ttl: true }),
    ])
    const records: RecordWithTtl[] = [four, six].flatMap(each =>
      each.status === 'fulfilled' ? each.value : [],
    )
    if (records.length > 0) {
      const ttlMs = Math.min(...records.map(each => each.ttl)) * 1000
      const addresses = records.slice(0, addressesMax).map(each => each.address)
      return { answer: addresses, keptMs: Math.min(keptMsMax, Math.max(keptMsMin, ttlMs)) }
    }
    const reason = four.status === 'rejected' ? (four.reason as NodeJS.ErrnoException) : null
    if (reason === null) continue
    last = await saidOf(resolver, name, reason)
    if (!isAboutName(last)) throw last
  }
  throw last
}

/** What a failed question means: the name has no such record, or nobody answered. */
export async function saidOf(resolver: Resolver, name: string, error: NodeJS.ErrnoException): Promise<Error> {
  if (!saidByServer.has(error.code ?? '')) return blame(resolver, name, error)
  return Object.assign(new Error(`${name} has no address`, { cause: error }), { code: 'ENOTFOUND' })
}

function isAboutName(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOTFOUND'
}

/** A question that nobody answered: the name's servers are dead, or ours are. The root zone tells which. */
async function blame(resolver: Resolver, name: string, cause: NodeJS.ErrnoException): Promise<Error> {
  const isOurs = await resolver.resolveNs('.').then(
    () => false,
    (error: unknown) => !saidByServer.has((error as NodeJS.ErrnoException).code ?? ''),
  )
  if (isOurs) return new ResolverDown(`no DNS server answers (asked for ${name})`, { cause })
  return Object.assign(new Error(`the DNS servers of ${name} do not answer`, { cause }), { code: 'ETIMEOUT' })
}

/** A file that is not there says nothing. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
