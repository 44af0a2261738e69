import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRoutes } from './router.js'
import { statusRoutes } from './status-routes.js'

const defects: unknown[] = []
let server: Server
let port = 0

beforeAll(async () => {
  const pages = statusRoutes(
    [
      { path: '/', read: () => ({ status: 200, body: 'UP' }) },
      { path: '/status/ping', read: () => ({ status: 503, body: 'SHUTDOWN' }) },
      {
        path: '/status/text',
        read: () => Promise.resolve({ status: 200, body: 'é', contentType: 'text/x' }),
      },
      { path: '/status/broken', read: () => Promise.reject(new Error('no text')) },
    ],
    error => defects.push(error),
  )
  const handler = createRoutes(
    [
      {
        method: 'POST',
        path: '/topics/:name{/}',
        handle: (_request, response, { name }) => response.end(`<${name}>`),
      },
      { method: 'POST', path: '/topics/', handle: (_request, response) => response.end('<>') },
      {
        method: 'GET',
        path: '/throws',
        handle: () => {
          throw new Error('ours')
        },
      },
      ...pages,
    ],
    error => defects.push(error),
  )
  server = createServer(handler)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => void server.close())

async function ask(
  method: string,
  path: string,
): Promise<[status: number, body: string, type: string | null]> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method })
  return [answer.status, await answer.text(), answer.headers.get('content-type')]
}

describe('routes', () => {
  it.each([
    ['POST', '/topics/a.b', 200, '<a.b>'],
    ['POST', '/topics/a.b/', 200, '<a.b>'],
    ['POST', '/topics/a.b?x=1', 200, '<a.b>'],
    ['POST', '/topics/a%2Eb', 200, '<a.b>'],
    ['POST', '/topics/a%2Fb', 200, '<a/b>'],
    ['POST', '/topics/%C3%A9', 200, '<é>'],
    ['POST', '/topics/__proto__', 200, '<__proto__>'],
    ['POST', '/topics/', 200, '<>'],
    ['POST', '/topics', 404, ''],
    ['POST', '/topics/a/b', 404, ''],
    ['POST', '/Topics/a', 404, ''],
    ['POST', '/topics/%zz', 400, ''],
    ['GET', '/topics/a.b', 405, ''],
    ['PUT', '/topics/a.b', 405, ''],
    ['OPTIONS', '/topics/a.b', 405, ''],
    ['HEAD', '/topics/a.b', 405, ''],
    ['GET', '/', 200, 'UP'],
    ['GET', '/status/ping', 503, 'SHUTDOWN'],
    ['GET', '/status/ping/', 404, ''],
    ['GET', '/status/Ping', 404, ''],
    ['POST', '/status/ping', 405, ''],
    ['OPTIONS', '/status/ping', 405, ''],
    ['HEAD', '/status/ping', 405, ''],
    ['GET', '/elsewhere', 404, ''],
    ['OPTIONS', '/elsewhere', 404, ''],
  ])('%s %s is %d %j', async (method, path, status, body) => {
    const [gotStatus, gotBody] = await ask(method, path)

    expect([gotStatus, gotBody]).toEqual([status, body])
  })

  it('name no type unless the page does', async () => {
    expect(await ask('GET', '/status/ping')).toEqual([503, 'SHUTDOWN', null])
    expect(await ask('GET', '/status/text')).toEqual([200, 'é', 'text/x'])
  })

  it('answer 500 without details when a handler or a page breaks, and tell of it', async () => {
    defects.length = 0

    expect(await ask('GET', '/throws')).toEqual([500, '', null])
    expect(await ask('GET', '/status/broken')).toEqual([500, '', null])
    expect(defects.map(error => (error as Error).message)).toEqual(['ours', 'no text'])
  })
})
