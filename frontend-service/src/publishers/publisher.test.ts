import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { clientOf, named, networkOf, saidToBe, stranger } from './publisher.js'

describe('of an address', () => {
  it.each([
    ['10.1.2.3', '10.1.2.0/24'],
    ['127.0.0.1', '127.0.0.0/24'],
    ['::ffff:10.1.2.3', '10.1.2.0/24'],
    ['::FFFF:10.1.2.3', '10.1.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0db8:0001::9', '2001:db8:1::/48'],
    ['2001:db8::9', '2001:db8::/48'],
    ['2001::1:0:0:9', '2001::/48'],
    ['::1', '::/48'],
    ['::', '::/48'],
    ['::2:3:4:5:6:7:8', '0:2:3::/48'],
    ['::2:3:4:5:6:1.2.3.4', '0:2:3::/48'],
    ['64:ff9b::1.2.3.4', '64:ff9b::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['1:2:3:4:5:6:7::', '1:2:3::/48'],
  ])('%s the network %s remains', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each([undefined, '', 'localhost', '10.1.2', '10.1.2.3.4', '::x', '::ffff:999.1.1.1'])(
    'nothing remains where it is none: %s',
    address => {
      expect(networkOf(address)).toBeNull()
    },
  )
})

describe('of a User-Agent', () => {
  it.each([
    ['curl/8.5.0', 'curl'],
    ['iris-cli', 'iris-cli'],
    ['hermes-client/2.0 (Java 21) x', 'hermes-client'],
    ['a'.repeat(41), 'a'.repeat(40)],
  ])('%s remains %s', (agent, client) => {
    expect(clientOf(agent)).toBe(client)
  })

  it.each([undefined, '', ' curl', '(nobody)', '\u00e4'])(
    'nothing remains where it names none: %j',
    agent => {
      expect(clientOf(agent)).toBeNull()
    },
  )
})

const headerBytes = 16_384
/** As the parser of HTTP makes it: one text, of which parts are taken. */
const header = (n: number): string => Buffer.alloc(headerBytes, `a-long-name-${n}-`).toString('latin1')
/** What this thread holds after a full collection. */
const heapBytes = (): number => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return getHeapStatistics().used_heap_size
}

describe('a publisher', () => {
  it('is the same by name and client, from wherever', () => {
    expect(named('shop', 'curl').key).toBe(named('shop', 'curl').key)
    expect(stranger('10.1.2.3', null)).toEqual(stranger('10.1.2.200', null))
  })

  it.each([
    [named('shop', 'curl'), named('shop', null)],
    [named('shop', null), named('shops', null)],
    [named('10.1.2.0/24', null), stranger('10.1.2.3', null)],
    // Anybody can say a name.
    [named('shop', null), saidToBe('shop', '10.1.2.3', null)],
    [stranger('10.1.2.3', null), stranger('10.1.3.3', null)],
    [stranger(undefined, null), stranger('10.1.3.3', null)],
  ])('is another: %o, %o', (one, other) => {
    expect(one.key).not.toBe(other.key)
  })

  it('keeps of a name no more than is shown', () => {
    expect(named('n'.repeat(300), null).name).toBe('n'.repeat(200))
    expect(named('a\u0000b\u001b[31mc\u007f\u009b\u00e4', null).name).toBe('ab[31mc\u00e4')
  })

  it('keeps nothing of the headers that it was read from', () => {
    const before = heapBytes()
    const publishers = Array.from({ length: 1_000 }, (_, n) =>
      saidToBe(header(n), undefined, clientOf(header(n))),
    )
    const keptBytes = heapBytes() - before

    expect(publishers.at(-1)).toMatchObject({ name: expect.stringContaining('a-long-name-999-') as unknown })
    expect(keptBytes).toBeLessThan((publishers.length * headerBytes) / 4)
  })
})

describe('what a proxy says of a publisher', () => {
  it.each([
    ['red team', 'red team'],
    ['\u009bred\u0085', 'red'],
    ['orders-2-1', 'orders-2-1'],
    ['550e8400-1111-2222-3333-446655440000', '550e8400-1111-2222-3333-446655440000'],
    ['3405803785', '3405803785'],
  ])('is a name that nothing proves: %j', (text, name) => {
    expect(saidToBe(text, '10.1.2.3', 'curl')).toMatchObject({ name, isProven: false, network: null })
    expect(named(name, 'curl')).toMatchObject({ name, isProven: true, network: null })
  })

  it.each([
    ['198.51.100.7', stranger('198.51.100.7', null)],
    // Whatever the client wrote itself stands before what the proxy adds.
    ['203.0.113.1, 198.51.100.7', stranger('198.51.100.7', null)],
    ['2001:db8:1::7', stranger('2001:db8:1::7', null)],
  ])('is taken: %s', (said, publisher) => {
    expect(saidToBe(said, '10.1.2.3', null)).toEqual(publisher)
  })

  it.each([
    undefined,
    '',
    ' ',
    '\u0085\u009b',
    '198.51.100.7:4711',
    'for=198.51.100.7',
    'for="[2001:db8::7]:4711"',
    '203-0-113-9',
    'host-203-0-113-9.isp.example',
    '203_0_113_9',
    '9.113.0.203.in-addr.arpa',
  ])('counts for nothing where it is none, or would keep an address: %s', said => {
    expect(saidToBe(said, '10.1.2.3', null)).toEqual(stranger('10.1.2.3', null))
  })

  it.each([
    '7'.repeat(16_384),
    '1.'.repeat(8_192),
    ':a'.repeat(8_192),
    `${'7.'.repeat(2)}${'a'.repeat(200)}.1.2.3.4`,
    `red${' '.repeat(16_384)}198.51.100.7`,
  ])('is no more than its first 200 letters', said => {
    expect(saidToBe(said, '10.1.2.3', null)).toEqual(saidToBe(said.slice(0, 200), '10.1.2.3', null))
    expect(saidToBe(`${said},${said}`, '10.1.2.3', null)).toEqual(saidToBe(said, '10.1.2.3', null))
  })
})
