import { describe, expect, it } from 'vitest'
import { createInspector } from '@iris/common/filter/filters'
import { createViews, filteredMax } from './view.js'
import type { Choice } from './wish.js'

const sender = (matcher: string): Choice => ({
  form: 'plain',
  filters: [{ type: 'jsonpath', path: '$.sender', matcher }],
  key: null,
})

describe('the views of a topic', () => {
  it('are shared by all who look the same way', () => {
    const views = createViews(createInspector())

    expect(views.of(sender('anna'), 'JSON')).toBe(views.of(sender('anna'), 'JSON'))
    expect(views.of(sender('anna'), 'JSON')).not.toBe(views.of(sender('ben'), 'JSON'))
  })

  it('have filters of so many kinds, and room again when the last reader of one has gone', () => {
    const views = createViews(createInspector())
    const made = Array.from({ length: filteredMax }, (_, index) => views.of(sender(`s${index}`), 'JSON'))
    const refused = (): unknown => views.of(sender('one more'), 'JSON')
    expect(refused).toThrow(`${filteredMax} different choices of filters`)
    expect(views.of(sender('s0'), 'JSON')).toBe(made[0])
    expect(() => views.of({ ...sender(''), filters: [], key: 'k' }, 'JSON')).not.toThrow()

    views.release(made[0]!)
    expect(refused).toThrow()
    views.release(made[0]!)
    expect(refused).not.toThrow()
  })

  it('remember no messages', () => {
    const latest: Choice = { ...sender(''), filters: [{ type: 'latest', key: '$.id' }] }

    expect(() => createViews(createInspector()).of(latest, 'JSON')).toThrow('for subscriptions only')
  })
})
