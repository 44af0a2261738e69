import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createRoutes, type Route } from '@iris/common/http/router'
import { byName } from './by-name.js'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const route: Route = {
  method: 'GET',
  path: '/topics/:name/events{/}',
  handle: (_request, response, { name }) => void response.end(name),
}

/** What a reader who calls by that name gets. */
async function read(host: string, isAuthenticating = false): Promise<readonly [number | undefined, string]> {
  const routes = byName({ host: '127.0.0.1', isAuthenticating, hostNames: ['chat.example'] }, [route])
  const handle = createRoutes(routes, () => undefined)
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => server.close())
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(5_000)
    const path = '/topics/acme.orders/events'
    const outgoing = send(
      { host: '127.0.0.1', port, path, headers: { host }, agent: false, signal },
      answer => {
        let text = ''
        answer.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        answer.on('end', () => resolve([answer.statusCode, text]))
      },
    )
    outgoing.on('error', reject).end()
  })
}

describe('a reader of a frontend on loopback', () => {
  it.each(['127.0.0.1:8080', 'localhost:8080', 'chat.example'])('may call it %s', async host => {
    expect(await read(host)).toEqual([200, 'acme.orders'])
  })

  it('may not call it by the name of another site, unless it says who it is', async () => {
    expect(await read('evil.example:8080')).toEqual([403, expect.stringContaining('"code":"WRONG_HOST"')])
    expect(await read('evil.example:8080', true)).toEqual([200, 'acme.orders'])
  })
})
