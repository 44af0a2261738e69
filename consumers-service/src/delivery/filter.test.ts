import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { compileFilters, type CompiledFilters } from '@iris/common/filter/filters'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createFilterShare } from './filter-share.js'
import { createFilterStep } from './filter.js'
import type { Letter } from './letter.js'
import { baseBatchPlan, batchWorld } from './testing/batch-world.js'
import { basePlan, messages, world } from './testing/pipeline-world.js'

function filtersOf(...forms: readonly JsonObject[]): CompiledFilters {
  const compiled = compileFilters(forms, 'JSON')
  if (compiled === null || 'problem' in compiled) throw new Error(compiled?.problem ?? 'no filters')
  return compiled
}

/** Lets pass the bodies that match. */
const only = (matcher: string): CompiledFilters => filtersOf({ type: 'jsonpath', path: '$', matcher })

describe('a subscription with filters', () => {
  it('gets what passes; the rest is settled at once, counted and traced by the type', async () => {
    const { open, answer, bodies, figures, traced } = world({ plan: { filters: only('a.*') } })
    const work = await open(0, messages('b1', 'a1', 'b2', 'a2', 'b3'))

    expect(bodies()).toEqual(['a1', 'a2'])
    expect(figures.filteredOut.value).toBe(3)
    expect(work.window.commitPosition()).toBe(1)
    await answer('a1')
    await answer('a2')
    expect(work.window.commitPosition()).toBe(5)
    expect(figures.delivered.value).toBe(2)
    const statuses = traced.map(({ messageId, status, reason }) => `${messageId} ${status} ${reason ?? ''}`)
    expect(statuses.filter(each => each.startsWith('id-b'))).toEqual([
      'id-b1 FILTERED jsonpath',
      'id-b2 FILTERED jsonpath',
      'id-b3 FILTERED jsonpath',
    ])
  })

  it('keeps messages out without a place in flight, and without the turn of their key', async () => {
    const { open, answer, bodies, figures } = world({
      plan: { filters: only('a.*'), ordering: 'KEY' },
      policy: { inflightMax: 2 },
    })
    const key = 'k'
    const work = await open(0, [
      { body: 'a1', key },
      ...messages('b1', 'b2', 'b3').map(each => ({ ...each, key })),
      { body: 'a2', key },
      { body: 'a3' },
    ])

    expect(bodies()).toEqual(['a1', 'a3'])
    expect(figures.filteredOut.value).toBe(3)
    expect(work.window.unsettledCount()).toBe(3)
    await answer('a1')
    expect(bodies()).toEqual(['a3', 'a2'])
  })

  it('buries what its filters cannot judge, and never drops it', async () => {
    const costly = filtersOf({ type: 'jsonpath', path: '$', matcher: '(ab|ba){100}' })
    const { open, dead, bodies, figures } = world({ plan: { filters: costly } })
    await open(0, [{ body: 'ab'.repeat(100) }, { body: 'x'.repeat(5_000) }, { body: 'x', problem: 'torn' }])

    expect(bodies()).toEqual(['ab'.repeat(100)])
    expect(dead.map(({ facts }) => [facts.class, facts.reason])).toEqual([
      ['pipeline', 'FILTER: the filters need more than 1000000 steps for this message'],
      ['pipeline', 'UNPARSABLE: torn'],
    ])
    expect(dead[0]?.body.toString()).toBe(`"${'x'.repeat(5_000)}"`)
    expect(figures.filteredOut.value).toBe(0)
  })

  it('still buries it after it waited behind its key', async () => {
    const costly = filtersOf({ type: 'jsonpath', path: '$', matcher: '(ab|ba){100}|a' })
    const { open, answer, dead, bodies } = world({ plan: { filters: costly, ordering: 'KEY' } })
    const key = 'k'
    await open(0, [
      { body: 'a', key },
      { body: 'x'.repeat(5_000), key },
    ])
    expect(dead).toEqual([])

    await answer('a')
    expect(bodies()).toEqual([])
    expect(dead[0]?.facts.reason).toMatch(/^FILTER: /)
  })

  it('takes new filters for the next message, and does not judge again what waits for a retry', async () => {
    const { open, append, answer, bodies, pipeline, time } = world({ plan: { filters: only('a.*') } })
    const work = await open(0, messages('a1', 'b1'))
    await answer('a1', 500)

    pipeline.update({ ...basePlan, filters: only('b.*') })
    await append(work, messages('a2', 'b2'))
    await time.advance(1000)
    expect(bodies()).toEqual(['b2', 'a1'])

    pipeline.update(basePlan)
    await append(work, messages('c'))
    expect(bodies()).toEqual(['b2', 'a1', 'c'])
  })

  it('filters out at its rate where that is limited, while what passes goes on', async () => {
    const many = Array.from({ length: 21 }, (_, index) => `b${index}`)
    const { open, bodies, figures, pipeline, time } = world({
      plan: { filters: only('a') },
      policy: { rate: 10 },
      isFilterRateLimited: true,
    })
    await open(0, messages(...many, 'a'))

    expect(figures.filteredOut.value).toBe(1)
    expect(pipeline.status().heldBack).toMatch(/filtered out at the rate/)
    await time.advance(1_000)
    expect(figures.filteredOut.value).toBe(11)
    expect(bodies()).toEqual([])
    await time.advance(1_100)
    expect(bodies()).toEqual(['a'])
    expect(pipeline.status().heldBack).toBeNull()
  })
})

describe('the filter step', () => {
  it('does not judge again what was tried before a restart or put off into a delay topic', () => {
    const settled: number[] = []
    const letterOf = (slot: number, attempts: number, isDelayed: boolean): Letter => {
      const window = { settle: (each: number) => void settled.push(each) }
      const content = { body: Buffer.from('"b"'), avro: null, propagated: null }
      return { slot, attempts, content, problem: null, work: { isDelayed, window } } as unknown as Letter
    }
    const letters = [
      letterOf(0, 0, false),
      letterOf(1, 1, false),
      letterOf(2, 0, true),
      letterOf(3, 0, false),
    ]
    const clock = createVirtualTime()
    const step = createFilterStep(
      {
        clock,
        filterShare: createFilterShare(clock),
        journal: { filtered: () => undefined },
        receive: () => letters.shift() ?? null,
        goOn: () => undefined,
      },
      only('a.*'),
    )

    expect([step.next(0)?.slot, step.next(0)?.slot, step.next(0)?.slot]).toEqual([1, 2, undefined])
    expect(settled).toEqual([0, 3])
  })
})

describe('a subscription in batches with filters', () => {
  it('gathers what passes, settles the rest at once and buries what nobody can judge', async () => {
    const costly = { type: 'jsonpath', path: '$', matcher: 'b.*|(ab|ba){100}' }
    const { open, pipeline, bodies, dead, figures, store, answer } = batchWorld()
    pipeline.update({ ...baseBatchPlan, filters: filtersOf(costly) })
    const work = await open(0, messages('a1', 'b1', 'a2', 'x'.repeat(5_000), 'b2', 'b3'))

    expect(dead.map(({ facts }) => [facts.class, facts.reason.slice(0, 7)])).toEqual([
      ['pipeline', 'FILTER:'],
    ])
    expect(figures.filteredOut.value).toBe(2)
    expect(work.window.commitPosition()).toBe(1)
    expect(bodies()).toEqual([])
    await store()
    expect(bodies()).toEqual([['b1', 'b2', 'b3']])
    await answer(200)
    expect(work.window.commitPosition()).toBe(6)
  })
})
