// pure
/**
 * The first look: does it flow, is anything stuck, are all processes there.
 */
import type { DashboardWish, PanelWish } from '../dashboard.js'
import { ask, bySubscription, perSecond, quantiles, subscriptionLegend } from './words.js'

const stat = (title: string, expr: string, more: Partial<PanelWish> = {}): PanelWish => ({
  ...{ title, kind: 'stat', questions: ask(expr) },
  ...more,
})
const fewer = { limits: [2, 1] } as const

export const overview: DashboardWish = {
  uid: 'iris-overview',
  title: 'Iris: overview',
  about: 'Does it flow, is anything stuck, are all processes there.',
  rows: [
    {
      title: 'Now',
      panels: [
        stat('Published', perSecond('hermes_frontend_topic_published_total'), { unit: 'ops' }),
        stat('Delivered', perSecond('hermes_consumers_subscription_delivered_total'), { unit: 'ops' }),
        stat('Waiting for delivery', 'sum(hermes_consumers_subscription_lag_messages)', {
          about: 'Messages in Kafka that subscriptions delivered from here have not settled.',
        }),
        stat('Oldest of them', 'max(hermes_consumers_subscription_lag_age_seconds)', {
          ...{ unit: 's', limits: [600, 3_600] },
        }),
        stat('Open circuits', 'count(hermes_consumers_subscription_circuit_state > 0) or vector(0)', {
          ...{ limits: [1, 5], about: 'Endpoints that are down: only probes are sent.' },
        }),
        stat('Dead letters in an hour', 'sum(increase(hermes_consumers_subscription_discarded_total[1h]))', {
          limits: [1, 100],
        }),
        stat('Frontends ready', 'sum(hermes_frontend_ready) or vector(0)', fewer),
        stat('Consumers ready', 'sum(hermes_consumers_ready) or vector(0)', fewer),
        stat('Management ready', 'sum(hermes_management_ready) or vector(0)', fewer),
        stat(
          'Publishes answered 5xx',
          'sum(rate(hermes_frontend_topic_global_http_status_codes_total{status_code=~"5.."}[5m])) / ' +
            'sum(rate(hermes_frontend_topic_global_requests_total[5m])) or vector(0)',
          { unit: 'percentunit', limits: [0.001, 0.01] },
        ),
        stat('Parts without an owner', 'max(hermes_consumers_workload_missing_resources)', {
          limits: [1, 1],
        }),
        stat('Alerts', 'count(ALERTS{alertname=~"Iris.*",alertstate="firing"}) or vector(0)', {
          limits: [1, 3],
        }),
      ],
    },
    {
      title: 'Flow',
      panels: [
        {
          title: 'Published and delivered',
          about: 'A message is delivered once to each subscription, so delivered is usually more.',
          unit: 'ops',
          questions: [
            { expr: perSecond('hermes_frontend_topic_published_total'), legend: 'published' },
            { expr: perSecond('hermes_consumers_subscription_delivered_total'), legend: 'delivered' },
          ],
        },
        {
          title: 'What goes wrong',
          unit: 'ops',
          questions: [
            { expr: perSecond('hermes_consumers_subscription_failures_total'), legend: 'failed attempts' },
            { expr: perSecond('hermes_consumers_subscription_retries_total'), legend: 'retries' },
            { expr: perSecond('hermes_consumers_subscription_discarded_total'), legend: 'dead letters' },
            {
              expr: perSecond('hermes_frontend_topic_global_http_status_codes_total{status_code=~"4..|5.."}'),
              legend: 'refused publishes',
            },
          ],
        },
        {
          title: 'Publish latency, ack LEADER',
          unit: 's',
          questions: quantiles(each => `hermes_frontend_topic_ack_leader_global_latency_seconds{${each}}`),
        },
        {
          title: 'Alerts that fire',
          kind: 'table',
          questions: ask('ALERTS{alertname=~"Iris.*",alertstate="firing"}'),
        },
      ],
    },
    {
      title: 'Furthest behind',
      panels: [
        {
          title: 'Age of the oldest undelivered message',
          unit: 's',
          questions: ask(
            `topk(10, max by (${bySubscription}) (hermes_consumers_subscription_lag_age_seconds))`,
            subscriptionLegend,
          ),
        },
        {
          title: 'Messages waiting',
          questions: ask(
            `topk(10, sum by (${bySubscription}) (hermes_consumers_subscription_lag_messages))`,
            subscriptionLegend,
          ),
        },
      ],
    },
  ],
}
