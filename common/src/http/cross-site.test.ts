import { describe, expect, it } from 'vitest'
import { refuseCrossSite } from './cross-site.js'

const host = 'iris.example:8090'
const elsewhere = 'https://evil.example'
const foreign = { origin: elsewhere, 'sec-fetch-site': 'cross-site' }
type Headers = Readonly<Record<string, string>>

function judged(
  headers: Headers,
  { method = 'POST', showsContents = false, trusted = '*', isAsking = false } = {},
): unknown {
  try {
    refuseCrossSite({ method, showsContents }, { host, ...headers }, { allowedOrigin: trusted, isAsking })
    return 'passes'
  } catch (error) {
    return error
  }
}

describe('a request that changes something', () => {
  it.each<[string, Headers]>([
    ['from a client that is no browser', {}],
    ['from a page of the same origin', { origin: `http://${host}` }],
    ['from such a page behind a proxy with TLS', { origin: `https://${host}` }],
    [
      'that a browser calls same-origin',
      { 'sec-fetch-site': 'same-origin', origin: 'https://outside.example' },
    ],
    ['that somebody typed', { 'sec-fetch-site': 'none' }],
    ['from a client that is no browser, with a password', { authorization: 'Basic eDp5' }],
    [
      'from a page of the same origin with a password',
      { 'sec-fetch-site': 'same-origin', origin: `http://${host}`, authorization: 'Basic eDp5' },
    ],
  ])('%s passes', (_name, headers) => {
    expect(judged(headers)).toBe('passes')
  })

  it.each<[string, Headers]>([
    ['a page elsewhere', { origin: elsewhere }],
    ['a page elsewhere, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    [
      'another port of the same machine',
      { 'sec-fetch-site': 'same-site', origin: 'http://iris.example:3000' },
    ],
    ['another port, of an old browser', { origin: 'http://iris.example:3000' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a page of the same name in another letter', { origin: `http://${host}.evil.example` }],
  ])('from %s is refused', (_name, headers) => {
    expect(judged(headers)).toMatchObject({ status: 403, code: 'CROSS_SITE_REQUEST' })
  })

  it.each(['Basic eDp5', 'Negotiate x', 'Digest username="x"', ''])(
    'from a page elsewhere is refused, for which the browser adds "%s", whether callers are asked or not',
    authorization => {
      for (const isAsking of [true, false])
        expect(judged({ origin: elsewhere, authorization }, { isAsking })).toMatchObject({
          code: 'CROSS_SITE_REQUEST',
        })
    },
  )

  it('from the origin that CORS names passes, from others not', () => {
    const trusted = 'https://console.example'
    const from = (origin: string): unknown => judged({ 'sec-fetch-site': 'cross-site', origin }, { trusted })

    expect(from(trusted)).toBe('passes')
    expect(from(elsewhere)).toMatchObject({ code: 'CROSS_SITE_REQUEST' })
    expect(from('*')).toMatchObject({ code: 'CROSS_SITE_REQUEST' })
  })
})

describe('a page elsewhere with a token of its own', () => {
  const withToken = { ...foreign, authorization: 'Bearer x' }
  const reading = { method: 'GET', showsContents: true }

  it('passes where somebody judges the token', () => {
    expect(judged(withToken, { isAsking: true })).toBe('passes')
    expect(judged(withToken, { ...reading, isAsking: true })).toBe('passes')
  })

  it('is refused where nobody is asked: there, any word would do', () => {
    expect(judged(withToken)).toMatchObject({ status: 403, code: 'CROSS_SITE_REQUEST' })
    expect(judged(withToken, reading)).toMatchObject({ status: 403, code: 'CROSS_SITE_REQUEST' })
  })
})

describe('a request that reads', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])('passes from anywhere: %s', method => {
    expect(judged(foreign, { method })).toBe('passes')
  })

  it.each(['GET', 'HEAD'])('contents is refused where it comes from a page elsewhere: %s', method => {
    expect(judged(foreign, { method, showsContents: true })).toMatchObject({
      ...{ status: 403, code: 'CROSS_SITE_REQUEST' },
      message: `A page of ${elsewhere} may see no messages, keys or people here: management.cors.allowedOrigin does not name it`,
    })
  })

  it.each<[string, Headers]>([
    ['a client that is no browser', {}],
    ['a page of the same origin', { 'sec-fetch-site': 'same-origin' }],
    ['a page of the same origin, of an old browser', { origin: `http://${host}` }],
    ['somebody who typed it', { 'sec-fetch-site': 'none' }],
  ])('contents passes from %s', (_name, headers) => {
    expect(judged(headers, { method: 'GET', showsContents: true })).toBe('passes')
  })

  it('contents passes where somebody follows a link, and not where the page that has it keeps the answer', () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    }
    const reading = { method: 'GET', showsContents: true }
    const inFrame = { ...link, 'sec-fetch-dest': 'iframe' }
    const byScript = { ...link, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }
    const byFetch = { ...link, origin: elsewhere, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }

    expect(judged(link, reading)).toBe('passes')
    for (const headers of [inFrame, byScript, byFetch])
      expect(judged(headers, reading)).toMatchObject({ code: 'CROSS_SITE_REQUEST' })
    expect(judged(link, { method: 'POST' })).toMatchObject({ code: 'CROSS_SITE_REQUEST' })
  })

  it('contents passes from the origin that CORS names, and `*` names none', () => {
    const asked = { method: 'GET', showsContents: true }

    expect(judged(foreign, { ...asked, trusted: elsewhere })).toBe('passes')
    expect(judged(foreign, { ...asked, trusted: '*' })).toMatchObject({ code: 'CROSS_SITE_REQUEST' })
  })
})
