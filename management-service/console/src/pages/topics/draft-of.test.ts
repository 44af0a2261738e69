import { describe, expect, it } from 'vitest'
import { copyOf, newTopic } from './draft-of.js'

describe('the first draft of a topic', () => {
  it('stands in the group that was asked for', () => {
    expect(newTopic('shop')).toMatchObject({ name: 'shop.', owner: { source: 'Plaintext' } })
    expect(newTopic('')).toMatchObject({ name: '' })
  })

  it('copies the settings of another, without what is its own', () => {
    const topic = { name: 'shop.orders', ack: 'ALL', createdAt: 1, modifiedAt: 2 }

    expect(copyOf(topic)).toEqual({ name: 'shop.orders-copy', ack: 'ALL' })
  })
})
