import { describe, expect, it } from 'vitest'
import { compileFilters } from '@iris/common/filter/filters'
import { batchWorld } from '../testing/batch-world.js'
import { answerOf, messages } from '../testing/pipeline-world.js'

const ownFault = { kind: 'error', detail: 'EMFILE', isOurFault: true } as const

describe('the delivery in batches', () => {
  it('sends a batch once it is full, and the next one when that has ended', async () => {
    const { open, answer, bodies, figures, sent, requests } = batchWorld()
    const work = await open(0, messages('a', 'b', 'c', 'd', 'e', 'f', 'g'))

    expect(bodies()).toEqual([['a', 'b', 'c']])
    expect(work.window.unsettledCount()).toBe(3)
    expect(requests.open).toBe(1)
    await answer(200)
    expect(bodies()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ])
    expect(work.window.commitPosition()).toBe(3)
    expect(figures.delivered.value).toBe(3)
    expect(sent[0]?.id).not.toBe(sent[1]?.id)
  })

  it('sends one that is not full when its first message has waited long enough', async () => {
    const { open, append, bodies, time, pipeline } = batchWorld({ batchTimeMs: 1000 })
    const work = await open(0, messages('a'))
    await time.advance(600)
    await append(work, messages('b'))
    expect(pipeline.status()).toMatchObject({ gathered: 2, inflight: 0 })
    await time.advance(399)
    expect(bodies()).toEqual([])

    await time.advance(1)
    expect(bodies()).toEqual([['a', 'b']])
    expect(pipeline.status()).toMatchObject({ gathered: 0, inflight: 2 })
  })

  it('sends one that the next message does not fit in, which opens the next', async () => {
    const { open, answer, bodies, time, sent } = batchWorld({ batchVolume: 230, batchTimeMs: 1000 })
    await open(0, messages('a', 'b', 'c'))
    expect(bodies()).toEqual([['a', 'b']])
    expect(sent[0]?.body.length).toBeLessThanOrEqual(230)

    await answer(200)
    expect(bodies()).toHaveLength(1)
    await time.advance(1000)
    expect(bodies()[1]).toEqual(['c'])
  })

  it('keeps the order of each partition, and takes from all in turn', async () => {
    const { open, answer, bodies, held } = batchWorld({ batchSize: 4 })
    held.reason = 'not yet'
    await open(0, messages('a1', 'a2', 'a3', 'a4'))
    await open(1, messages('b1', 'b2', 'b3', 'b4'))
    held.reason = null
    await open(2, [])
    await answer(200)

    for (const each of bodies()) expect(each.map(body => body[0]).sort()).toEqual(['a', 'a', 'b', 'b'])
    const all = bodies().flat()
    expect(all.filter(body => body.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4'])
    expect(all.filter(body => body.startsWith('b'))).toEqual(['b1', 'b2', 'b3', 'b4'])
  })

  it('sends the same batch again after the back-off, and begins no other before it has ended', async () => {
    const { open, answer, bodies, time, sent, figures, requests, pipeline } = batchWorld()
    const work = await open(0, messages('a', 'b', 'c', 'd', 'e', 'f'))
    await answer(500)
    expect(pipeline.status()).toMatchObject({ inflight: 0, waiting: 3 })
    expect(requests.open).toBe(0)
    await time.advance(999)
    expect(bodies()).toHaveLength(1)

    await time.advance(1)
    expect(bodies()[1]).toEqual(['a', 'b', 'c'])
    expect(sent[1]).toMatchObject({ id: sent[0]!.id, retryCount: 1, body: sent[0]!.body })
    expect(figures.retries.value).toBe(1)
    expect(work.window.note(1, 0).waiting).toHaveLength(3)
    await answer(answerOf(503, { retryAfter: '3' }))
    await time.advance(2999)
    expect(bodies()).toHaveLength(2)
    await time.advance(1)
    expect(bodies()).toHaveLength(3)
  })

  it('sends again only what failed, under another id, and settles the rest at once', async () => {
    const { open, answerParts, answer, bodies, time, sent, dead, store, figures } = batchWorld()
    const work = await open(0, messages('a', 'b', 'c', 'd', 'e', 'f'))
    await answerParts([{ body: 'b' }, { body: 'c', retry: false, status: 409 }])

    expect(dead[0]?.facts).toMatchObject({
      class: 'refused',
      cause: '409',
      attempts: 1,
      lastStatus: 409,
      offset: 2,
    })
    expect(work.window.commitPosition()).toBe(1)
    await time.advance(1000)
    expect(bodies()).toHaveLength(1)
    await store()
    expect(bodies()[1]).toEqual(['b'])
    expect(work.window.note(1, 0).settled).toEqual([[2, 2]])
    expect(sent[1]!.id).not.toBe(sent[0]!.id)
    expect(sent[1]!.retryCount).toBe(1)
    await answer(204)
    expect(bodies()[2]).toEqual(['d', 'e', 'f'])
    expect(work.window.commitPosition()).toBe(3)
    expect(figures.delivered.value).toBe(2)
  })

  it('buries every message of a refused batch, and goes on once all are stored', async () => {
    const { open, answer, bodies, dead, store, figures } = batchWorld()
    const work = await open(0, messages('a', 'b', 'c', 'd', 'e', 'f'))
    await answer(404)

    expect(dead.map(({ facts }) => [facts.class, facts.offset, facts.lastStatus])).toEqual(
      [0, 1, 2].map(offset => ['refused', offset, 404]),
    )
    await store([dead[0]!, dead[2]!])
    expect(work.window.commitPosition()).toBe(1)
    expect(bodies()).toHaveLength(1)
    await store([dead[1]!])
    expect(work.window.commitPosition()).toBe(3)
    expect(bodies()).toHaveLength(2)
    expect(figures.discarded.value).toBe(3)
  })

  it('buries what outlives its time, and begins no attempt after it, whatever held it up', async () => {
    const { open, answer, bodies, dead, time, held } = batchWorld({ messageTtlMs: 2500 })
    await open(0, messages('a', 'b', 'c'))
    for (const waitMs of [1000, 1000]) {
      await answer(500)
      await time.advance(waitMs)
    }
    await answer(500)
    expect(bodies()).toHaveLength(3)
    expect(dead.map(({ facts }) => [facts.class, facts.attempts])).toEqual(Array(3).fill(['expired', 3]))

    const late = batchWorld({ messageTtlMs: 2500 })
    await late.open(0, messages('a', 'b', 'c'))
    await late.answer(500)
    late.held.reason = 'away'
    await late.time.advance(5000)
    late.held.reason = null
    await late.time.advance(1000)
    expect(late.bodies()).toHaveLength(1)
    expect(late.dead).toHaveLength(3)
    expect(held.reason).toBeNull()
  })

  it('forgets a batch where the receiver says so, and traces each message with its batch', async () => {
    const { open, answer, figures, traced, undelivered, sent } = batchWorld()
    const work = await open(0, messages('a', 'b', 'c', 'd', 'e', 'f'))
    await answer(answerOf(500, { verdict: 'discard' }))
    await answer(200)

    expect(figures.discardedOnRequest.value).toBe(3)
    expect(undelivered).toHaveLength(3)
    expect(work.window.commitPosition()).toBe(6)
    const steps = (name: string): string[] =>
      traced
        .filter(({ messageId }) => messageId === `id-${name}`)
        .map(each => `${each.status} ${each.batchId}`)
    expect(steps('a')).toEqual(['INFLIGHT ', `FAILED ${sent[0]!.id}`, `DISCARDED ${sent[0]!.id}`])
    expect(steps('d')).toEqual(['INFLIGHT ', `SUCCESS ${sent[1]!.id}`])
  })

  it('never counts a fault of ours as an attempt', async () => {
    const { open, answer, time, sent, figures } = batchWorld({ messageTtlMs: 0 })
    await open(0, messages('a', 'b', 'c'))
    await answer(ownFault)
    await time.advance(500)

    expect(sent).toHaveLength(2)
    expect(sent[1]).toMatchObject({ id: sent[0]!.id, retryCount: 0 })
    expect(figures.retries.value).toBe(0)
  })

  it('buries what no batch can hold or nobody can read, and gathers the rest', async () => {
    const { open, bodies, dead, store } = batchWorld({ batchVolume: 400 })
    const work = await open(0, [
      { body: 'a' },
      { body: 'x'.repeat(400) },
      { body: 'b' },
      { body: '-', problem: 'the batch has a bad checksum' },
      { body: 'c' },
    ])

    expect(dead.map(({ facts }) => [facts.class, facts.reason])).toEqual([
      ['pipeline', 'too large'],
      ['pipeline', 'UNPARSABLE: the batch has a bad checksum'],
    ])
    expect(bodies()).toEqual([])
    await store()
    expect(bodies()).toEqual([['a', 'b', 'c']])
    expect(work.window.note(1, 0).settled).toEqual([
      [1, 1],
      [3, 3],
    ])
  })

  it('gathers only what its filters let through, and settles the rest', async () => {
    const filters = compileFilters([{ type: 'jsonpath', path: '$', matcher: '[ace]' }], 'JSON')
    if (filters === null || 'problem' in filters) throw new Error('no filters')
    const { open, answer, bodies, figures } = batchWorld({}, { filters })
    const work = await open(0, messages('a', 'b', 'c', 'd', 'e', 'f'))
    await answer(200)

    expect(bodies()).toEqual([['a', 'c', 'e']])
    expect(work.window.commitPosition()).toBe(6)
    expect(figures.filteredOut.value).toBe(3)
  })

  it('takes a new policy at once: a smaller batch is ripe, a smaller volume may be too small', async () => {
    const { open, append, update, bodies, dead, answer, store } = batchWorld()
    const work = await open(0, messages('a', 'b'))
    await update({ batchSize: 2 })
    expect(bodies()).toEqual([['a', 'b']])

    await answer(200)
    await update({ batchVolume: 300 })
    await append(work, [{ body: 'c' }, { body: 'd', padding: 150 }])
    expect(bodies()[1]).toEqual(['c'])
    await update({ batchVolume: 150 })
    expect(dead[0]?.facts.reason).toBe('too large')
    await answer(200)
    await store()
    expect(work.window.commitPosition()).toBe(4)
  })

  it('keeps nothing of what was fetched while it is held back', async () => {
    const { open, answer, sent, held } = batchWorld({ batchSize: 2 })
    await open(0, messages('a', 'b'))
    held.reason = 'not yet'
    const isDetached = (): boolean[] => sent.at(-1)!.batch.elements.map(({ letter }) => letter.isDetached)
    expect(isDetached()).toEqual([false, false])
    await answer(500)

    expect(isDetached()).toEqual([true, true])
  })

  it('begins nothing while it is held back, and goes on by itself', async () => {
    const { open, bodies, held, time, pipeline } = batchWorld()
    held.reason = 'ZooKeeper is silent'
    await open(0, messages('a', 'b', 'c'))
    expect(bodies()).toEqual([])
    expect(pipeline.status().heldBack).toBe('ZooKeeper is silent')

    held.reason = null
    await time.advance(200)
    expect(bodies()).toEqual([['a', 'b', 'c']])
  })

  it('refuses at the last moment what was begun before it was held back', async () => {
    const { open, sent, held } = batchWorld()
    await open(0, messages('a', 'b', 'c'))

    expect(sent[0]!.batch.refusal()).toBeNull()
    held.reason = 'ZooKeeper is silent'
    expect(sent[0]!.batch.refusal()).toBe('ZooKeeper is silent')
  })

  it('sends nothing of a partition whose lock is in doubt, and refuses what it has begun', async () => {
    const { open, append, answer, bodies, sent, pipeline, time } = batchWorld({ batchSize: 2 })
    const doubtful = await open(0, messages('a'))
    const sure = await open(1, messages('b'))
    doubtful.isDisowned = true
    expect(sent[0]!.batch.refusal()).toContain('lock')
    await answer(ownFault)
    await append(sure, messages('c'))
    await time.advance(5000)
    expect(bodies()).toHaveLength(1)

    doubtful.isDisowned = false
    pipeline.wake()
    await time.advance(0)
    expect(bodies()).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  it('sends what it has when the process’s batches are full, and always takes one message', async () => {
    const { open, answer, bodies, pool } = batchWorld()
    pool.bytes = pool.bytesMax
    const work = await open(0, messages('a', 'b'))
    expect(bodies()).toEqual([['a']])

    await answer(200)
    await answer(200)
    expect(bodies()).toEqual([['a'], ['b']])
    expect(pool.bytes).toBe(pool.bytesMax)
    expect(work.window.commitPosition()).toBe(2)
  })

  it('sends what it has when the window of a partition is full', async () => {
    const { open, bodies } = batchWorld({ batchSize: 100 })
    await open(0, messages('a', 'b', 'c'), { unsettledMax: 2 })

    expect(bodies()).toEqual([['a', 'b']])
  })

  it('lets what was tried before a restart wait for nothing, and keeps its time to live', async () => {
    const { open, bodies, sent, time, answer, dead } = batchWorld({ batchSize: 100, messageTtlMs: 3000 })
    const firstAttemptMs = time.monotonic() - 2000
    await open(0, messages('settled', 'a', 'b'), {
      note: {
        lock: 1,
        settled: [[0, 0]],
        waiting: [1, 2].map(offset => ({ offset, firstAttemptMs, attempts: 4 })),
      },
    })
    expect(bodies()).toEqual([['a', 'b']])
    expect(sent[0]!.retryCount).toBe(4)

    await answer(500)
    expect(dead.map(({ facts }) => [facts.class, facts.attempts])).toEqual(Array(2).fill(['expired', 5]))
  })

  it('keeps what waits in bytes of its own', async () => {
    const { open, answer, time, sent } = batchWorld()
    await open(0, messages('a', 'b'))
    await time.advance(5000)
    const letters = sent[0]!.batch.elements.map(({ letter }) => letter)
    expect(letters.every(({ isDetached }) => isDetached)).toBe(true)

    const fresh = batchWorld()
    await fresh.open(0, messages('a', 'b', 'c'))
    const [batch] = fresh.sent.map(each => each.batch)
    expect(batch!.elements.some(({ letter }) => letter.isDetached)).toBe(false)
    await fresh.answer(500)
    expect(batch!.elements.every(({ letter }) => letter.isDetached)).toBe(true)
    expect(batch!.body.length).toBe(0)
    await answer(200)
  })

  it('gives a partition back at once where nothing of it is under way', async () => {
    const { open, pipeline, time, bodies, pool, append, answer } = batchWorld()
    const first = await open(0, messages('a'))
    const second = await open(1, messages('b'))
    await pipeline.drain(first, 10_000)
    await append(second, messages('c'))
    await time.advance(5000)

    expect(bodies()).toEqual([['b', 'c']])
    expect(first.window.commitPosition()).toBe(0)
    await answer(200)
    await pipeline.drain(second, 10_000)
    expect(pool.bytes).toBe(0)
  })

  it('lets a batch end when one of its partitions moves, and sends again only what is still here', async () => {
    const { open, pipeline, answer, bodies, time, sent, pool } = batchWorld({ batchSize: 2 })
    const first = await open(0, messages('a'))
    const second = await open(1, messages('b'))
    const drained = pipeline.drain(first, 10_000)
    await answer(500)
    await drained
    await time.advance(1000)

    expect(bodies()).toEqual([['a', 'b'], ['b']])
    expect(sent[1]).toMatchObject({ retryCount: 1 })
    expect(sent[1]!.id).not.toBe(sent[0]!.id)
    expect(first.window.note(1, 0).waiting).toHaveLength(1)
    await answer(200)
    expect([first, second].map(work => work.window.commitPosition())).toEqual([0, 1])
    expect(pool.bytes).toBe(0)
  })

  it('settles what a batch delivers while its partition drains, and gives up what does not end in time', async () => {
    const { open, pipeline, answer, time, requests, sent, pool } = batchWorld({ batchSize: 1 })
    const work = await open(0, messages('a', 'b'))
    const drained = pipeline.drain(work, 10_000)
    await answer(200)
    await drained
    expect(work.window.commitPosition()).toBe(1)

    const other = await open(1, messages('c'))
    let isCancelled = false
    sent.at(-1)!.batch.sending = { cancel: () => (isCancelled = true) }
    const cut = pipeline.drain(other, 10_000)
    await time.advance(10_000)
    await cut
    expect(isCancelled).toBe(true)
    expect([requests.open, pool.bytes, other.window.commitPosition()]).toEqual([0, 0, 0])
  })
})
