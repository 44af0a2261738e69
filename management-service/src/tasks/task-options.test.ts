import { describe, expect, it } from 'vitest'
import { everybody, principalOf, type Principal } from '@iris/common/access/principal'
import { parseTopic } from '@iris/common/domain/topic'
import { createLettersWorld, names } from '../dead-letters/testing/letters-world.js'
import { taskRoutes } from '../http/routes/tasks.js'
import { callRoute, type RouteAnswer } from '../http/testing/call-route.js'
import type { PrivilegedSubscriber } from '../subscriptions/subscriber-permissions.js'

const owner = { source: 'Plaintext', id: 'topic team' }
const form = {
  ...{ name: names.topic, description: '', owner, contentType: 'JSON', retentionTime: { duration: 1 } },
}
/** The owner of the subscription, as the world made it. */
const subscriber = principalOf('x', [])
const privileged: PrivilegedSubscriber = { owner: { source: 'Plaintext', id: 'x' }, protocols: ['https'] }
interface Kind {
  readonly path: string
  readonly body: object
}
const kinds: readonly Kind[] = [
  { path: 'dead-letters/redrive', body: { all: true } },
  { path: 'replay', body: { from: 'earliest' } },
]

/** The tasks of a subscription of the topic, whose owner is another one. */
function setUp(subscribingRestricted: boolean, privilegedSubscribers: readonly PrivilegedSubscriber[] = []) {
  const { parts, tasks, guarded } = createLettersWorld()
  const value = parseTopic({ ...form, subscribingRestricted })
  const store = { ...parts.store, topic: () => Promise.resolve({ value, version: 0 }) }
  const routes = taskRoutes({
    ...{ ...parts, store, privilegedSubscribers },
    kafka: {
      partitions: () => Promise.resolve([0]),
      ranges: () => Promise.resolve([{ first: 0, next: 1 }]),
      find: () => Promise.resolve([]),
    },
    scan: (_topic, { to }) => Promise.resolve(to),
  })
  return {
    ...{ tasks, guarded },
    start: (principal: Principal, kind: Kind, endpoint?: string): Promise<RouteAnswer> =>
      callRoute(routes, 'POST', `/topics/${names.topic}/subscriptions/${names.name}/${kind.path}`, {
        ...{ principal, body: { ...kind.body, ...(endpoint === undefined ? {} : { endpoint }) } },
      }),
  }
}

describe.each(kinds)('$path with an endpoint of its own', kind => {
  const elsewhere = 'https://elsewhere.example/'

  it('is refused where the topic restricts subscribing, before anything is looked up', async () => {
    const { start, tasks, guarded } = setUp(true)

    expect(await start(subscriber, kind, elsewhere)).toMatchObject({
      status: 403,
      body: { code: 'PERMISSION_DENIED', message: expect.stringContaining('has been restricted') as unknown },
    })
    const counting = { ...kind, body: { ...kind.body, dryRun: true } }
    expect((await start(subscriber, counting, elsewhere)).status).toBe(403)
    expect(tasks.held.size).toBe(0)
    expect(guarded).toEqual([])
  })

  it.each([
    ['an admin', everybody],
    ['the owner of the topic', principalOf('topic team', [])],
    ['an owner of the group', principalOf('anna', [{ role: 'owner', group: 'acme' }])],
  ])('is taken from %s', async (_who, principal) => {
    const { start, tasks } = setUp(true)

    expect((await start(principal, kind, elsewhere)).status).toBe(202)
    expect([...tasks.held.values()]).toMatchObject([{ createdBy: principal.name }])
  })

  it('is taken for whom the configuration lets subscribe anywhere, by its protocols', async () => {
    expect((await setUp(true, [privileged]).start(subscriber, kind, elsewhere)).status).toBe(202)
    expect((await setUp(true, [privileged]).start(subscriber, kind, 'http://e.example/')).status).toBe(403)
  })

  it('is no matter where the topic restricts nothing, or the endpoint is that of the subscription', async () => {
    expect((await setUp(false).start(subscriber, kind, elsewhere)).status).toBe(202)
    expect((await setUp(true).start(subscriber, kind)).status).toBe(202)
  })
})
