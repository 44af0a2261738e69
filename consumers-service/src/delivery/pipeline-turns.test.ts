import { describe, expect, it } from 'vitest'
import { messages, world } from './testing/pipeline-world.js'

describe('the turns and the drain of a pipeline', () => {
  it('keeps the order of a key while other keys go on; a waiting retry keeps its turn', async () => {
    const { open, answer, bodies, time } = world({ plan: { ordering: 'KEY' } })
    await open(0, [
      { body: 'a1', key: 'a' },
      { body: 'a2', key: 'a' },
      { body: 'b1', key: 'b' },
      { body: 'x' },
      { body: 'a3', key: 'a' },
    ])

    expect(bodies()).toEqual(['a1', 'b1', 'x'])
    await answer('a1', 500)
    expect(bodies()).toEqual(['b1', 'x'])
    await time.advance(1000)
    expect(bodies()).toEqual(['b1', 'x', 'a1'])
    await answer('a1')
    expect(bodies()).toEqual(['b1', 'x', 'a2'])
    await answer('a2')
    expect(bodies()).toEqual(['b1', 'x', 'a3'])
  })

  it('lets a key go on after a dead letter is stored, not before', async () => {
    const { open, answer, bodies, dead, time } = world({ plan: { ordering: 'KEY' } })
    await open(0, [
      { body: 'a1', key: 'a' },
      { body: 'a2', key: 'a' },
    ])
    await answer('a1', 400)

    expect(bodies()).toEqual([])
    dead[0]?.stored(0)
    await time.advance(0)
    expect(bodies()).toEqual(['a2'])
  })

  it('goes one by one in each partition where that is asked for', async () => {
    const { open, answer, bodies } = world({ plan: { ordering: 'PARTITION' } })
    await open(0, messages('p1', 'p2'))
    await open(1, messages('q1', 'q2'))

    expect(bodies()).toEqual(['p1', 'q1'])
    await answer('p1', 500)
    expect(bodies()).toEqual(['q1'])
    await answer('q1')
    expect(bodies()).toEqual(['q2'])
  })

  it('goes strictly one by one with an inflight size of one, as Hermes does', async () => {
    const { open, answer, bodies, time } = world({ policy: { inflightMax: 1 } })
    await open(0, messages('a', 'b'))
    await answer('a', 500)

    expect(bodies()).toEqual([])
    await time.advance(1000)
    expect(bodies()).toEqual(['a'])
    await answer('a')
    expect(bodies()).toEqual(['b'])
  })

  it('drains a partition: begins nothing more of it, waits for what is under way, keeps the others', async () => {
    const { open, answer, bodies, pipeline, time } = world({ policy: { inflightMax: 3 } })
    const first = await open(0, messages('a', 'b', 'c', 'd'))
    const second = await open(1, messages('x'))
    await answer('a', 500)
    let isDrained = false
    void pipeline.drain(first, 5000).then(() => (isDrained = true))
    await answer('b')

    expect(isDrained).toBe(false)
    await answer('c', 500)
    expect(isDrained).toBe(true)
    expect(first.window.note(1, 0)).toMatchObject({
      settled: [[1, 1]],
      waiting: [
        { offset: 0, attempts: 1 },
        { offset: 2, attempts: 1 },
      ],
    })
    await time.advance(5000)
    expect(bodies()).toEqual(['x'])
    expect(pipeline.works()).toEqual([second])
    expect(pipeline.status()).toMatchObject({ inflight: 1, waiting: 0 })
  })

  it('gives up what is under way when the drain takes too long', async () => {
    const { open, pipeline, time, requests, figures, sent } = world()
    const work = await open(0, messages('a'))
    let isDrained = false
    void pipeline.drain(work, 5000).then(() => (isDrained = true))
    await time.advance(5000)

    expect(isDrained).toBe(true)
    expect(requests.open).toBe(0)
    expect(sent[0]?.isGone).toBe(true)
    expect(figures.delivered.value).toBe(0)
  })

  it('waits in a drain for the dead letters that are under way', async () => {
    const { open, answer, pipeline, dead, time } = world()
    const work = await open(0, messages('a'))
    let isDrained = false
    void pipeline.drain(work, 5000).then(() => (isDrained = true))
    await answer('a', 400)
    expect(isDrained).toBe(false)

    dead[0]?.stored(0)
    await time.advance(0)
    expect(isDrained).toBe(true)
    expect(work.window.commitPosition()).toBe(1)
  })

  it('forgets the parked messages of a partition that is drained', async () => {
    const { open, answer, pipeline, budget, bodies, time } = world({ plan: { ordering: 'KEY' } })
    const work = await open(0, [
      { body: 'a1', key: 'a' },
      { body: 'a2', key: 'a' },
    ])
    expect(budget.messages).toBe(1)
    void pipeline.drain(work, 5000)
    await answer('a1')
    await time.advance(5000)

    expect(bodies()).toEqual([])
    expect(budget).toMatchObject({ messages: 0, bytes: 0 })
    expect(pipeline.status().parked).toBe(0)
  })
})
