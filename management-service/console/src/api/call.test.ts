import { describe, expect, it } from 'vitest'
import { addressOf, curlOf, pathOf, rehearsed, withoutSecrets } from './call.js'

const origin = 'http://127.0.0.1:8090'

describe('a call as a command', () => {
  it('reads without words that say nothing', () => {
    expect(curlOf({ method: 'GET', path: '/topics' }, origin, false)).toBe(`curl '${origin}/topics'`)
  })

  it('names the method where curl would take another one', () => {
    const command = (method: 'PUT' | 'DELETE' | 'POST', body?: unknown): string =>
      curlOf({ method, path: '/x', body }, origin, false)

    expect(command('DELETE')).toContain('-X DELETE')
    expect(command('POST')).toContain('-X POST')
    expect(command('POST', {})).not.toContain('-X')
  })

  it('keeps a quote of the body from ending the word', () => {
    const call = { method: 'POST', path: '/x', body: { text: "it's" } } as const

    expect(curlOf(call, origin, false)).toContain(`-d '{"text":"it'\\''s"}'`)
  })

  it('never holds a secret of the body', () => {
    const body = { oAuthPolicy: { username: 'me', password: 'hidden' } }
    const call = { method: 'PUT', path: '/x', body, secrets: ['/oAuthPolicy/password', '/other'] } as const

    expect(curlOf(call, origin, false)).toContain(`'{"oAuthPolicy":{"username":"me","password":"****"}}'`)
    expect(JSON.stringify(withoutSecrets(call))).not.toContain('hidden')
    expect(call.body.oAuthPolicy.password).toBe('hidden')
  })

  it('names the version that is meant, where there is one', () => {
    const call = { method: 'PUT', path: '/x', body: {} } as const

    expect(curlOf({ ...call, ifMatch: '"3.p0s9"' }, origin, false)).toContain(` -H 'If-Match: "3.p0s9"' `)
    expect(curlOf({ ...call, ifMatch: null }, origin, false)).not.toContain('If-Match')
  })

  it('never holds the key', () => {
    expect(curlOf({ method: 'GET', path: '/x' }, origin, true)).toContain('"Authorization: Bearer $IRIS_KEY"')
  })
})

describe('the address of a call', () => {
  it('encodes each part of the path', () => {
    expect(pathOf('topics', 'a.b', 'subscriptions', 'c/d')).toBe('/topics/a.b/subscriptions/c%2Fd')
  })

  it('has its query, and the word of a rehearsal beside it', () => {
    const call = { method: 'POST', path: '/x', query: { a: '1 2' } } as const

    expect(addressOf(call)).toBe('/x?a=1+2')
    expect(addressOf(rehearsed(call))).toBe('/x?a=1+2&dryRun=true')
    expect(addressOf({ method: 'GET', path: '/x' })).toBe('/x')
  })
})
