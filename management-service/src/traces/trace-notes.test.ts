import { describe, expect, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import { trackingNotes } from './trace-notes.js'

const tracked = { areTracesOn: true, topic: 'shop.orders' as TopicName, isTopicTracked: true }
const untracked = (name: string) => ({ name, trackingMode: 'trackingOff' }) as const

describe('the notes of a trace', () => {
  it('say what tracks one subscription as a call that can be made', () => {
    const [note] = trackingNotes({ ...tracked, subscriptions: [untracked('billing')] })

    expect(note).toContain(
      'PUT /topics/shop.orders/subscriptions/billing with {"trackingMode":"trackingAll"}',
    )
  })

  it('name all where there are several, and are silent where all is tracked', () => {
    const [note] = trackingNotes({ ...tracked, subscriptions: [untracked('a'), untracked('b')] })

    expect(note).toMatch(/^Deliveries are not tracked for a, b\. .*\/subscriptions\/\{subscription\} with/)
    expect(trackingNotes({ ...tracked, subscriptions: [] })).toEqual([])
  })
})
