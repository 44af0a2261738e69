import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../time/clock.js'
import { candidates, parseHosts, parseSearchList } from './hosts-file.js'
import { createNameLookup } from './name-lookup.js'

const open: Socket[] = []
afterEach(() => open.splice(0).forEach(socket => socket.close()))

/** A DNS server that answers A questions from a function; null means silence, [] means no such name. */
async function dnsServer(
  answer: (name: string) => readonly string[] | null,
): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = []
  const socket = createSocket('udp4', (question, from) => {
    const labels: string[] = []
    let at = 12
    for (let length = question[at]!; length > 0; length = question[at]!) {
      labels.push(question.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    const type = question.readUInt16BE(at + 1)
    const end = at + 5
    const name = labels.join('.')
    if (type === 1) asked.push(name)
    const found = answer(name)
    if (found === null) return
    const records = type === 1 ? found : []
    const header = Buffer.alloc(12)
    question.copy(header, 0, 0, 2)
    header.writeUInt16BE(found.length === 0 ? 0x8183 : 0x8180, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    const rest = records.map(address =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    )
    socket.send(Buffer.concat([header, question.subarray(12, end), ...rest]), from.port, from.address)
  })
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  open.push(socket)
  return { address: `127.0.0.1:${socket.address().port}`, asked }
}

function lookup(server: string, queryTimeoutMs = 200): (name: string) => Promise<readonly string[]> {
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
    expect(dns.asked).toEqual(['a.example'])
  })

  it('knows the hosts file', async () => {
    const dns = await dnsServer(() => [])

    expect(await lookup(dns.address)('localhost')).toContain('127.0.0.1')
    expect(dns.asked).toEqual([])
  })

  it('says that a name does not exist', async () => {
    const dns = await dnsServer(() => [])

    await expect(lookup(dns.address)('nobody.example.')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it('blames the name where other questions are answered, and our resolver where none is', async () => {
    const half = await dnsServer(name => (name === '' ? [] : null))
    const dead = await dnsServer(() => null)

    await expect(lookup(half.address)('slow.example.')).rejects.toMatchObject({ code: 'ETIMEOUT' })
    await expect(lookup(dead.address)('slow.example.')).rejects.toMatchObject({ code: 'RESOLVER_DOWN' })
  })

  it('is not held up by a slow name', async () => {
    const dns = await dnsServer(name => (name.startsWith('slow') ? null : ['203.0.113.5']))
    const find = lookup(dns.address, 1000)
    const slow = Promise.allSettled(Array.from({ length: 20 }, (_, index) => find(`slow${index}.example.`)))
    const startMs = systemClock.monotonic()

    await find('fast.example.')
    expect(systemClock.monotonic() - startMs).toBeLessThan(500)
    await slow
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
