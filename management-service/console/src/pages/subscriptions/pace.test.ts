import { describe, expect, it } from 'vitest'
import { paceOf } from './pace.js'
import type { Diagnosis, Subscription } from './subscription-shape.js'

const serial = {
  state: 'ACTIVE',
  deliveryType: 'SERIAL',
  subscriptionPolicy: { rate: 400 },
} as unknown as Subscription

function found(cause: string, figures: Diagnosis['findings'][number]['figures'] = {}): Diagnosis {
  const finding = { cause, severity: 'warning', text: '', figures, next: '' } as const
  return {
    subscription: 'a.b$s',
    state: 'ACTIVE',
    summary: '',
    lag: 0,
    findings: [finding],
    lastMinute: null,
  }
}

describe('the pace of a subscription', () => {
  it('is its rate while nothing slows it, whatever becomes of what is sent', () => {
    const atMost = {
      output: '400/s',
      reason: 'at most; nothing slows it',
      circuit: 'Closed',
      flow: 'messages flow',
    }

    expect(paceOf(serial, found('ALL_FINE'))).toEqual(atMost)
    expect(paceOf(serial, found('ENDPOINT_FAILS'))).toEqual(atMost)
  })

  it('is what Iris found that the endpoint takes', () => {
    const told = found('RATE_ADAPTED', { ratePerS: 0.0312, circuit: 'probing' })

    expect(paceOf(serial, told)).toMatchObject({
      output: '0.031/s',
      reason: 'at most; slowed by the answers of the endpoint',
      circuit: 'Half open',
      flow: 'only probes go out',
    })
  })

  it('is nothing while it is paused, whatever is found', () => {
    expect(paceOf({ ...serial, state: 'SUSPENDED' }, found('ALL_FINE'))?.output).toBe('Nothing')
  })

  it('of batches is one at a time', () => {
    expect(paceOf({ ...serial, deliveryType: 'BATCH' }, found('ALL_FINE'))?.output).toBe('One batch')
  })

  it('is not known where nobody runs it, or nobody has told yet', () => {
    expect(paceOf(serial, found('NO_CONSUMERS'))?.output).toBe('–')
    expect(paceOf(serial, undefined)).toBeNull()
  })
})
