import { describe, expect, it } from 'vitest'
import { readFigures, subscriptionFigures, topicFigures, troublesMax } from './figures.js'
import { atOnce } from '../time/turns.js'
import { consumersMetrics, frontendMetrics } from './names.js'
import { createMetrics } from './registry.js'

const trouble = { cause: 'CIRCUIT_OPEN', text: 'it fails', circuit: 'open' } as const

describe('the figures of a process', () => {
  it('are read as they were written: counters, latencies, and what subscriptions say in passing', () => {
    const metrics = createMetrics('test_')
    const labels = ['g', 't', 's'] as const
    metrics.counter(consumersMetrics.delivered, ...labels).value = 5
    metrics.counter(consumersMetrics.failures, ...labels).value = 2
    metrics.counter(consumersMetrics.retries, 'g', 't', 'idle')
    metrics.summary(consumersMetrics.latency, ...labels).observe(0.02)
    metrics.summary(consumersMetrics.latency, ...labels).observe(0.02)
    const signs = [
      { id: 'g.t$s', lag: 7, trouble },
      { id: 'g.t$fine', lag: 0, trouble: null },
    ]
    const page = atOnce(readFigures(JSON.parse(atOnce(subscriptionFigures(metrics, signs)))))

    expect(page?.figures.get('g.t$s')).toMatchObject({ delivered: 5, failures: 2, retries: 0 })
    expect(page?.figures.has('g.t$idle')).toBe(false)
    expect(page?.latencies.get('g.t$s')).toEqual([expect.any(Number), 2])
    expect([...(page?.lags ?? [])]).toEqual([['g.t$s', 7]])
    expect(page?.troubles).toEqual([{ id: 'g.t$s', ...trouble }])
  })

  it('of a frontend tell what Kafka has, and how long it took', () => {
    const metrics = createMetrics('test_')
    metrics.counter(frontendMetrics.topicPublished, 'g', 't', 'dc').value = 3
    metrics.summary(frontendMetrics.allLatency, 'g', 't').observe(0.1)
    const page = atOnce(readFigures(JSON.parse(atOnce(topicFigures(metrics)))))

    expect(page?.figures.get('g.t')).toEqual({ requests: 0, bytes: 0, published: 3 })
    expect(page?.latencies.get('g.t')).toEqual([expect.any(Number), 1])
  })

  it('of an earlier or a later version are read as far as they are understood', () => {
    const earlier = { figures: ['delivered'], rows: [['g.t$s', 1]] }
    const later = { ...earlier, troubles: [{ id: 'g.t$s', circuit: 'humming' }], more: 1 }

    for (const json of [earlier, later])
      expect(atOnce(readFigures(json))).toMatchObject({ latencies: new Map(), lags: new Map(), troubles: [] })
    const rows = { figures: ['delivered'], rows: [['g.t$s', 1]] }
    for (const json of [
      { figures: 'x' },
      null,
      { ...rows, rows: [7] },
      { ...rows, latencies: [['g.t', 'x']] },
    ])
      expect(atOnce(readFigures(json))).toBeNull()
  })

  it('name a bounded number of subscriptions in trouble', () => {
    const signs = Array.from({ length: troublesMax + 1 }, (_each, n) => ({ id: `g.t$${n}`, lag: 0, trouble }))
    const text = atOnce(subscriptionFigures(createMetrics('test_'), signs))
    const page = atOnce(readFigures(JSON.parse(text)))

    expect(page?.troubles).toHaveLength(troublesMax)
  })

  it('are made with a pause after each series and each subscription', () => {
    const metrics = createMetrics('test_')
    const count = 30
    for (let n = 0; n < count; n++) {
      metrics.counter(consumersMetrics.delivered, 'g', 't', `s${n}`).value = n
      metrics.summary(consumersMetrics.latency, 'g', 't', `s${n}`).observe(1)
    }
    const signs = Array.from({ length: count }, (_each, n) => ({ id: `g.t$s${n}`, lag: n, trouble: null }))
    const pauses = [...subscriptionFigures(metrics, signs)].length

    expect(pauses).toBeGreaterThanOrEqual(3 * count)
  })
})
