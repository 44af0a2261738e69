import { describe, expect, it } from 'vitest'
import {
  endpointProblem,
  hasTemplate,
  hermesSchemes,
  maskEndpoint,
  parseEndpoint,
  unmaskEndpoint,
} from './endpoint.js'

describe('the parts of an endpoint', () => {
  it.each([
    ['http://host/in', null, 'http://host/in'],
    ['http://svc:pa55@host:8000/in', { user: 'svc', password: 'pa55' }, 'http://host:8000/in'],
    ['http://svc:p:a@5@host/in', { user: 'svc', password: 'p:a@5' }, 'http://host/in'],
    ['http://svc:@host', { user: 'svc', password: '' }, 'http://host'],
    ['http://user@host/in', null, 'http://user@host/in'],
    ['http://host:8080/in@v2', null, 'http://host:8080/in@v2'],
    ['http://svc:8080@host', { user: 'svc', password: '8080' }, 'http://host'],
  ])('of %s', (text, credentials, address) => {
    expect(parseEndpoint(text)).toEqual({ scheme: 'http', credentials, unsent: null, address })
  })

  it.each([
    ['http://a+b:pa55@host/in', { user: 'a+b', password: 'pa55' }, 'http://host/in'],
    ['http://us%40er:p:a@5@host:80', { user: 'us%40er', password: 'p:a@5' }, 'http://host:80'],
    ['http://{id}:pa55@host/in', { user: '{id}', password: 'pa55' }, 'http://host/in'],
    ['http://a+b:p/a?5@host/in', { user: 'a+b', password: 'p/a?5' }, 'http://host/in'],
  ])('of %s are a password that is not sent', (text, unsent, address) => {
    expect(parseEndpoint(text)).toEqual({ scheme: 'http', credentials: null, unsent, address })
  })

  it.each([
    'http://a+b@host/in',
    'http://[::1]:8080/x@y',
    'http://{host}:8080/x@y',
    'http://{host}:{port}/x@y',
    'http://my_host+:8080/x@y',
  ])('of %s have no password', text => {
    expect(parseEndpoint(text)).toMatchObject({ credentials: null, unsent: null, address: text })
  })

  it('are none without a scheme', () => {
    expect(parseEndpoint('host/in')).toBeNull()
  })
})

describe('a masked endpoint', () => {
  const stored = 'http://svc:pa55@host:8000/in'

  it.each([
    [stored, 'http://svc:*****@host:8000/in'],
    ['http://host/in', 'http://host/in'],
    ['http://a+b:pa55@host/in', 'http://a+b:*****@host/in'],
    ['http://ä:p/a@host/in', 'http://ä:*****@host/in'],
    ['nonsense', 'nonsense'],
  ])('hides the password of %s', (text, masked) => {
    expect(maskEndpoint(text)).toBe(masked)
  })

  it.each([
    ['http://svc:*****@host:8000/in', stored],
    ['http://svc:*****@HOST:8000/other?a=1', 'http://svc:pa55@HOST:8000/other?a=1'],
    ['http://svc:*****@other:8000/in', null],
    ['http://svc:*****@host:9000/in', null],
    ['https://svc:*****@host:8000/in', null],
    ['http://other:*****@host:8000/in', null],
  ])('sent back as %s means %s', (text, expected) => {
    expect(unmaskEndpoint(text, stored)).toBe(expected)
  })

  it('means the stored one also under a user name that is never sent', () => {
    expect(unmaskEndpoint('http://a+b:*****@host/x', 'http://a+b:pa55@host/')).toBe('http://a+b:pa55@host/x')
    expect(unmaskEndpoint('http://a+c:*****@host/x', 'http://a+b:pa55@host/')).toBeNull()
  })

  it('means nothing where no password is stored', () => {
    expect(unmaskEndpoint('http://svc:*****@host/', 'http://host/')).toBeNull()
  })
})

describe('an endpoint is', () => {
  it.each([
    'http://host',
    'https://a.b-c.de:443/x?y=%20#z',
    'http://[::1]:80/',
    'http://10.0.0.1/',
    'http://host/{id}',
    'http://{host}/x',
    'jms://queue.name',
    'http://xn--n-8fa/x',
  ])('accepted: %s', text => {
    expect(endpointProblem(text, hermesSchemes)).toBeNull()
  })

  it.each([
    ['ftp://x/y', 'invalid', /^Endpoint address has invalid format$/],
    ['HTTP://x/y', 'invalid', /format/],
    ['x/y', 'invalid', /format/],
    [
      'http://my_host/y',
      'invalid',
      /^Endpoint contains invalid chars in host name\. Underscore is one of them\.$/,
    ],
    [
      'http://a+b:pa55@host/',
      'invalid',
      /^The user name in endpoint may hold letters, digits and \. ~ _ - only/,
    ],
    ['http:///path', 'invalid', /host name/],
    ['http://host:99999/', 'invalid', /host name/],
    ['http://', 'broken', /authority/],
    ['http://host/a b', 'broken', /Illegal character at index 13/],
    ['http://host/%zz', 'broken', /Illegal character/],
    ['http://good\\@evil/', 'broken', /Illegal character/],
    ['http://host/a\nb', 'broken', /Illegal character/],
  ])('refused: %j', (text, kind, problem) => {
    const found = endpointProblem(text, hermesSchemes)

    expect(found?.kind).toBe(kind)
    expect(found?.problem).toMatch(problem)
  })

  it('a template only with braces', () => {
    expect([hasTemplate('http://h/{id}'), hasTemplate('http://h/id')]).toEqual([true, false])
  })
})
