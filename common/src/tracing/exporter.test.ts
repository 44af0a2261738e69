import { describe, expect, it } from 'vitest'
import type { Call, CallAnswer } from '../http/calls.js'
import { silentLog } from '../lifecycle/log.js'
import { createVirtualTime } from '../time/virtual-time.js'
import { createSpanExporter, triesMax, type SpanExporterOptions } from './exporter.js'
import { Span } from './span.js'

interface Asked {
  readonly call: Call
  readonly answer: (answer: CallAnswer) => void
  readonly fail: (error: Error) => void
}

function setUp(options: Partial<SpanExporterOptions> = {}) {
  const time = createVirtualTime()
  const asked: Asked[] = []
  const figures = { exported: { value: 0 }, droppedForRoom: { value: 0 }, droppedByCollector: { value: 0 } }
  const exporter = createSpanExporter(
    {
      ...{ clock: time, scheduler: time, log: silentLog, figures },
      caller: {
        call: call => new Promise((answer, fail) => void asked.push({ call, answer, fail })),
        stop: () => Promise.resolve(),
      },
    },
    {
      ...{ url: 'http://collector/v1/traces', headers: { Authorization: 'Bearer x' }, resource: [] },
      ...{ spansMax: 100, batchMax: 10, periodMs: 1_000, limitMs: 5_000, ...options },
    },
  )
  const add = (...names: readonly string[]): void =>
    names.forEach(name =>
      exporter.add(new Span({ traceId: 'a', spanId: 'b', parentId: '' }, 'server', name, 0)),
    )
  const namesIn = (index: number): string[] =>
    [...(asked[index]?.call.body ?? '').matchAll(/"name":"(\w+)","kind"/g)].map(match => match[1] ?? '')
  return { time, asked, figures, exporter, add, namesIn }
}

const taken: CallAnswer = { status: 200, text: '{}' }

describe('the exporter of spans', () => {
  it('asks nothing of anybody while there are none', async () => {
    const { time, asked } = setUp()
    await time.advance(60_000)

    expect(asked).toEqual([])
  })

  it('gathers them for a while and sends them in one request', async () => {
    const { time, asked, figures, exporter, add, namesIn } = setUp()
    add('one', 'two')
    expect(asked).toEqual([])
    await time.advance(1_000)

    expect(namesIn(0)).toEqual(['one', 'two'])
    expect(asked[0]?.call).toMatchObject({
      ...{ method: 'POST', url: 'http://collector/v1/traces', limitMs: 5_000 },
      headers: { Authorization: 'Bearer x', 'Content-Type': 'application/json' },
    })
    expect(exporter.waitingCount()).toBe(2)
    asked[0]?.answer(taken)
    await time.advance(0)
    expect([figures.exported.value, exporter.waitingCount()]).toEqual([2, 0])
  })

  it('sends a long queue in batches, one request at a time', async () => {
    const { time, asked, add, namesIn } = setUp({ batchMax: 2 })
    add('a', 'b', 'c', 'd', 'e')
    await time.advance(5_000)
    expect(asked).toHaveLength(1)
    asked[0]?.answer(taken)
    await time.advance(0)
    expect(namesIn(1)).toEqual(['c', 'd'])
    asked[1]?.answer(taken)
    await time.advance(999)
    expect(asked).toHaveLength(2)
    await time.advance(1)

    expect(namesIn(2)).toEqual(['e'])
  })

  it('holds so many and drops the next, counted, those under way included', async () => {
    const { time, asked, figures, add } = setUp({ spansMax: 3 })
    add('a', 'b', 'c')
    await time.advance(1_000)
    add('d')
    expect(figures.droppedForRoom.value).toBe(1)
    asked[0]?.answer(taken)
    await time.advance(0)
    add('e')

    expect(figures.droppedForRoom.value).toBe(1)
  })

  it.each([429, 502, 503, 504])('tries a batch again that is answered %i', async status => {
    const { time, asked, figures, add, namesIn } = setUp()
    add('a')
    await time.advance(1_000)
    asked[0]?.answer({ status, text: '' })
    await time.advance(1_000)
    expect(namesIn(1)).toEqual(['a'])
    asked[1]?.answer(taken)
    await time.advance(0)

    expect([figures.exported.value, figures.droppedByCollector.value]).toEqual([1, 0])
  })

  it.each([400, 401, 404, 500])('drops one that is answered %i, and goes on', async status => {
    const { time, asked, figures, add, namesIn } = setUp()
    add('a')
    await time.advance(1_000)
    add('b')
    asked[0]?.answer({ status, text: '' })
    await time.advance(1_000)

    expect([figures.exported.value, figures.droppedByCollector.value]).toEqual([0, 1])
    expect(namesIn(1)).toEqual(['b'])
  })

  it('gives a batch up after so many tries of a collector that is away', async () => {
    const { time, asked, figures, add } = setUp()
    add('a')
    for (let tries = 1; tries <= triesMax; tries++) {
      await time.advance(60_000)
      asked.at(-1)?.fail(new Error('refused'))
    }
    await time.advance(60_000)

    expect([asked.length, figures.droppedByCollector.value]).toEqual([triesMax, 1])
  })

  it('counts what the collector refused of a batch', async () => {
    const { time, asked, figures, add } = setUp()
    add('a', 'b', 'c')
    await time.advance(1_000)
    asked[0]?.answer({ status: 200, text: '{"partialSuccess":{"rejectedSpans":"2"}}' })
    await time.advance(0)

    expect([figures.exported.value, figures.droppedByCollector.value]).toEqual([1, 2])
  })

  it('sends the last at a stop, at once, and takes nothing after it', async () => {
    const { time, asked, figures, exporter, add, namesIn } = setUp()
    add('a')
    const stopped = exporter.stop(500)
    await time.advance(0)
    expect(namesIn(0)).toEqual(['a'])
    asked[0]?.answer(taken)
    await stopped
    add('b')

    expect([figures.exported.value, figures.droppedForRoom.value]).toEqual([1, 1])
  })

  it('stops in time while the collector is silent, also between two tries', async () => {
    const { time, asked, exporter, add } = setUp()
    add('a')
    await time.advance(1_000)
    asked[0]?.fail(new Error('refused'))
    await time.advance(10)
    let isStopped = false
    void exporter.stop(500).then(() => (isStopped = true))
    await time.advance(500)

    expect([isStopped, asked.length]).toEqual([true, 2])
  })
})
