import { describe, expect, it } from 'vitest'
import { chainOf, forwardOf, hopsMax } from './forward.js'

describe('an endpoint', () => {
  it('names a topic with its scheme, and is an address otherwise', () => {
    expect(forwardOf('topic:shop.invoices')).toEqual({ topic: 'shop.invoices' })
    expect(forwardOf('http://topic:80/shop.invoices')).toBeNull()
    expect(forwardOf('')).toBeNull()
  })

  it.each(['topic:', 'topic:shop', 'topic:shop.', 'topic://shop.orders', 'topic:shop orders.x'])(
    'is refused where it names none: %s',
    endpoint => expect(forwardOf(endpoint)).toHaveProperty('problem'),
  )
})

describe('the chain of a message', () => {
  it('begins where it says nothing', () => {
    expect(chainOf(null)).toEqual({ hops: 0, originId: null })
    expect(chainOf(['Trace-Id', 't'])).toEqual({ hops: 0, originId: null })
  })

  it('is read in any letter case', () => {
    expect(chainOf(['iris-hops', '3', 'IRIS-ORIGIN-MESSAGE-ID', 'm1'])).toEqual({ hops: 3, originId: 'm1' })
  })

  it.each(['many', '-1', '1.5', '1e99'])('has come to its end where its count is %s', hops => {
    expect(chainOf(['Iris-Hops', hops]).hops).toBe(hopsMax)
  })
})
