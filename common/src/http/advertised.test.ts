import { describe, expect, it } from 'vitest'
import { advertisedHost, originOf } from './advertised.js'

describe('the host that others are told', () => {
  it.each([
    ['', '127.0.0.1', '127.0.0.1'],
    ['', '0.0.0.0', 'machine'],
    ['', '::', 'machine'],
    ['frontend-3.svc', '0.0.0.0', 'frontend-3.svc'],
    ['10.0.0.7', '127.0.0.1', '10.0.0.7'],
  ])('with the setting %j on %s is %s', (setting, listening, host) => {
    expect(advertisedHost(setting, listening, 'machine')).toBe(host)
  })

  it('leads to an origin, with the scheme that is spoken there and brackets around IPv6', () => {
    expect(originOf({ host: 'a', port: 443 }, 'https')).toBe('https://a:443')
    expect(originOf({ host: '10.0.0.1', port: 8080 })).toBe('http://10.0.0.1:8080')
    expect(originOf({ host: '::1', port: 1 })).toBe('http://[::1]:1')
  })
})
