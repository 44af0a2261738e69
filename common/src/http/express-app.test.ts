import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request as send, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusal } from '../errors/hermes-error.js'
import { silentLog } from '../lifecycle/log.js'
import { emptyAnswer, jsonAnswer, openGuard, reading, textAnswer, writing } from './api.js'
import { createExpressApp } from './express-app.js'
import { createHostCheck } from './host-names.js'

const bodyBytesMax = 100
const checkHost = createHostCheck({ host: '127.0.0.1', isAsking: false, hostNames: [] })
const routes = [
  reading('GET', '/things', ({ query }) => Promise.resolve(jsonAnswer([query.get('a')]))),
  writing('POST', '/things', ({ body }) => Promise.resolve(jsonAnswer(body, 201))),
  writing('PUT', '/things/:thing', ({ params }) => Promise.resolve(jsonAnswer(params['thing']))),
  reading('DELETE', '/things/:thing', () => Promise.resolve(emptyAnswer(204))),
  {
    ...reading('GET', '/contents', ({ address }) => Promise.resolve(textAnswer(address)), null),
    shows: 'contents' as const,
  },
  reading('GET', '/text', () => Promise.resolve(textAnswer('hi')), 'text/plain'),
  reading('GET', '/any', () => Promise.resolve(textAnswer('{}', 'application/own')), null),
  reading(
    'GET',
    '/either',
    ({ preferred }) =>
      Promise.resolve(textAnswer(preferred(['application/json', 'text/plain']) ?? 'neither')),
    null,
  ),
  reading('GET', '/refused', () => Promise.reject(refusal('GROUP_NOT_EXISTS', { group: 'g' }))),
  reading('GET', '/broken', () => Promise.reject(new Error('secret detail'))),
]

const folder = mkdtempSync(join(tmpdir(), `iris-test-${process.pid}-`))
const filesBelow = join(folder, 'public')

let server: Server
beforeAll(async () => {
  mkdirSync(join(filesBelow, 'assets'), { recursive: true })
  const script = 'public/assets/app.js'
  for (const name of ['public/index.html', script, `${script}.br`, 'public/.hidden', 'public/text', 'secret'])
    writeFileSync(join(folder, name), name)
  server = createServer(
    createExpressApp(
      silentLog,
      { bodyBytesMax, allowedOrigin: '*', guard: openGuard, checkHost, filesBelow },
      routes,
    ),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void server.close())

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly isReused: boolean
}

function call(
  method: string,
  path: string,
  { headers = {}, body, agent }: { headers?: Record<string, string>; body?: string; agent?: Agent } = {},
): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const outgoing = send({ host: '127.0.0.1', port, method, path, headers, agent }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString(),
          isReused: outgoing.reusedSocket,
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const json = { 'content-type': 'application/json' }

describe('a request', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/plain', 'text/plain'],
    ['application/json;q=0.1, text/plain', 'text/plain'],
    ['application/problem+json', 'application/json'],
    ['application/problem+json, text/plain', 'text/plain'],
    ['image/png', 'neither'],
  ])('that accepts %s of two forms likes %s best', async (accept, form) => {
    const { text } = await call('GET', '/either', { headers: accept === undefined ? {} : { accept } })

    expect(text).toBe(form)
  })

  it.each<[string, string, string, Parameters<typeof call>[2], number, string]>([
    ['a query', 'GET', '/things?a=1%20b', {}, 200, '["1 b"]'],
    ['a slash at the end', 'GET', '/things/', {}, 200, '[null]'],
    [
      'an encoded part of the path',
      'PUT',
      '/things/a%2Fb%24c',
      { headers: json, body: '{}' },
      200,
      '"a/b$c"',
    ],
    ['a JSON body', 'POST', '/things', { headers: json, body: '{"a":1}' }, 201, '{"a":1}'],
    [
      'a charset',
      'POST',
      '/things',
      { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '1' },
      201,
      '1',
    ],
    ['no body and no type', 'POST', '/things', { headers: { 'content-length': '0' } }, 201, 'null'],
    ['an empty body', 'POST', '/things', { headers: json, body: '' }, 201, 'null'],
    ['an answer without a body', 'DELETE', '/things/1', {}, 204, ''],
    ['text', 'GET', '/text', {}, 200, 'hi'],
    ['HEAD where there is GET', 'HEAD', '/things', {}, 200, ''],
    ['OPTIONS', 'OPTIONS', '/things', {}, 200, ''],
    ['whatever type it accepts', 'GET', '/any', { headers: { accept: 'application/json' } }, 200, '{}'],
    ['a list of types', 'GET', '/things', { headers: { accept: 'text/html, */*;q=0.1' } }, 200, '[null]'],
  ])('with %s is answered', async (_what, method, path, options, status, text) => {
    const answer = await call(method, path, options)

    expect([answer.status, answer.text]).toEqual([status, text])
  })

  it.each(['/things', '/text', '/either'])(
    'that names problem details alone is answered: GET %s',
    async path => {
      const headers = { accept: 'application/problem+json' }
      expect((await call('GET', path, { headers })).status).toBe(200)

      const refusal = await call('GET', '/refused', { headers })
      expect([refusal.status, refusal.headers['content-type']]).toEqual([404, 'application/problem+json'])
      expect(JSON.parse(refusal.text)).toMatchObject({ status: 404, code: 'GROUP_NOT_EXISTS' })
    },
  )

  it.each([
    ['POST', '/things', 400, '{'],
    ['GET', '/broken', 500, undefined],
  ])('that is refused keeps its connection: %s %s', async (method, path, status, body) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const answer = await call(method, path, { headers: json, agent, ...(body === undefined ? {} : { body }) })
    const next = await call('GET', '/things', { agent })
    agent.destroy()

    expect([answer.status, answer.headers.connection]).toEqual([status, 'keep-alive'])
    expect([next.status, next.isReused]).toEqual([200, true])
  })

  it('of a page elsewhere changes nothing, and its browser may read why', async () => {
    const headers = { ...json, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const { status, text, headers: answered } = await call('POST', '/things', { headers, body: '{}' })

    expect([status, text]).toEqual([403, expect.stringContaining('"code":"CROSS_SITE_REQUEST"')])
    expect(answered['access-control-allow-origin']).toBe('*')
    const withWord = { ...headers, authorization: 'Bearer x' }
    expect((await call('PUT', '/things/a', { headers: withWord, body: '{}' })).status).toBe(403)
    expect((await call('GET', '/things', { headers })).status).toBe(200)
  })

  it('of a page elsewhere reads no contents, which its own pages and other clients do', async () => {
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const refused = await call('GET', '/contents', { headers: foreign })

    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('CROSS_SITE_REQUEST')])
    expect(refused.text).not.toContain('127.0.0.1')
    const withWord = await call('GET', '/contents', { headers: { ...foreign, authorization: 'Bearer x' } })
    expect([withWord.status, withWord.text]).toEqual([403, refused.text])
    for (const headers of [{}, { 'sec-fetch-site': 'same-origin' }])
      expect(await call('GET', '/contents', { headers })).toMatchObject({ status: 200, text: '127.0.0.1' })
  })

  it('for contents is answered for no cache to keep, be it refused', async () => {
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const kept = async (path: string, headers: Record<string, string> = {}): Promise<unknown[]> => {
      const answer = await call('GET', path, { headers })
      const vary = (answer.headers.vary ?? '').split(', ')
      const isVaried = ['Origin', 'Sec-Fetch-Site'].every(name => vary.includes(name))
      return [answer.status, answer.headers['cache-control'], isVaried]
    }

    expect(await kept('/contents')).toEqual([200, 'no-store', true])
    expect(await kept('/contents', foreign)).toEqual([403, 'no-store', true])
    expect(await kept('/things')).toEqual([200, undefined, false])
  })

  it.each(['/things', '/contents', '/refused', '/nothing', '/text', '/index.html'])(
    'is answered with a type that no browser guesses anew: %s',
    async path => {
      expect((await call('GET', path)).headers['x-content-type-options']).toBe('nosniff')
    },
  )

  it.each(['/things', '/text', '/assets/app.js', '/nothing'])(
    'under the name of another site is refused, also where it only reads: %s',
    async path => {
      const { status, text } = await call('GET', path, { headers: { host: 'evil.example:8090' } })

      expect([status, text]).toEqual([403, expect.stringContaining('"code":"WRONG_HOST"')])
      expect((await call('GET', path, { headers: { host: 'localhost:8090' } })).status).not.toBe(403)
    },
  )

  const refused = (message: string, code: string): string => JSON.stringify({ message, code })

  it.each<[string, string, string, Parameters<typeof call>[2], number, string]>([
    ['an unknown path', 'GET', '/nothing', {}, 404, refused('HTTP 404 Not Found', 'OTHER')],
    ['another case', 'GET', '/Things', {}, 404, refused('HTTP 404 Not Found', 'OTHER')],
    [
      'another method',
      'PUT',
      '/things',
      { headers: json, body: '{}' },
      405,
      refused('HTTP 405 Method Not Allowed', 'OTHER'),
    ],
    [
      'a type that is not given',
      'GET',
      '/things',
      { headers: { accept: 'text/plain' } },
      406,
      refused('HTTP 406 Not Acceptable', 'OTHER'),
    ],
    [
      'another media type',
      'POST',
      '/things',
      { headers: { 'content-type': 'text/plain' }, body: '{}' },
      415,
      refused('HTTP 415 Unsupported Media Type', 'VALIDATION_ERROR'),
    ],
    [
      'a body without a type',
      'POST',
      '/things',
      { body: '{}' },
      415,
      refused('HTTP 415 Unsupported Media Type', 'VALIDATION_ERROR'),
    ],
    [
      'a part that cannot be decoded',
      'PUT',
      '/things/%zz',
      { headers: json, body: '{}' },
      400,
      refused('HTTP 400 Bad Request', 'OTHER'),
    ],
    ['a refusal', 'GET', '/refused', {}, 404, refused('Group g does not exist', 'GROUP_NOT_EXISTS')],
    [
      'one byte too many',
      'POST',
      '/things',
      { headers: json, body: `"${'x'.repeat(99)}"` },
      413,
      refused('HTTP 413 Request Entity Too Large', 'OTHER'),
    ],
  ])('with %s is refused with a JSON body', async (_what, method, path, options, status, text) => {
    const answer = await call(method, path, options)

    expect([answer.status, answer.text]).toEqual([status, text])
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['content-length']).toBe(String(text.length))
  })

  it('answers a refusal with problem details to who asks for them', async () => {
    const answer = await call('GET', '/refused', {
      headers: { accept: 'application/json, application/problem+json' },
    })

    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({
      status: 404,
      code: 'GROUP_NOT_EXISTS',
      detail: 'Group g does not exist',
    })
  })

  it('of exactly the largest size is taken', async () => {
    const answer = await call('POST', '/things', { headers: json, body: `"${'x'.repeat(98)}"` })

    expect(answer.status).toBe(201)
  })

  it('of malformed JSON gets the JSON error body', async () => {
    const answer = await call('POST', '/things', { headers: json, body: '{"a":' })

    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'FORMAT_ERROR' })
  })

  it('in a coding is refused', async () => {
    const answer = await call('POST', '/things', {
      headers: { ...json, 'content-encoding': 'gzip' },
      body: 'x',
    })

    expect(answer.status).toBe(415)
  })

  it('that breaks something of ours learns nothing of it', async () => {
    const answer = await call('GET', '/broken')

    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'OTHER' })
    expect(answer.text).not.toContain('secret')
  })
})

describe('the folder with files', () => {
  it('is read by path, with the type of the name', async () => {
    const answer = await call('GET', '/assets/app.js')

    expect(answer).toMatchObject({ status: 200, text: 'public/assets/app.js' })
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(
      (await call('GET', '/assets/app.js', { headers: { 'if-none-match': answer.headers.etag! } })).status,
    ).toBe(304)
  })

  it.each([
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['*', 'br'],
    ['br;q=0, gzip', undefined],
    ['gzip', undefined],
    ['identity', undefined],
  ])('gives to who takes %s the file in the encoding %s', async (accepted, encoding) => {
    const path = '/assets/app.js?v=1'
    const answer = await call('GET', path, { headers: { 'accept-encoding': accepted } })

    expect(answer.text).toBe(encoding === undefined ? 'public/assets/app.js' : 'public/assets/app.js.br')
    expect(answer.headers).toMatchObject({
      ...{ 'content-type': 'text/javascript; charset=utf-8', vary: 'Accept-Encoding' },
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(answer.headers['content-encoding']).toBe(encoding)
    const etag = answer.headers.etag!
    const again = await call('GET', path, { headers: { 'accept-encoding': accepted, 'if-none-match': etag } })
    expect([again.status, again.headers.vary]).toEqual([304, 'Accept-Encoding'])
  })

  it('says of no plain bytes that they are compressed, however the path is written', async () => {
    const headers = { 'accept-encoding': 'br' }

    for (const end of ['#x', '?#x', '#?x']) {
      const answer = await call('GET', `/assets/app.js${end}`, { headers })
      const isCompressed = answer.text === 'public/assets/app.js.br'
      expect([answer.status, answer.headers['content-encoding']]).toEqual([
        200,
        isCompressed ? 'br' : undefined,
      ])
    }
  })

  it('gives what has no compressed form as it is to who takes one', async () => {
    const { text, headers } = await call('GET', '/index.html', { headers: { 'accept-encoding': 'br' } })

    expect([text, headers['content-encoding']]).toEqual(['public/index.html', undefined])
  })

  it('stands behind the routes', async () => {
    expect((await call('GET', '/text')).text).toBe('hi')
  })

  it.each([
    ['GET', '/assets'],
    ['GET', '/assets/'],
    ['GET', '/'],
    ['GET', '/.hidden'],
    ['GET', '/../secret'],
    ['GET', '/%2e%2e/secret'],
    ['GET', '/..%2fsecret'],
    ['GET', '/assets/none.js'],
    ['POST', '/assets/app.js'],
  ])('shows nothing else: %s %s', async (method, path) => {
    for (const encoding of ['identity', 'br']) {
      const answer = await call(method, path, { headers: { 'accept-encoding': encoding } })

      expect(answer.status).toBe(404)
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'OTHER' })
    }
  })
})

describe('every answer', () => {
  it.each([
    ['GET', '/things'],
    ['GET', '/nothing'],
    ['OPTIONS', '/things'],
  ])('carries the CORS headers: %s %s', async (method, path) => {
    const { headers } = await call(method, path)

    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['access-control-allow-methods']).toBe('POST,PUT,GET,HEAD,DELETE')
    expect(headers['access-control-max-age']).toBe('1209600')
    expect(headers['access-control-allow-headers']).toBe(
      'X-Requested-With, Content-Type, Accept, Origin, Authorization, Hermes-Admin-Password',
    )
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['etag']).toBeUndefined()
  })
})
