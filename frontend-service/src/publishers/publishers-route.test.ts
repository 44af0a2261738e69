import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRoutes } from '@iris/common/http/router'
import { readPublishersPage } from '@iris/common/metrics/publishers'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { named, saidToBe, stranger } from './publisher.js'
import { createPublishers, publisherLimits } from './publishers.js'
import { publishersRoute } from './publishers-route.js'

const clock = createVirtualTime()
const publishers = createPublishers(
  { ...publisherLimits, publishersEachMax: 2 },
  clock.monotonic(),
  () => true,
)
let server: Server
let url: string

beforeAll(async () => {
  const company = { isForwarded: ({ headers }: { headers: object }) => 'token' in headers }
  const routes = createRoutes([publishersRoute(clock, { publishers }, company)], error => {
    throw error
  })
  server = createServer(routes)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/status/publishers/`
})
afterAll(() => void server.close())

it('tells dates by the clock of the wall, and the others in a sum', async () => {
  const count = (who: Parameters<typeof publishers.count>[1], isAccepted: boolean): void =>
    publishers.count('a.b', who, isAccepted, clock.monotonic())
  const sinceMs = clock.now()
  await clock.advance(10)
  count(named('shop', 'curl'), true)
  await clock.advance(10)
  count(stranger('10.1.2.3', null), false)
  count(saidToBe('bank', undefined, null), true)
  await clock.advance(10)
  const answer = await fetch(`${url}a.b`, { headers: { token: 'x' } })

  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(readPublishersPage(await answer.json())).toEqual({
    sinceMs,
    publishers: [
      {
        ...{ name: 'shop', proven: true, network: null, client: 'curl', accepted: 1, refused: 0 },
        ...{ firstMs: sinceMs + 10, lastMs: sinceMs + 10 },
      },
      {
        ...{ name: 'bank', proven: false, network: null, client: null, accepted: 1, refused: 0 },
        ...{ firstMs: sinceMs + 20, lastMs: sinceMs + 20 },
      },
    ].reverse(),
    others: { accepted: 0, refused: 1, lastMs: sinceMs + 20 },
  })
})

it('is kept from whoever is not of the installation', async () => {
  const answer = await fetch(`${url}a.b`)

  expect([answer.status, await answer.text()]).toEqual([403, ''])
})
