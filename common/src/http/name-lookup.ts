/**
 * Names to addresses, without the thread pool of the process.
 * Takes a name. Gives all its addresses, from the hosts file or from DNS with the search list, each kept for
 * its TTL. Promises: one slow name holds up no other; lookups of one name at the same time are one; every
 * lookup ends. Bound: `namesMax` names are remembered. Says whose fault a failure is: the name's, or our
 * resolver's.
 */
import type { RecordWithTtl } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../time/clock.js'
import type { ResolveName } from './guarded-lookup.js'
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

interface Answer {
  readonly addresses: readonly string[]
  readonly untilMs: number
}

const namesMax = 1_000
const keptMsMin = 1_000
const keptMsMax = 30_000
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
  const known = new Map<string, Answer>()
  const asking = new Map<string, Promise<readonly string[]>>()
  let files: { hosts: Hosts; search: SearchList; untilMs: number } | null = null

  const readFiles = async (): Promise<{ hosts: Hosts; search: SearchList }> => {
    if (files !== null && deps.clock.monotonic() < files.untilMs) return files
    const [hosts, search] = await Promise.all([textOf('/etc/hosts'), textOf('/etc/resolv.conf')])
    const untilMs = deps.clock.monotonic() + filesKeptMs
    files = { hosts: parseHosts(hosts), search: parseSearchList(search), untilMs }
    return files
  }

  const ask = async (name: string): Promise<readonly string[]> => {
    const { hosts, search } = await readFiles()
    const listed = hosts.get(name.toLowerCase().replace(/\.$/, ''))
    if (listed !== undefined) return listed
    const answer = await askServers(resolver, candidates(name, search))
    const keptMs = Math.min(keptMsMax, Math.max(keptMsMin, answer.ttlMs))
    if (known.size >= namesMax) known.delete(known.keys().next().value ?? '')
    known.set(name, { addresses: answer.addresses, untilMs: deps.clock.monotonic() + keptMs })
    return answer.addresses
  }

  return (name, callback) => {
    const answer = known.get(name)
    if (answer !== undefined && deps.clock.monotonic() < answer.untilMs)
      return callback(null, answer.addresses)
    known.delete(name)
    let work = asking.get(name)
    if (work === undefined) {
      work = ask(name).finally(() => asking.delete(name))
      asking.set(name, work)
    }
    work.then(
      addresses => callback(null, addresses),
      (error: unknown) => callback(error as Error, []),
    )
  }
}

interface Found {
  readonly addresses: readonly string[]
  readonly ttlMs: number
}

async function askServers(resolver: Resolver, names: readonly string[]): Promise<Found> {
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
      return { addresses: records.map(each => each.address), ttlMs }
    }
    const reason = four.status === 'rejected' ? (four.reason as NodeJS.ErrnoException) : null
    if (reason === null) continue
    if (!saidByServer.has(reason.code ?? '')) throw await blame(resolver, name, reason)
    last = Object.assign(new Error(`${name} has no address`, { cause: reason }), { code: 'ENOTFOUND' })
  }
  throw last
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
