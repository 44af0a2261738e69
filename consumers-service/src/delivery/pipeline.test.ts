import { describe, expect, it } from 'vitest'
import type { AttemptResult } from '@iris/common/http/client'
import { compileRetryRules } from '@iris/common/domain/retry-rules'
import { answerOf, basePlan, messages, world } from './testing/pipeline-world.js'

describe('the delivery pipeline', () => {
  it('sends what it reads and settles what is answered 2xx', async () => {
    const { open, answer, bodies, figures } = world()
    const work = await open(0, messages('a', 'b', 'c'))

    expect(bodies()).toEqual(['a', 'b', 'c'])
    await answer('b')
    expect(work.window.commitPosition()).toBe(0)
    await answer('a')
    await answer('c')
    expect(work.window.commitPosition()).toBe(3)
    expect(figures.delivered.value).toBe(3)
  })

  it('has at most inflightMax under way, and goes on when one ends', async () => {
    const { open, answer, bodies } = world({ policy: { inflightMax: 2 } })
    await open(0, messages('a', 'b', 'c', 'd'))

    expect(bodies()).toEqual(['a', 'b'])
    await answer('b')
    expect(bodies()).toEqual(['a', 'c'])
  })

  it('gives the place of a waiting retry to others, and tries again after the back-off with its count', async () => {
    const { open, answer, bodies, time, sent, figures, budget } = world({ policy: { inflightMax: 2 } })
    const work = await open(0, messages('a', 'b', 'c', 'd'))
    await answer('a', 500)

    expect(bodies()).toEqual(['b', 'c'])
    expect(budget.messages).toBe(1)
    await answer('b')
    await answer('c')
    await time.advance(999)
    expect(bodies()).toEqual(['d'])
    await time.advance(1)
    expect(bodies()).toEqual(['d', 'a'])
    expect(sent[1]?.attempts).toBe(1)
    expect(figures.retries.value).toBe(1)
    expect(budget.messages).toBe(0)
    expect(work.window.note(1, 0).waiting).toMatchObject([{ offset: 0, attempts: 1 }])
  })

  it('says what holds it back: the rate, a full flight, retries and when the next is due', async () => {
    const { open, answer, pipeline, time } = world({ policy: { inflightMax: 2, rate: 1 } })
    await open(0, messages('a', 'b', 'c'))
    expect(pipeline.status()).toMatchObject({ inflight: 1, inflightMax: 2, isPaced: true, nextDueInMs: null })
    await answer('a', 500)
    await time.advance(400)

    expect(pipeline.status()).toMatchObject({ inflight: 0, waiting: 1, nextDueInMs: 600, isPaced: true })
    await time.advance(10_000)
    await answer('b')
    await answer('a')
    await answer('c')
    await time.advance(1_000)
    expect(pipeline.status()).toMatchObject({ inflight: 0, waiting: 0, isPaced: false, isFenced: false })
  })

  it('buries what outlived its TTL, and settles it only once it is stored', async () => {
    const { open, answer, time, dead, figures } = world({ policy: { messageTtlMs: 1500 } })
    const work = await open(0, messages('a'))
    await answer('a', 500)
    await time.advance(1000)
    await answer('a', 503)

    expect(dead).toHaveLength(1)
    expect(dead[0]?.facts).toMatchObject({ class: 'expired', cause: '503', attempts: 2, offset: 0 })
    expect(dead[0]?.facts.reason).toContain('503')
    expect(work.window.commitPosition()).toBe(0)
    dead[0]?.stored(7)
    expect(work.window.commitPosition()).toBe(1)
    expect(figures.discarded.value).toBe(1)
  })

  it('begins no attempt after the TTL, whatever held the message up', async () => {
    const { open, answer, time, dead, held, bodies } = world({ policy: { messageTtlMs: 5000 } })
    await open(0, messages('a'))
    await answer('a', 500)
    held.reason = 'away'
    await time.advance(6000)
    held.reason = null
    await time.advance(1000)

    expect(bodies()).toEqual([])
    expect(dead[0]?.facts).toMatchObject({ class: 'expired', attempts: 1, lastStatus: 500 })
  })

  it('tells the authorization how attempts end, and lets a refused one wait for the new token', async () => {
    const renewing = { isTrue: true }
    const told: [number, number][] = []
    const authorization = {
      isRenewing: () => renewing.isTrue,
      attemptEnded: (result: AttemptResult, attemptedAtMs: number) =>
        void told.push([result.kind === 'answer' ? result.status : 0, attemptedAtMs]),
    }
    const { open, answer, bodies, time, sent } = world({
      policy: { retriesUnauthorized: true },
      authorization,
    })
    const startMs = time.monotonic()
    await open(0, messages('a', 'b'))
    await answer('a', 401)
    await answer('b', 500)
    await time.advance(5_000)
    expect(told.slice(0, 2)).toEqual([
      [401, startMs],
      [500, startMs],
    ])
    expect(bodies()).toEqual(['b'])
    renewing.isTrue = false
    await time.advance(200)

    expect(bodies()).toEqual(['b', 'a'])
    expect(sent[1]?.attempts).toBe(1)
  })

  it('buries a refused message at once, unless client errors are retried', async () => {
    const strict = world()
    await strict.open(0, messages('a'))
    await strict.answer('a', 404)
    expect(strict.dead[0]?.facts).toMatchObject({ class: 'refused', attempts: 1, lastStatus: 404 })

    const lenient = world({ policy: { retryClientErrors: true } })
    await lenient.open(0, messages('a'))
    await lenient.answer('a', 404)
    expect(lenient.dead).toEqual([])
  })

  it('settles what it is asked to discard, without a dead letter, and says so', async () => {
    const { open, answer, dead, figures, undelivered } = world()
    const work = await open(0, messages('a'))
    await answer('a', answerOf(404, { verdict: 'discard' }))

    expect(work.window.commitPosition()).toBe(1)
    expect(dead).toEqual([])
    expect(undelivered).toEqual([expect.stringContaining("the receiver's verdict: discard")])
    expect([figures.discardedOnRequest.value, figures.discarded.value]).toEqual([1, 0])
  })

  it('keeps a message whose answer asks for a pause as it stands', async () => {
    const rules = compileRetryRules([{ on: '410', then: 'pause', delayMs: null }])
    const { open, answer, dead, suspensions, time, sent } = world({ policy: { rules, messageTtlMs: 0 } })
    const work = await open(0, messages('a'))
    await answer('a', 410)

    expect(suspensions).toEqual(['Message sending failed with status code: 410 (retry rule 0: pause)'])
    expect(work.window.commitPosition()).toBe(0)
    expect(dead).toEqual([])
    await time.advance(500)
    expect(sent[0]?.attempts).toBe(0)
  })

  it('buries what cannot be read and goes on with the rest', async () => {
    const { open, dead, bodies } = world()
    await open(0, [{ body: 'x', problem: 'the batch has a bad checksum' }, { body: 'b' }])

    expect(dead[0]?.facts).toMatchObject({
      class: 'pipeline',
      cause: 'unreadable',
      reason: 'UNPARSABLE: the batch has a bad checksum',
      attempts: 0,
      lastStatus: null,
    })
    expect(bodies()).toEqual(['b'])
  })

  it('never counts a fault of ours as an attempt', async () => {
    const { open, answer, time, sent } = world({ policy: { messageTtlMs: 0 } })
    await open(0, messages('a'))
    await answer('a', { kind: 'error', detail: 'EMFILE', isOurFault: true })
    await time.advance(500)

    expect(sent[0]?.attempts).toBe(0)
  })

  it('keeps the pace, also for retries', async () => {
    const { open, bodies, time } = world({ policy: { rate: 10, inflightMax: 100 } })
    await open(0, messages(...Array.from({ length: 50 }, (_, index) => `m${index}`)))
    expect(bodies()).toHaveLength(1)

    await time.advance(1000)
    expect(bodies()).toHaveLength(11)
  })

  it('shares its rate by the partitions it has', async () => {
    const { open, pipeline } = world({ policy: { rate: 100 } })
    pipeline.share(4)
    await open(0, [])

    expect(pipeline.status().rate).toBeCloseTo(25)
  })

  it('waits the sending delay from the time of publishing, once', async () => {
    const { open, bodies, time, answer } = world({ policy: { sendingDelayMs: 3000 } })
    await open(0, [{ body: 'new' }, { body: 'old', at: 1_700_000_000_000 - 5000 }])

    expect(bodies()).toEqual(['old'])
    await time.advance(3000)
    expect(bodies()).toEqual(['old', 'new'])
    await answer('new', 500)
    await time.advance(1000)
    expect(bodies()).toEqual(['old', 'new'])
  })

  it('reads no further when too much waits in the process, unless it keeps nothing itself', async () => {
    const { open, answer, bodies, budget, pipeline } = world({ policy: { inflightMax: 2 } })
    budget.messages = budget.messagesMax
    await open(0, messages('a', 'b', 'c', 'd'))
    expect(bodies()).toEqual(['a', 'b'])

    await answer('a', 500)
    expect(bodies()).toEqual(['b'])
    expect(pipeline.status().heldBack).toContain('too many messages wait')
  })

  it('leaves places to other subscriptions when the process has many requests open', async () => {
    const { open, bodies, requests } = world()
    requests.open = requests.max
    await open(0, messages('a', 'b', 'c'))

    expect(bodies()).toEqual(['a', 'b'])
  })

  it('begins nothing while it is held back, and goes on by itself', async () => {
    const { open, bodies, held, time, pipeline } = world()
    held.reason = 'ZooKeeper is silent'
    await open(0, messages('a'))
    expect(bodies()).toEqual([])
    expect(pipeline.status().heldBack).toBe('ZooKeeper is silent')

    held.reason = null
    await time.advance(300)
    expect(bodies()).toEqual(['a'])
  })

  it('takes a new policy for the next message', async () => {
    const { open, append, pipeline, answer, bodies, dead } = world({
      policy: { inflightMax: 1 },
      plan: { ordering: 'KEY' },
    })
    const work = await open(0, messages('a', 'b'))
    pipeline.update({
      ...basePlan,
      ordering: 'KEY',
      policy: { ...basePlan.policy, inflightMax: 5, messageTtlMs: 0 },
    })
    await append(work, messages('c'))

    expect(bodies()).toEqual(['a', 'b', 'c'])
    await answer('b', 500)
    expect(dead).toHaveLength(1)
  })

  it('refuses at the last moment what was begun before it was held back', async () => {
    const { open, sent, held } = world()
    await open(0, messages('a'))

    expect(sent[0]?.refusal()).toBeNull()
    held.reason = 'ZooKeeper is silent'
    expect(sent[0]?.refusal()).toBe('ZooKeeper is silent')
  })

  it('begins nothing of a partition whose lock is in doubt, and refuses what it has begun', async () => {
    const { open, append, bodies, sent, pipeline, time } = world()
    const doubtful = await open(0, messages('a'))
    const sure = await open(1, [])
    doubtful.isDisowned = true
    await append(doubtful, messages('b'))
    await append(sure, messages('c'))

    expect(bodies()).toEqual(['a', 'c'])
    expect(sent[0]?.refusal()).toContain('lock')
    expect(sent[1]?.refusal()).toBeNull()
    doubtful.isDisowned = false
    pipeline.wake()
    await time.advance(0)
    expect(bodies()).toEqual(['a', 'c', 'b'])
  })
})
