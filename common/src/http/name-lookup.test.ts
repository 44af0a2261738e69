import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../time/clock.js'
import { candidates, parseHosts, parseSearchList } from './hosts-file.js'
import { createNameLookup } from './name-lookup.js'
import { createServiceLookup, type Service } from './service-lookup.js'
import { startDnsServer, type DnsAnswer, type DnsServer } from './testing/dns-server.js'

const open: DnsServer[] = []
afterEach(() => open.splice(0).forEach(server => server.close()))

/** A DNS server that answers questions for addresses; null means silence, [] means no such name. */
async function dnsServer(
  answer: (name: string) => readonly string[] | null,
): Promise<{ address: string; asked(): string[] }> {
  const server = await startDnsServer(({ name }) => {
    const addresses = answer(name)
    return addresses === null ? null : { records: addresses.map(address => ({ address })) }
  })
  open.push(server)
  const names = (): string[] => server.asked().flatMap(({ type, name }) => (type === 'A' ? [name] : []))
  return { address: server.address, asked: names }
}

function lookup(server: string, queryTimeoutMs = 5_000): (name: string) => Promise<readonly string[]> {
  const resolve = createNameLookup({ clock: systemClock }, { queryTimeoutMs, servers: [server] })
  return name =>
    new Promise((done, fail) => resolve(name, (error, found) => (error === null ? done(found) : fail(error))))
}

describe('the lookup of names', () => {
  it('asks once for one name at the same time, and remembers the answer for its TTL', async () => {
    const dns = await dnsServer(() => ['203.0.113.5', '203.0.113.6'])
    const find = lookup(dns.address)

    const all = await Promise.all([find('a.example.'), find('a.example.'), find('a.example.')])
    expect(all).toEqual(Array(3).fill(['203.0.113.5', '203.0.113.6']))
    await find('a.example.')
    expect(dns.asked()).toEqual(['a.example'])
  })

  it('knows the hosts file', async () => {
    const dns = await dnsServer(() => [])

    expect(await lookup(dns.address)('localhost')).toContain('127.0.0.1')
    expect(dns.asked()).toEqual([])
  })

  it('says that a name does not exist', async () => {
    const dns = await dnsServer(() => [])

    await expect(lookup(dns.address)('nobody.example.')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it('blames the name where other questions are answered, and our resolver where none is', async () => {
    const half = await dnsServer(name => (name === '' ? [] : null))
    const dead = await dnsServer(() => null)

    await expect(lookup(half.address, 200)('slow.example.')).rejects.toMatchObject({ code: 'ETIMEOUT' })
    await expect(lookup(dead.address, 200)('slow.example.')).rejects.toMatchObject({ code: 'RESOLVER_DOWN' })
  })

  it('is not held up by a slow name', async () => {
    const dns = await dnsServer(name => (name.startsWith('slow') ? null : ['203.0.113.5']))
    const find = lookup(dns.address, 800)
    const slow = Promise.allSettled(Array.from({ length: 20 }, (_, index) => find(`slow${index}.example.`)))
    let isSlowOver = false
    const over = slow.then(() => (isSlowOver = true))

    await find('fast.example.')
    expect(isSlowOver).toBe(false)
    await over
  })
})

describe('the lookup of addresses that are many or of the newer kind', () => {
  it('reads answers that are too long for one packet, up to a hundred addresses', async () => {
    const all = Array.from({ length: 1_000 }, (_, index) => `203.0.${index >> 8}.${index & 255}`)
    const dns = await dnsServer(() => all)

    expect(await lookup(dns.address, 2_000)('many.example.')).toEqual(all.slice(0, 100))
  })

  it('finds a name that has IPv6 addresses only', async () => {
    const dns = await dnsServer(() => ['2001:db8::1', '::1'])

    expect(await lookup(dns.address)('six.example.')).toEqual(['2001:db8::1', '::1'])
  })
})

describe('the lookup of services', () => {
  async function services(answer: () => DnsAnswer | null): Promise<() => Promise<readonly Service[]>> {
    const server = await startDnsServer(answer)
    open.push(server)
    const resolve = createServiceLookup(
      { clock: systemClock },
      { queryTimeoutMs: 200, servers: [server.address] },
    )
    return () =>
      new Promise((done, fail) =>
        resolve('_hook._tcp.example', (error, found) => (error === null ? done(found) : fail(error))),
      )
  }

  it('gives hosts with ports, the preferred ones first', async () => {
    const find = await services(() => ({
      records: [
        { host: 'b.example', port: 81, priority: 20 },
        { host: 'a.example', port: 80, priority: 10 },
      ],
    }))

    expect(await find()).toEqual([
      { host: 'a.example', port: 80, priority: 10 },
      { host: 'b.example', port: 81, priority: 20 },
    ])
  })

  it('says whose fault it is that there are none', async () => {
    const missing = await services(() => ({ records: [] }))
    const dead = await services(() => null)

    await expect(missing()).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(dead()).rejects.toMatchObject({ code: 'RESOLVER_DOWN' })
  })
})

describe('the files of the resolver', () => {
  it('give names with their addresses', () => {
    const hosts = parseHosts(
      '127.0.0.1 localhost lh # here\n::1 localhost\n\n# 1.2.3.4 gone\n10.0.0.1\tDB.internal',
    )

    expect(hosts.get('localhost')).toEqual(['127.0.0.1', '::1'])
    expect(hosts.get('db.internal')).toEqual(['10.0.0.1'])
    expect(hosts.has('gone')).toBe(false)
  })

  it('complete short names in the order of the system', () => {
    const search = parseSearchList('nameserver 10.0.0.1\nsearch a.svc svc.\noptions timeout:1 ndots:2\n')

    expect(candidates('db', search)).toEqual(['db.a.svc', 'db.svc', 'db'])
    expect(candidates('x.y.z', search)).toEqual(['x.y.z', 'x.y.z.a.svc', 'x.y.z.svc'])
    expect(candidates('db.', search)).toEqual(['db'])
    expect(candidates('db', parseSearchList(''))).toEqual(['db'])
  })
})
