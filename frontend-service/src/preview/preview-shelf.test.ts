import { describe, expect, it } from 'vitest'
import { createPreviewShelf } from './preview-shelf.js'

const limits = { messagesEach: 2, bytesEach: 8, bytesMax: 30 }
const texts = (shelf: ReturnType<typeof createPreviewShelf>): Record<string, string[]> =>
  Object.fromEntries(
    [...shelf.takeAll()].map(([topic, all]) => [topic, all.map(each => each.content.toString())]),
  )
const parts = (...all: string[]): Buffer[] => all.map(each => Buffer.from(each))

describe('the shelf of previews', () => {
  it('keeps the first messages of each topic, joined of their parts, until they are taken', () => {
    const shelf = createPreviewShelf(limits)
    const [orders, users] = [shelf.topic('orders'), shelf.topic('users')]

    for (const text of ['1', '2', '3']) orders.offer(parts('{', text, '}'))
    users.offer(parts('u'))

    expect(texts(shelf)).toEqual({ orders: ['{1}', '{2}'], users: ['u'] })
    expect(texts(shelf)).toEqual({})
    orders.offer(parts('next'))
    expect(texts(shelf)).toEqual({ orders: ['next'] })
  })

  it('cuts what is longer than its bound and says so', () => {
    const shelf = createPreviewShelf(limits)
    const topic = shelf.topic('t')

    topic.offer(parts('1234', '5678'))
    topic.offer(parts('1234', '56789', 'x'))

    const messages = shelf.takeAll().get('t')
    expect(messages?.map(({ truncated }) => truncated)).toEqual([false, true])
    expect(messages?.[1]?.content.toString()).toBe('12345678')
  })

  it('takes no more than its bytes over all topics, and copies what it keeps', () => {
    const shelf = createPreviewShelf(limits)
    const value = parts('12345678')

    for (let topic = 0; topic < 10; topic++) shelf.topic(`t${topic}`).offer(value)
    value[0]?.fill('x')

    const all = texts(shelf)
    expect(Object.keys(all)).toHaveLength(4)
    expect(all['t0']).toEqual(['12345678'])
  })
})
