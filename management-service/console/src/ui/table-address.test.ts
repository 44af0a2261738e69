import { describe, expect, it } from 'vitest'
import { orderOf, withOrder, withWords, type Addressed } from './table-address.js'

const by = (): number => 1
const table: Addressed = {
  name: undefined,
  columns: [{ title: 'Topic', by }, { title: 'Last failure', by }, { title: 'What to do' }],
  firstOrder: { column: 0, isDown: false },
}
const named: Addressed = { ...table, name: 'stuck' }
const query = (text: string): URLSearchParams => new URLSearchParams(text)

describe('the order of a table in the address', () => {
  it.each([
    ['topic', { column: 0, isDown: false }],
    ['-topic', { column: 0, isDown: true }],
    ['-last-failure', { column: 1, isDown: true }],
  ])('%s is read', (text, order) => {
    expect(orderOf(text, table)).toEqual(order)
  })

  it.each([null, '', '-', 'what-to-do', 'none'])(
    '%s asks for no column that is sorted: its own counts',
    text => {
      expect(orderOf(text, table)).toEqual(table.firstOrder)
      expect(orderOf(text, { ...table, firstOrder: null })).toBeNull()
    },
  )

  it('comes back as it was written, and keeps what else stands there', () => {
    const order = { column: 1, isDown: true }

    const written = withOrder(query('state=active'), table, order)

    expect(written.toString()).toBe('state=active&sort=-last-failure')
    expect(orderOf(written.get('sort'), table)).toEqual(order)
  })

  it('is not written where the table has it by itself', () => {
    expect(withOrder(query('sort=-topic'), table, { column: 0, isDown: false }).toString()).toBe('')
    expect(
      withOrder(query(''), { ...table, firstOrder: null }, { column: 0, isDown: false }).toString(),
    ).toBe('sort=topic')
  })

  it('of two tables of a page stands under their names', () => {
    const both = withOrder(query('sort=-topic'), named, { column: 1, isDown: false })

    expect(both.toString()).toBe('sort=-topic&stuck.sort=last-failure')
  })
})

it('keeps the words of a search, and writes none where there are none', () => {
  expect(withWords(query('tab=live'), named, ' a b ').toString()).toBe('tab=live&stuck.find=a+b')
  expect(withWords(query('find=a&tab=live'), table, ' ').toString()).toBe('tab=live')
})
