import { describe, expect, it } from 'vitest'
import { addressProblem, checkEndpointHost, isAllowed, parseNetworks } from './address-guard.js'

const none = parseNetworks([])

const forbiddenHosts: Readonly<Record<string, readonly string[]>> = {
  loopback: [
    '127.0.0.1',
    '127.0.0.2',
    '127.1.2.3',
    '127.255.255.254',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::0:1]',
  ],
  'this machine by name': ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'a.b.localhost.'],
  'decimal forms': ['2130706433', '3232235521', '167772161', '2852039166', '0', '1', '4294967295'],
  'hexadecimal forms': ['0x7f000001', '0x7f.1', '0x7f.0x0.0x0.0x1', '0xA9FEA9FE', '0xc0.0xa8.1.1', '0x'],
  'octal forms': ['0177.0.0.1', '017700000001', '0177.1', '0300.0250.0.1', '012.0.0.1'],
  'short forms': ['127.1', '127.0.1', '10.1', '192.168.257', '169.254.43518'],
  'a trailing dot': ['127.0.0.1.', '10.0.0.1.', '0x7f.1.', '169.254.169.254.'],
  'odd digits': ['１２７.0.0.1', '①②⑦.⓪.⓪.①', '127。0。0。1', '127.0.0.%31'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
  'private IPv6': ['[fc00::1]', '[fd12:3456::1]', '[fdff:ffff::1]', '[fec0::1]'],
  'link-local': ['169.254.0.1', '169.254.169.254', '169.254.170.2', '[fe80::1]', '[febf::1]'],
  carrier: ['100.64.0.1', '100.127.255.255', '100.100.100.200'],
  unspecified: ['0.0.0.0', '0.1.2.3', '[::]', '[0::0]'],
  multicast: ['224.0.0.1', '239.255.255.255', '[ff02::1]', '[ff0e::1]'],
  reserved: ['240.0.0.1', '255.255.255.255', '192.0.0.1', '192.0.0.170', '192.88.99.1'],
  documentation: ['192.0.2.1', '198.51.100.7', '203.0.113.9', '[2001:db8::1]', '[3fff::1]'],
  benchmarks: ['198.18.0.1', '198.19.255.255', '[2001:2::1]'],
  'IPv4-mapped': [
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FFFF:10.0.0.1]',
    '[0:0:0:0:0:ffff:c0a8:1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:0.0.0.0]',
  ],
  'IPv4-compatible': ['[::127.0.0.1]', '[::7f00:1]', '[::10.0.0.1]', '[::8.8.8.8]'],
  'IPv4-translated': ['[::ffff:0:127.0.0.1]', '[::ffff:0:8.8.8.8]'],
  '6to4': ['[2002:7f00:1::]', '[2002:a00:1::1]', '[2002:c0a8:101::]', '[2002:808:808::]'],
  NAT64: ['[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b::8.8.8.8]', '[64:ff9b:1::a00:1]'],
  Teredo: ['[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[2001::1]', '[2001:0:a00:1::]'],
  'other IPv6': ['[100::1]', '[5f00::1]', '[2001:10::1]', '[2001:20::1]', '[4000::1]', '[200::1]', '[1::]'],
}

const allowedHosts: readonly string[] = [
  '8.8.8.8',
  '1.1.1.1',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '134744072',
  '0x08080808',
  '[2606:4700:4700::1111]',
  '[2a00:1450:4001:80b::200e]',
  '[2001:200::1]',
  '[::ffff:8.8.8.8]',
  'example.com',
  'localhost.example.com',
  'notlocalhost',
  'receiver',
  'internal.example.',
]

describe('the address guard', () => {
  it.each(
    Object.entries(forbiddenHosts).flatMap(([kind, hosts]) => hosts.map(host => [kind, host] as const)),
  )('refuses %s: %s', (_kind, host) => {
    const url = new URL(`http://${host}:8080/path?query`)

    expect(checkEndpointHost(url, none)).not.toBeNull()
    expect(checkEndpointHost(`https://user:password@${host}/`, none)).not.toBeNull()
  })

  it.each(allowedHosts)('lets %s pass', host => {
    expect(checkEndpointHost(`http://${host}/`, none)).toBeNull()
  })

  it('has a table of at least 120 hosts', () => {
    expect(Object.values(forbiddenHosts).flat().length + allowedHosts.length).toBeGreaterThanOrEqual(120)
  })

  it('says what is wrong with an address', () => {
    expect(checkEndpointHost('http://2130706433/', none)).toBe('the address 127.0.0.1 is loopback')
    expect(checkEndpointHost('http://[::ffff:a00:1]/', none)).toBe(
      'the address [::ffff:a00:1] is an IPv4-mapped address of an address that is private',
    )
  })

  it.each([
    '',
    'example.com',
    '127.1',
    '0x7f000001',
    '1.2.3.4.5',
    '1.2.3',
    'fe80::1%eth0',
    '::1::',
    '01.2.3.4',
  ])('never dials %j, which is no address', text => {
    expect(isAllowed(text, none)).toBe(false)
  })

  it.each([
    ['127.0.0.0/8', '127.0.0.1', true],
    ['127.0.0.0/8', 'localhost', true],
    ['127.0.0.0/8', '[::ffff:127.0.0.1]', true],
    ['127.0.0.0/8', '[::1]', false],
    ['127.0.0.0/8', '10.0.0.1', false],
    ['127.0.0.0/8', '[64:ff9b::127.0.0.1]', false],
    ['::1', '[::1]', true],
    ['::1/128', '127.0.0.1', false],
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['0.0.0.0/0', '10.1.2.3', true],
    ['192.168.0.0/23', '192.168.1.9', true],
    ['192.168.0.0/23', '192.168.2.9', false],
    ['fd00::/8', '[fd00::1]', true],
    ['fd00::/8', '[fc00::1]', false],
    ['64:ff9b::/96', '[64:ff9b::8.8.8.8]', true],
    ['64:ff9b::/96', '[64:ff9b::10.0.0.1]', false],
  ])('with %s allowed, %s may be called: %s', (network, host, isOpen) => {
    expect(checkEndpointHost(`http://${host}/`, parseNetworks([network])) === null).toBe(isOpen)
  })

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    'fd00::/129',
    'localhost',
    '',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::ffff/-1',
  ])('refuses %j as a network', text => {
    expect(() => parseNetworks([text])).toThrow(/is not a network/)
  })

  it('names the address that was asked for', () => {
    expect(addressProblem('10.0.0.1', none)).toBe('the address 10.0.0.1 is private')
    expect(addressProblem('8.8.8.8', none)).toBeNull()
  })
})
