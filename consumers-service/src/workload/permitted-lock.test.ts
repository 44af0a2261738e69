import type { Lock } from '@iris/common/zookeeper/lock'
import type { ZooNode } from '@iris/common/zookeeper/session'
import { describe, expect, it } from 'vitest'
import { acquirePermitted } from './permitted-lock.js'

function world(read: () => Promise<ZooNode | null>) {
  const events: string[] = []
  const lock = {
    release: () => {
      events.push('released')
      return Promise.resolve()
    },
  } as unknown as Lock
  const acquire = (): Promise<Lock> => {
    events.push('acquired')
    return Promise.resolve(lock)
  }
  const looking = { read: () => (events.push('looked'), read()) }
  return { events, lock, run: () => acquirePermitted(acquire, looking, '/s') }
}
const holding = (text: string) => () => Promise.resolve({ data: Buffer.from(text), stat: {} } as ZooNode)

describe('a permitted lock', () => {
  it.each(['{"state":"ACTIVE"}', '{"state":"PENDING"}', '{}', 'null', 'junk'])(
    'is given with %s',
    async text => {
      const { events, lock, run } = world(holding(text))

      expect(await run()).toBe(lock)
      expect(events).toEqual(['acquired', 'looked'])
    },
  )

  it.each([
    ['is suspended', holding('{"state":"SUSPENDED"}'), 'it is suspended'],
    ['was removed', () => Promise.resolve(null), 'it was removed'],
    ['cannot be looked at', () => Promise.reject(new Error('ZooKeeper is away')), 'ZooKeeper is away'],
  ])('is given back when the subscription %s', async (_what, read, reason) => {
    const { events, run } = world(read)

    await expect(run()).rejects.toThrow(reason)

    expect(events).toEqual(['acquired', 'looked', 'released'])
  })
})
