import { describe, expect, it } from 'vitest'
import type { MetricDefinition } from './names.js'
import { createHistogram, quantile } from './quantiles.js'
import { createMetrics, mergedText } from './registry.js'

const labels = ['group', 'topic', 'subscription']
const delivered: MetricDefinition = { name: 'delivered_total', kind: 'counter', labels, help: 'Delivered' }
const status: MetricDefinition = {
  name: 'status_total',
  kind: 'counter',
  labels: [...labels, 'status_code'],
  help: 'By status',
}
const latency: MetricDefinition = { name: 'latency_seconds', kind: 'summary', labels: [], help: 'Latency' }
const inflight: MetricDefinition = { name: 'inflight', kind: 'gauge', labels: [], help: 'Inflight' }

describe('metrics', () => {
  it('writes counters with their labels', async () => {
    const metrics = createMetrics('hermes_test_')
    metrics.counter(delivered, 'shop', 'orders', 'billing').value += 3

    const text = await metrics.text()

    expect(text).toContain('# TYPE hermes_test_delivered_total counter')
    expect(text).toContain(
      'hermes_test_delivered_total{group="shop",topic="orders",subscription="billing"} 3',
    )
  })

  it('gives the same handle for the same labels', () => {
    const metrics = createMetrics('x_')

    const one = metrics.counter(delivered, 'a', 'b', 'c')

    expect(metrics.counter(delivered, 'a', 'b', 'c')).toBe(one)
    expect(metrics.counter(delivered, 'a', 'b', 'd')).not.toBe(one)
  })

  it('removes every series of a subscription and leaves the others', async () => {
    const metrics = createMetrics('x_')
    metrics.counter(delivered, 'a', 'b', 'c').value++
    metrics.counter(status, 'a', 'b', 'c', '200').value++
    metrics.counter(status, 'a', 'b', 'cc', '200').value++

    metrics.remove([delivered, status], 'a', 'b', 'c')

    const text = await metrics.text()
    expect(text).not.toContain('subscription="c"')
    expect(text).toContain('subscription="cc"')
  })

  it('of several processes are added up as if they were one', async () => {
    const fellows: MetricDefinition = { ...inflight, name: 'fellows', isSame: true }
    const processes = [1, 2, 3].map(number => {
      const metrics = createMetrics('x_')
      metrics.counter(delivered, 'a', 'b', 'c').value += number
      metrics.gauge(inflight, () => number)
      metrics.gauge(fellows, () => 3)
      if (number === 1) metrics.counter(status, 'a', 'b', 'c', '503').value++
      const summary = metrics.summary(latency)
      for (let time = 0; time < 100; time++) summary.observe(number)
      return metrics
    })

    const snapshots = await Promise.all(processes.map(each => each.snapshot()))
    const text = await mergedText('x_', JSON.parse(JSON.stringify(snapshots)) as typeof snapshots)

    expect(text).toContain('x_delivered_total{group="a",topic="b",subscription="c"} 6')
    expect(text).toContain('status_code="503"} 1')
    expect(text).toContain('x_inflight 6')
    expect(text).toContain('x_fellows 3')
    expect(text).toContain('x_latency_seconds_count 300')
    expect(text).toContain('x_latency_seconds_sum 600')
    expect(Number(/x_latency_seconds\{quantile="0.5"\} (\S+)/.exec(text)?.[1])).toBeCloseTo(2, 0)
    expect(text).toContain('x_latency_seconds_max 3')
    expect(text).toMatch(/^process_cpu_seconds_total \d/m)
  })

  it('reads gauges when asked', async () => {
    const metrics = createMetrics('x_')
    let open = 1
    metrics.gauge(inflight, () => open)
    open = 7

    expect(await metrics.text()).toContain('x_inflight 7')
  })

  it('writes quantiles, sum, count and maximum of a summary', async () => {
    const metrics = createMetrics('x_')
    const summary = metrics.summary(latency)
    for (let step = 1; step <= 1000; step++) summary.observe(step / 1000)

    const text = await metrics.text()

    expect(text).toContain('# TYPE x_latency_seconds summary')
    expect(text).toMatch(/x_latency_seconds\{quantile="0.5"\} 0\.[45]/)
    expect(text).toContain('x_latency_seconds_count 1000')
    expect(text).toMatch(/x_latency_seconds_sum 500\.\d/)
    expect(text).toContain('x_latency_seconds_max 1')
  })
})

describe('quantiles', () => {
  it.each([0.5, 0.9, 0.99, 0.999])('are within a tenth of the truth at %d', q => {
    const histogram = createHistogram()
    for (let step = 1; step <= 100_000; step++) histogram.observe(step / 1000)

    const error = Math.abs(quantile(histogram, q) - q * 100) / (q * 100)

    expect(error).toBeLessThan(0.1)
  })

  it('are not a number without observations', () => {
    expect(quantile(createHistogram(), 0.5)).toBeNaN()
  })

  it('never exceed the greatest value, however far out', () => {
    const histogram = createHistogram()
    histogram.observe(1e12)
    histogram.observe(0)

    expect(quantile(histogram, 0.999)).toBeLessThanOrEqual(1e12)
    expect(histogram.max()).toBe(1e12)
  })
})
