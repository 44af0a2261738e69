import { describe, expect, it } from 'vitest'
import type { SubscriptionName, TopicName } from '@iris/common/domain/names'
import { silentLog } from '@iris/common/lifecycle/log'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { createPrometheusRates } from './prometheus-rates.js'

const topic = 'g.a.t' as TopicName
const name = 's' as SubscriptionName

function setUp(additionalFilters = '') {
  const time = createVirtualTime()
  const asked: string[] = []
  const results = new Map<RegExp, unknown>()
  const [answered, failed] = [{ value: 0 }, { value: 0 }]
  const source = createPrometheusRates(
    {
      ...{ clock: time, log: silentLog, answered, failed },
      asker: {
        json(url) {
          const query = new URL(url).searchParams.get('query') ?? ''
          asked.push(query)
          const found = [...results].find(([pattern]) => pattern.test(query))
          const result = found === undefined ? [] : found[1]
          return result instanceof Error
            ? Promise.reject(result)
            : Promise.resolve({ status: 'success', data: { resultType: 'vector', result } })
        },
        stop: () => Promise.resolve(),
      },
    },
    {
      url: 'http://prometheus:9090/',
      ...{ consumersPrefix: 'hermes_consumers', frontendPrefix: 'hermes_frontend', additionalFilters },
      ...{ cacheTtlMs: 55_000, timeoutMs: 5_000 },
    },
  )
  const series = (value: string, subscription?: string): object => ({
    metric: { group: 'g.a', topic: 't', ...(subscription === undefined ? {} : { subscription }) },
    value: [1_700_000_000.1, value],
  })
  return { time, asked, results, source, series, answered, failed }
}

describe('rates of Prometheus', () => {
  it('are asked with the expressions of Hermes', async () => {
    const { asked, source } = setUp("env='prod'")
    await source.topics(topic)
    await source.subscriptions({ topic, name })

    const of = "group='g.a', topic='t'"
    expect(asked).toContain(
      `sum by (group, topic) (irate({__name__='hermes_frontend_topic_requests_total', ${of}, env='prod'}[1m]))`,
    )
    expect(asked).toContain(
      'sum by (group, topic, subscription) (irate({' +
        `__name__='hermes_consumers_subscription_http_status_codes_total', ${of}, subscription='s', ` +
        "status_code=~'5.*', env='prod'}[1m]))",
    )
  })

  it('are 0 without series, and unknown only where a query failed', async () => {
    const { results, source, series, answered, failed } = setUp()
    results.set(/topic_requests_total/, [series('12.5')])
    results.set(/topic_throughput/, new Error('down'))
    const rates = await source.topics(topic)

    expect(rates.of(topic, 'requests')).toBe(12.5)
    expect(rates.of(topic, 'delivered')).toBe(0)
    expect(rates.of(topic, 'bytes')).toBeNull()
    expect([answered.value, failed.value]).toEqual([2, 1])
  })

  it('come for everything with one query a figure', async () => {
    const { asked, results, source, series } = setUp()
    results.set(/subscription_delivered/, [series('3', 's'), series('NaN', 'other')])
    const rates = await source.subscriptions(null)

    expect(rates.of('g.a.t$s', 'delivered')).toBe(3)
    expect(rates.of('g.a.t$other', 'delivered')).toBe(0)
    expect(asked.every(query => !query.includes('group='))).toBe(true)
  })

  it('are remembered for a while, a failure is not', async () => {
    const { time, asked, results, source } = setUp()
    await source.topics(topic)
    await source.topics(topic)
    expect(asked).toHaveLength(3)

    await time.advance(56_000)
    results.set(/topic_requests_total/, new Error('down'))
    await source.topics(topic)
    await source.topics(topic)
    expect(asked).toHaveLength(3 + 3 + 1)
  })
})
