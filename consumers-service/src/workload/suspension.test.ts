import { describe, expect, it } from 'vitest'
import type { SubscriptionId } from '@iris/common/domain/names'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { BadVersionError } from '@iris/common/zookeeper/zoo-errors'
import { createSuspensions } from './suspension.js'

const id = 'g.t$s' as SubscriptionId

function setUp(definition: string | null = '{"name":"s","state":"ACTIVE","future":[1]}') {
  const time = createVirtualTime()
  const written: [string, number | undefined][] = []
  const failures: Error[] = []
  const count = { value: 0 }
  const session = {
    read: async () => (definition === null ? null : { data: Buffer.from(definition), stat: { version: 4 } }),
    async write(_path: string, data: Buffer, version?: number) {
      const failure = failures.shift()
      if (failure !== undefined) throw failure
      written.push([data.toString(), version])
    },
  } as never
  const suspensions = createSuspensions({ session, scheduler: time, log: silentLog, count })
  return { time, written, failures, count, suspensions }
}

describe('the suspension of a subscription by an answer', () => {
  it('writes SUSPENDED and the reason over the very version it read, and keeps what it does not know', async () => {
    const { time, written, count, suspensions } = setUp()
    suspensions.suspend(id, '/s', 'status code: 410')
    await time.advance(0)

    expect(written).toEqual([
      ['{"name":"s","state":"SUSPENDED","future":[1],"suspendedReason":"status code: 410"}', 4],
    ])
    expect(count.value).toBe(1)
  })

  it('holds the subscription back at once, other subscriptions never, until it starts anew', async () => {
    const { time, suspensions } = setUp()
    suspensions.suspend(id, '/s', 'gone')

    expect(suspensions.heldBack(id)).toBe('it is being suspended: gone')
    expect(suspensions.heldBack('g.t$other' as SubscriptionId)).toBeNull()
    await time.advance(5_000)
    expect(suspensions.heldBack(id)).not.toBeNull()
    suspensions.started(id)
    expect(suspensions.heldBack(id)).toBeNull()
  })

  it('goes on trying while ZooKeeper does not take it or somebody else was quicker, holding it back', async () => {
    const { time, written, failures, suspensions } = setUp()
    failures.push(new Error('away'), new BadVersionError(-103, '/s', 'BAD_VERSION'))
    suspensions.suspend(id, '/s', 'gone')
    suspensions.suspend(id, '/s', 'gone again')
    await time.advance(1_999)
    expect(written).toEqual([])
    expect(suspensions.heldBack(id)).not.toBeNull()

    await time.advance(1)
    expect(written).toHaveLength(1)
    await time.advance(20_000)
    expect(suspensions.heldBack(id)).toBeNull()
    expect(time.pending()).toBe(0)
  })

  it.each([null, '{"state":"SUSPENDED"}'])('leaves %j alone', async definition => {
    const { time, written, count, suspensions } = setUp(definition)
    suspensions.suspend(id, '/s', 'gone')
    await time.advance(0)

    expect(written).toEqual([])
    expect(count.value).toBe(0)
  })
})
