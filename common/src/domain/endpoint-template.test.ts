import { describe, expect, it } from 'vitest'
import { compileEndpoint, type EndpointTemplate } from './endpoint-template.js'
import { templateValues } from './template-values.js'

const compiled = (text: string): EndpointTemplate => {
  const template = compileEndpoint(text)
  if ('problem' in template) throw new Error(template.problem)
  return template
}
/** Origin and path for a message; null where it makes no address. */
const filled = (text: string, message: unknown): [string, string] | null => {
  const template = compiled(text)
  const values = templateValues(
    typeof message === 'string' ? message : JSON.stringify(message),
    template.variables,
  )
  const address = values === null ? null : template.fill(values)
  return address === null ? null : [address.origin, address.path]
}

describe('an endpoint template', () => {
  it('is filled in from the members of a message', () => {
    const message = { id: 1, user: { name: 'Jan K/ł' }, status: 'new', on: true, tags: ['a', 'b c'] }

    expect(filled('http://h/d/{user.name}/{id}{?status}', message)).toEqual([
      'http://h',
      '/d/Jan%20K%2F%C5%82/1?status=new',
    ])
    expect(filled('https://H:443/{on}{/tags*}{?user*}', message)).toEqual([
      'https://h',
      '/true/a/b%20c?name=Jan%20K%2F%C5%82',
    ])
  })

  it('keeps every digit of a number as it was published', () => {
    const text =
      '\ufeff{"big": 9007199254740993, "price":1.50,"e":-1E2, "text":"9.0 \\" 1.5, 12345678901234567890"}'

    expect(filled('http://h/{big}/{price}/{e}', text)?.[1]).toBe('/9007199254740993/1.50/-1E2')
    expect(filled('http://h/{+text}', text)?.[1]).toBe('/9.0%20%22%201.5,%2012345678901234567890')
  })

  it.each<[string, unknown]>([
    ['a missing member', { other: 1 }],
    ['a member of a member that is none', { id: 1, a: 'text' }],
    ['null', { id: null, a: { b: null } }],
    ['a nested list', { id: [[1]], a: { b: [[1]] } }],
    ['a map with a list inside', { id: { x: [1] }, a: { b: { x: [1] } } }],
    ['a member of a list', { a: [{ b: 1 }] }],
    ['no member of its own', { a: {} }],
    ['no JSON', 'not json'],
    ['half of a JSON', '{"a": {"b": 12345678901234567890'],
    ['a scalar', '7'],
    ['nothing', ''],
  ])('makes no address of %s', (_what, message) => {
    expect(filled('http://h/{a.b}', message)).toBeNull()
  })

  it('does not look up what every object has', () => {
    expect(filled('http://h/{constructor.name}', {})).toBeNull()
    expect(filled('http://h/{__proto__.x}', '{"__proto__": {"x": 1}}')?.[1]).toBe('/1')
  })

  it('takes the last of two members of one name', () => {
    expect(filled('http://h/{a}', '{"a": 1, "a": 2}')?.[1]).toBe('/2')
  })

  it('sends path and query as they are, without the fragment', () => {
    expect(filled('http://h:8080/a/../b;c=%7e//d?e=[f]&g#h', {})).toEqual([
      'http://h:8080',
      '/a/../b;c=%7e//d?e=[f]&g',
    ])
    expect(filled('http://h', {})?.[1]).toBe('/')
    expect(filled('http://h?a=b', {})?.[1]).toBe('/?a=b')
    expect(filled('http://h{?a}', { a: 'b' })?.[1]).toBe('/?a=b')
    expect(filled('http://h/x{#a}', { a: 'b' })?.[1]).toBe('/x')
  })

  it('lets no value change a host that the template names', () => {
    const evil = { id: '@evil.test/', path: '//evil.test/', dots: '/../../x', port: ':99' }

    expect(filled('http://good.test/{id}{+path}{+dots}{+port}', evil)?.[0]).toBe('http://good.test')
    expect(filled('http://good.test{/id}', evil)).toEqual(['http://good.test', '/%40evil.test%2F'])
    expect(compiled('http://good.test/{id}').origin).toBe('http://good.test')
  })

  it('may take the host from a value, but neither credentials nor what is no host', () => {
    expect(compiled('http://{host}.test/x').origin).toBeNull()
    expect(filled('http://{host}.test/x', { host: 'a' })).toEqual(['http://a.test', '/x'])
    expect(filled('http://{+host}', { host: 'a.test:81/b?c#d' })).toEqual(['http://a.test:81', '/b?c'])
    for (const host of ['a/b', 'a@b', 'user:word@evil.test/', '', ' ', ':', '[::1']) {
      expect(filled('http://{host}.test/x', { host: `${host}%` }), host).toBeNull()
    }
    expect(filled('http://good.test{+path}', { path: '@evil.test/' })).toBeNull()
  })

  it.each([
    ['http://h/{items[0].c}', /^The variable name items\[0\]\.c contains invalid characters$/],
    ['ftp://h/{a}', /no address of http/],
    ['http:///{a}', /no address of http/],
    ['http://h/{a', /brace/],
  ])('is refused as %s', (text, problem) => {
    expect((compileEndpoint(text) as { problem: string }).problem).toMatch(problem)
  })
})
