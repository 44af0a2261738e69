import { describe, expect, it } from 'vitest'
import type { DelayPolicy } from '@iris/common/domain/retry-policy'
import { answerOf, messages, world, type World } from './testing/pipeline-world.js'

const delay: DelayPolicy = { fastAttempts: Infinity }
const slow = answerOf(503, { retryAfter: '60' })
const hour = 3_600_000
interface Members {
  delay?: DelayPolicy | null
  inflightMax?: number
  messageTtlMs?: number
}
const delayed = ({ delay: policy = delay, inflightMax = 10, messageTtlMs = hour }: Members = {}): World =>
  world({ plan: { delay: policy }, policy: { messageTtlMs, inflightMax } })

describe('a retry that waits for long', () => {
  it('is settled when the delay topic holds it and not before, and holds its place until then', async () => {
    const { open, answer, postponed, bodies, budget, figures, time } = delayed({ inflightMax: 1 })
    const work = await open(0, messages('a', 'b'))
    await answer('a', slow)

    expect(postponed).toMatchObject([{ untilMs: time.now() + 60_000 }])
    expect([work.window.commitPosition(), budget.messages, bodies()]).toEqual([0, 0, []])
    postponed[0]?.stored(5)
    // The receiver has asked for time, and nothing else goes before it is over.
    await time.advance(60_000)
    expect([work.window.commitPosition(), figures.postponed.value, bodies()]).toEqual([1, 1, ['b']])
  })

  it('waits in memory where the subscription uses no delay topic', async () => {
    const { open, answer, postponed, budget } = delayed({ delay: null })
    await open(0, messages('a'))
    await answer('a', slow)

    expect([postponed, budget.messages]).toEqual([[], 1])
  })

  it('waits in memory while it is short, and elsewhere after the fast attempts', async () => {
    const { open, answer, postponed, time } = delayed({ delay: { fastAttempts: 2 } })
    await open(0, messages('a'))
    await answer('a', 500)
    await time.advance(1_000)
    expect(postponed).toEqual([])

    await answer('a', 500)
    expect(postponed).toMatchObject([{ untilMs: time.now() + 10_000 }])
  })

  it('stays where it is when its answer asks for a pause, or the fault is ours', async () => {
    const { open, answer, postponed, budget } = delayed({ delay: { fastAttempts: 1 } })
    await open(0, messages('a'))
    await answer('a', { kind: 'error', detail: 'EMFILE', isOurFault: true })

    expect([postponed, budget.messages]).toEqual([[], 1])
  })

  it('is sent from the delay topic though no partition of the topic is owned here', async () => {
    const { open, pipeline, bodies } = delayed()
    pipeline.share(2)
    await open(0, messages('a'), { isDelayed: true })

    expect(bodies()).toEqual(['a'])
  })

  it('changes nothing when its partition was given away meanwhile', async () => {
    const { open, answer, pipeline, postponed, time, figures } = delayed()
    const work = await open(0, messages('a'))
    await answer('a', slow)
    void pipeline.drain(work, 1_000)
    await time.advance(1_000)
    expect(postponed[0]?.letter.isGone).toBe(true)
    postponed[0]?.stored(5)

    expect([work.window.commitPosition(), figures.postponed.value]).toEqual([0, 0])
  })
})

describe('memory for what waits', () => {
  /** A process of the default size that holds `held` messages of other subscriptions. */
  const process = (held: number, members: Members = {}): World => {
    const made = delayed(members)
    Object.assign(made.budget, { messagesMax: 10_000, messages: held, bytesMax: 64 * 1024 * 1024 })
    return made
  }

  it('takes the ten-thousandth message', async () => {
    const { open, answer, postponed, budget } = process(9_999)
    await open(0, messages('a'))
    await answer('a', 500)

    expect([postponed, budget.messages]).toEqual([[], 10_000])
  })

  it('spills the next to the delay topic, and the subscription reads on', async () => {
    const { open, answer, postponed, budget, bodies, pipeline, time } = process(10_000, { inflightMax: 2 })
    await open(0, messages('a', 'b', 'c', 'd'))
    await answer('a', 500)
    expect(postponed).toMatchObject([{ untilMs: time.now() + 10_000 }])
    postponed[0]?.stored(0)
    await time.advance(0)

    expect([bodies(), budget.messages, pipeline.status().heldBack]).toEqual([['b', 'c'], 10_000, null])
  })

  it('without a delay topic holds the next of a subscription that holds none, which then reads no further', async () => {
    const { open, answer, budget, bodies, pipeline } = process(10_000, { delay: null, inflightMax: 2 })
    await open(0, messages('a', 'b', 'c'))
    await answer('a', 500)

    expect([bodies(), budget.messages]).toEqual([['b'], 10_001])
    expect(pipeline.status().heldBack).toBe('too many messages wait for a retry in this process')
  })

  it('holds what lives no longer than the shortest level, and over its bound nobody reads further', async () => {
    const { open, answer, postponed, budget, bodies, pipeline } = process(10_000, {
      inflightMax: 2,
      messageTtlMs: 10_000,
    })
    await open(0, messages('a', 'b', 'c'))
    await answer('a', 500)

    expect([postponed, bodies(), budget.messages]).toEqual([[], ['b'], 10_001])
    expect(pipeline.status().heldBack).toBe('too many messages wait for a retry in this process')
  })

  it('counts bytes in the same way', async () => {
    const { open, answer, postponed, budget } = process(0)
    budget.bytes = budget.bytesMax - 1
    await open(0, messages('a', 'b'))
    await answer('a', 500)
    expect(postponed).toEqual([])

    expect(budget.bytes).toBeGreaterThanOrEqual(budget.bytesMax)
    await answer('b', 500)
    expect(postponed).toHaveLength(1)
  })
})
