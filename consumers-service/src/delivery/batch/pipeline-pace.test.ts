import { describe, expect, it } from 'vitest'
import { batchWorld, partsAnswer } from '../testing/batch-world.js'
import { answerOf, messages } from '../testing/pipeline-world.js'

const dayMs = 86_400_000

/** A world whose endpoint answers like this, each second's batch at once, until `answer` changes. */
async function answering(status: number, forMs: number): Promise<ReturnType<typeof batchWorld>> {
  const made = batchWorld({ messageTtlMs: dayMs, backoff: { firstMs: 100, factor: 1, capMs: Infinity } })
  await made.open(0, messages('a', 'b', 'c', 'd', 'e', 'f'))
  for (let passedMs = 0; passedMs < forMs; passedMs += 50) {
    if (made.requests.open > 0) await made.answer(status)
    await made.time.advance(50)
  }
  return made
}

describe('the pace of batches', () => {
  it('probes an endpoint that is down ever more rarely, and says so', async () => {
    const { sent, pipeline } = await answering(500, 120_000)
    const { pace, isPaced } = pipeline.status()

    // With its back-off alone there would be 1,200.
    expect(sent.length).toBeLessThan(80)
    expect(pace).toMatchObject({ mode: 'probing', circuit: 'probing', maxRate: Infinity })
    expect(pace.why).toContain('no attempt has succeeded for')
    expect(pace.next).toContain('one batch at a time goes as a probe')
    expect(isPaced).toBe(true)
  })

  it('goes on with the first batch that is taken, and sends the next at once', async () => {
    const { sent, bodies, answer, time, pipeline, requests } = await answering(500, 120_000)
    while (requests.open === 0) await time.advance(100)
    const tried = sent.length
    await answer(200)

    expect(pipeline.status().pace.circuit).toBe('closed')
    await time.advance(1_000)
    expect(sent.length).toBe(tried + 1)
    expect(bodies().at(-1)).toEqual(['d', 'e', 'f'])
    await answer(200)
    expect(pipeline.status()).toMatchObject({ isPaced: false, inflight: 0, waiting: 0 })
  })

  it('counts as paused by itself when the outage is long', async () => {
    const { pipeline } = await answering(500, 400_000)

    expect(pipeline.status().pace).toMatchObject({ mode: 'paused', circuit: 'open' })
  })

  it('gives an endpoint the time that it asks for, and says until when', async () => {
    const { open, answer, sent, time, pipeline } = batchWorld({ messageTtlMs: dayMs, batchSize: 1 })
    const bodies = Array.from({ length: 40 }, (_, index) => `m${index}`)
    await open(0, messages(...bodies))
    for (let count = 0; count < 12; count++) {
      await time.advance(20)
      await answer(answerOf(429, { retryAfter: '0' }))
    }
    await answer(answerOf(429, { retryAfter: '20' })).catch(() => undefined)
    await time.advance(1_000)
    const before = sent.length
    expect(pipeline.status().pace).toMatchObject({ mode: 'holding' })
    await time.advance(10_000)
    expect(sent.length).toBe(before)

    await time.advance(15_000)
    expect(sent.length).toBeGreaterThan(before)
  })

  it('does not take refusals, nor answers about parts, for weakness', async () => {
    const { open, answer, store, dead, pipeline, time } = batchWorld({ batchSize: 2 })
    const bodies = Array.from({ length: 60 }, (_, index) => `m${index}`)
    await open(0, messages(...bodies))
    for (let index = 0; index < 28; index += 2) {
      await time.advance(20)
      if (index % 4 === 0) await answer(400)
      else {
        const failed = [`id-m${index}`, `id-m${index + 1}`].map(id => ({ id, retry: false }))
        await answer(partsAnswer(failed))
      }
      await store(dead.splice(0))
    }

    expect(pipeline.status().pace).toMatchObject({ mode: 'full', circuit: 'closed' })
    expect(pipeline.status().isPaced).toBe(false)
  })

  it('takes answers that put off every message for failures', async () => {
    const made = batchWorld({
      messageTtlMs: dayMs,
      backoff: { firstMs: 20, factor: 1, capMs: Infinity },
    })
    await made.open(0, messages('a', 'b', 'c'))
    for (let count = 0; count < 400; count++) {
      if (made.requests.open > 0) await made.answerParts(['a', 'b', 'c'].map(body => ({ body, status: 503 })))
      await made.time.advance(50)
    }

    expect(made.pipeline.status().pace.circuit).toBe('probing')
  })

  it('gives up the probe of a partition that is taken away, and probes with what remains', async () => {
    const made = await answering(500, 60_000)
    const { pipeline, time, requests, sent } = made
    while (requests.open === 0) await time.advance(100)
    const [work] = pipeline.works()
    const drained = pipeline.drain(work!, 0)
    await time.advance(1)
    await drained
    expect(requests.open).toBe(0)

    const before = sent.length
    await made.open(1, messages('x', 'y', 'z'))
    await time.advance(60_000)
    expect(sent.length).toBe(before + 1)
    await made.answer(200)
    expect(pipeline.status().pace.circuit).toBe('closed')
  })
})
