import { describe, expect, it } from 'vitest'
import { createHostCheck, type Listening } from './host-names.js'

const open: Listening = { host: '127.0.0.1', isAsking: false, hostNames: [] }
const codeOf = (host: string | undefined, listening: Partial<Listening> = {}): string | undefined =>
  createHostCheck({ ...open, ...listening })(host)?.code

describe('a service on loopback that asks nobody', () => {
  it.each([
    ...['127.0.0.1:8090', '127.0.0.1', '127.8.9.10:80', 'localhost:8090', 'LOCALHOST', 'localhost.:8090'],
    ...['[::1]:8090', '[::1]', '10.0.0.1', '[::2]:80', undefined],
  ])('is called %s', host => {
    expect(codeOf(host)).toBeUndefined()
  })

  it.each([
    ...['evil.example:8090', 'evil.example', '127.0.0.1.evil.example:8090', '127.evil.example', ''],
    ...[
      'localhost.evil.example',
      'evil.localhost.example',
      '10.0.0.1.evil.example',
      '10.0.0',
      'x[::1]',
      '1270001',
    ],
  ])('is not called %j, as the page of another site would', host => {
    expect(codeOf(host)).toBe('WRONG_HOST')
  })

  it('is called by the names that it is given', () => {
    const hostNames = ['Iris.example']

    expect(codeOf('iris.example:443', { hostNames })).toBeUndefined()
    expect(codeOf('other.example', { hostNames })).toBe('WRONG_HOST')
  })

  it('is called by the name that its fellows are told', () => {
    expect(codeOf('Iris-1.example:8090', { advertised: 'iris-1.Example' })).toBeUndefined()
    expect(codeOf('iris-2.example:8090', { advertised: 'iris-1.Example' })).toBe('WRONG_HOST')
  })

  it.each(['::1', 'localhost', '127.0.0.2'])('is one that listens on %s', host => {
    expect(codeOf('evil.example', { host })).toBe('WRONG_HOST')
  })
})

describe('a service that others reach and that is told its names', () => {
  const named = { host: '0.0.0.0', hostNames: ['management'] }

  it.each(['management:8090', 'localhost:8090', '172.30.77.4:8090', '[fd00::4]:8090'])(
    'is called %s',
    host => {
      expect(codeOf(host, named)).toBeUndefined()
    },
  )

  it('is called by the name that its fellows are told as well', () => {
    expect(codeOf('iris-1:8090', { ...named, advertised: 'iris-1' })).toBeUndefined()
    expect(codeOf('evil.example', { ...named, advertised: 'iris-1' })).toBe('WRONG_HOST')
  })

  it('is not called as the page of another site would, unless it asks who calls', () => {
    expect(codeOf('evil.example', named)).toBe('WRONG_HOST')
    expect(codeOf('evil.example', { ...named, isAsking: true })).toBeUndefined()
  })
})

describe('any other service', () => {
  it.each<[string, Partial<Listening>]>([
    ['that other machines reach', { host: '0.0.0.0' }],
    ['on an address of the network', { host: '10.0.0.7' }],
    ['that tells its fellows a name', { host: '0.0.0.0', advertised: 'iris-1' }],
    ['that asks who calls', { isAsking: true }],
  ])('%s is called as anybody likes', (_which, listening) => {
    expect(codeOf('evil.example', listening)).toBeUndefined()
  })
})
