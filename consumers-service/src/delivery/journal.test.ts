import { describe, expect, it } from 'vitest'
import { keyHash } from '@iris/common/trace/event'
import { basePlan, messages, world } from './testing/pipeline-world.js'

describe('the journal of a delivery', () => {
  it('traces every step of a tracked message', async () => {
    const { open, answer, time, traced, dead } = world({ policy: { messageTtlMs: 2_500 } })
    await open(3, [{ body: 'a', key: 'k' }])
    await answer('a', 500)
    await time.advance(1_000)
    await answer('a', { kind: 'timeout', afterMs: 1_000, detail: 'Total timeout 1000 ms elapsed' })
    await time.advance(1_000)
    await answer('a', 404)
    dead[0]?.stored(12)

    expect(traced.map(({ status, attempt, httpStatus }) => [status, attempt, httpStatus])).toEqual([
      ['INFLIGHT', undefined, undefined],
      ['FAILED', 1, 500],
      ['FAILED', 2, undefined],
      ['FAILED', 3, 404],
      ['DISCARDED', undefined, undefined],
    ])
    expect(traced[2]).toMatchObject({ reason: 'Total timeout 1000 ms elapsed', tookMs: 0 })
    expect(traced[4]).toMatchObject({
      ...{ messageId: 'id-a', batchId: '', topicName: 'g.t', subscription: 's', partition: 3, offset: 0 },
      ...{ cluster: 'primary-dc', hostname: 'here', remoteHostname: 'receiver' },
      keyHash: keyHash(Buffer.from('k')),
      reason: 'Message sending failed with status code: 404',
      deadLetter: { topic: 'g.t.s_dlq', partition: 0, offset: 12 },
    })
  })

  it('counts attempts over retries up to the success', async () => {
    const { open, answer, time, traced } = world()
    await open(0, messages('a'))
    await answer('a', 503)
    await time.advance(1_000)
    await answer('a')

    expect(traced.map(({ status, attempt }) => [status, attempt])).toEqual([
      ['INFLIGHT', undefined],
      ['FAILED', 1],
      ['SUCCESS', 2],
    ])
    expect(traced[2]).not.toHaveProperty('keyHash')
  })

  it('traces nothing of a fault of ours', async () => {
    const { open, answer, traced } = world()
    await open(0, messages('a'))
    await answer('a', { kind: 'error', detail: 'no sockets', isOurFault: true })

    expect(traced.map(({ status }) => status)).toEqual(['INFLIGHT'])
  })

  it.each([
    ['trackingOff', []],
    ['discardedOnly', ['DISCARDED']],
  ] as const)('writes with %s only %j', async (trackingMode, expected) => {
    const { open, answer, traced, dead } = world({ plan: { trackingMode } })
    await open(0, messages('a', 'b'))
    await answer('a')
    await answer('b', 400)
    dead[0]?.stored(0)

    expect(traced.map(({ status }) => status)).toEqual(expected)
  })

  it('follows a change of the tracking mode', async () => {
    const { open, answer, pipeline, traced } = world({ plan: { trackingMode: 'trackingOff' } })
    await open(0, messages('a'))
    pipeline.update({ ...basePlan, trackingMode: 'trackingAll' })
    await answer('a')

    expect(traced.map(({ status }) => status)).toEqual(['SUCCESS'])
  })

  it('does not say again that a message was read that comes back from the delay topic', async () => {
    const { open, append, answer, traced } = world()
    const work = await open(0, [])
    Object.assign(work, { isDelayed: true })
    await append(work, messages('a'))
    await answer('a')

    expect(traced.map(({ status }) => status)).toEqual(['SUCCESS'])
  })

  it('traces nothing that has no id to ask for', async () => {
    const { open, traced, dead } = world()
    await open(0, [{ body: 'a', problem: 'broken' }])
    dead[0]?.stored(0)

    expect(traced).toEqual([])
  })
})
