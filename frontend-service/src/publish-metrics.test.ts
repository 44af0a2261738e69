import { describe, expect, it } from 'vitest'
import { createMetrics } from '@iris/common/metrics/registry'
import { createPublishMetrics } from './publish-metrics.js'

describe('publish metrics', () => {
  it('count by the names and labels of Hermes, per topic and over all', async () => {
    const registry = createMetrics('hermes_frontend_')
    const metrics = createPublishMetrics(registry, 'dc')
    const one = metrics.topic('acme.shop.orders', 'LEADER')
    const other = metrics.topic('acme.users', 'ALL')

    one.received(10)
    one.published(0.25)
    one.answered(201, 0.5)
    one.answered(400, 0.1)
    other.answered(201, 0.2)

    const lines = (await registry.text()).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'hermes_frontend_topic_requests_total{group="acme.shop",topic="orders"} 2',
        'hermes_frontend_topic_global_requests_total 3',
        'hermes_frontend_topic_http_status_codes_total{group="acme.shop",topic="orders",status_code="201"} 1',
        'hermes_frontend_topic_http_status_codes_total{group="acme.shop",topic="orders",status_code="400"} 1',
        'hermes_frontend_topic_global_http_status_codes_total{status_code="201"} 2',
        'hermes_frontend_topic_ack_leader_broker_latency_seconds_sum 0.25',
        'hermes_frontend_topic_published_total{group="acme.shop",topic="orders",storageDc="dc"} 1',
        'hermes_frontend_topic_throughput_bytes_total{group="acme.shop",topic="orders"} 10',
        'hermes_frontend_topic_global_throughput_bytes_total 10',
        'hermes_frontend_topic_ack_leader_latency_seconds_count{group="acme.shop",topic="orders"} 2',
        'hermes_frontend_topic_ack_all_latency_seconds_count{group="acme",topic="users"} 1',
        'hermes_frontend_topic_message_size_bytes_sum{group="acme.shop",topic="orders"} 10',
        'hermes_frontend_inflight_requests 0',
      ]),
    )
  })

  it('drop the series of a topic that is gone', async () => {
    const registry = createMetrics('hermes_frontend_')
    const metrics = createPublishMetrics(registry, 'dc')
    metrics.topic('acme.orders', 'LEADER').answered(201, 0.5)
    metrics.topic('acme.orders2', 'LEADER').answered(201, 0.5)

    metrics.removeTopic('acme.orders')

    const text = await registry.text()
    expect(text).not.toMatch(/topic="orders"/)
    expect(text).toMatch(/topic="orders2"/)
  })
})
