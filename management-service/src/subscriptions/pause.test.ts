import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createPause } from './pause.js'

const topic = 'acme.orders' as TopicName
const name = 'billing' as SubscriptionName
const owner = 'host-1, process 7 (partition 0)'

describe('a pause', () => {
  it.each([
    [[[]], 0],
    [[[owner], [owner], []], 200],
  ])('with owners %j is over after %d ms', async (owners, afterMs) => {
    const time = createVirtualTime()
    const answers = [...owners]
    const store = { owners: () => Promise.resolve(answers.shift() ?? []) }
    let endedMs = -1

    void createPause({ store, clock: time, scheduler: time }, 10_000)(topic, name, 'suspended').then(() => {
      endedMs = time.monotonic()
    })
    await time.advance(1_000)

    expect(endedMs).toBe(afterMs)
  })

  it('that is not confirmed in time is refused by the name of the owner', async () => {
    const time = createVirtualTime()
    const store = { owners: () => Promise.resolve([owner]) }

    const pausing = createPause({ store, clock: time, scheduler: time }, 10_000)(topic, name, 'removed')
    const refused = expect(pausing).rejects.toMatchObject({ code: 'PAUSE_NOT_CONFIRMED', status: 504 })
    const named = expect(pausing).rejects.toThrow(owner)
    await time.advance(10_001)

    await Promise.all([refused, named])
  })
})
