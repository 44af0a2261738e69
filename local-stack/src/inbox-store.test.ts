import { describe, expect, it } from 'vitest'
import { createInboxStore, type InboxDelivery } from './inbox-store.js'

function delivery(number: number, overrides: Partial<InboxDelivery> = {}): InboxDelivery {
  const common = { receivedAt: '', path: '/', retryCount: 0, headers: {}, body: '' }
  return { number, messageId: `m${number}`, status: 200, bodyBytes: 10, ...common, ...overrides }
}

function numbers(deliveries: readonly InboxDelivery[]): readonly number[] {
  return deliveries.map(each => each.number)
}

describe('the store of the inbox', () => {
  it('gives the newest first', () => {
    const store = createInboxStore({ deliveriesMax: 10, bytesMax: 1_000 })

    for (const number of [1, 2, 3]) store.add(delivery(number))

    expect(numbers(store.newest(2))).toEqual([3, 2])
    expect(store.total).toBe(3)
  })

  it.each([
    [3, [3, 2, 1]],
    [4, [4, 3, 2]],
  ])('keeps at its bound of three, and drops the oldest above it: %i come', (count, kept) => {
    const store = createInboxStore({ deliveriesMax: 3, bytesMax: 1_000 })

    for (let number = 1; number <= count; number++) store.add(delivery(number))

    expect(numbers(store.newest(10))).toEqual(kept)
  })

  it.each([
    [10, [2, 1]],
    [11, [2]],
  ])('drops by bytes as well: 10 and %i of 20', (bodyBytes, kept) => {
    const store = createInboxStore({ deliveriesMax: 100, bytesMax: 20 })

    store.add(delivery(1))
    store.add(delivery(2, { bodyBytes }))

    expect(numbers(store.newest(10))).toEqual(kept)
  })

  it('keeps one delivery however large', () => {
    const store = createInboxStore({ deliveriesMax: 100, bytesMax: 20 })

    store.add(delivery(1, { bodyBytes: 1_000 }))

    expect(numbers(store.newest(10))).toEqual([1])
  })

  it('calls a message accepted only after a 2xx', () => {
    const store = createInboxStore({ deliveriesMax: 100, bytesMax: 1_000 })

    store.add(delivery(1, { messageId: 'a', status: 503 }))
    const refused = store.accepted('a')
    store.add(delivery(2, { messageId: 'a', status: 200 }))

    expect(refused).toBeUndefined()
    expect(store.accepted('a')?.number).toBe(2)
  })

  it('tells listeners of what comes until they leave', () => {
    const store = createInboxStore({ deliveriesMax: 100, bytesMax: 1_000 })
    const seen: number[] = []

    const cancel = store.onAdd(each => seen.push(each.number))
    store.add(delivery(1))
    cancel()
    store.add(delivery(2))

    expect(seen).toEqual([1])
  })
})
