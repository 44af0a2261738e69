// pure
/**
 * The consumers: what subscribers take, how far they are behind, and what the processes hold for them.
 */
import type { DashboardWish } from '../dashboard.js'
import { ask, bySubscription, mean, perSecond, subscriptionLegend } from './words.js'

const of = (name: string): string => `hermes_consumers_subscription_${name}`
const top = (expr: string): string => `topk(10, ${expr})`
const topPerSecond = (name: string): string => top(perSecond(of(name), bySubscription))

export const delivery: DashboardWish = {
  uid: 'iris-delivery',
  title: 'Iris: delivery',
  about: 'The consumers: what subscribers take, how far they are behind, what the processes hold for them.',
  rows: [
    {
      title: 'What subscribers take',
      panels: [
        {
          title: 'Delivered',
          unit: 'ops',
          questions: ask(topPerSecond('delivered_total'), subscriptionLegend),
        },
        {
          title: 'Answers by status',
          unit: 'ops',
          questions: ask(perSecond(of('http_status_codes_total'), 'status_code'), '{{status_code}}'),
        },
        {
          title: 'Share of attempts that fail',
          unit: 'percentunit',
          questions: ask(
            top(
              `${perSecond(of('failures_total'), bySubscription)} / ` +
                perSecond(of('latency_seconds_count'), bySubscription),
            ),
            subscriptionLegend,
          ),
        },
        {
          title: 'One attempt, mean',
          unit: 's',
          questions: ask(top(mean(of('latency_seconds'), '', bySubscription)), subscriptionLegend),
        },
        { title: 'Retries', unit: 'ops', questions: ask(topPerSecond('retries_total'), subscriptionLegend) },
        {
          title: 'Dead letters',
          unit: 'ops',
          questions: ask(topPerSecond('discarded_total'), subscriptionLegend),
        },
      ],
    },
    {
      title: 'Who is behind',
      panels: [
        {
          title: 'Age of the oldest undelivered message',
          unit: 's',
          questions: ask(top(`max by (${bySubscription}) (${of('lag_age_seconds')})`), subscriptionLegend),
        },
        {
          title: 'Part of the retention that is used up',
          about: 'At 1 Kafka removes what was not delivered.',
          unit: 'percentunit',
          questions: ask(
            top(`max by (${bySubscription}) (${of('lag_retention_ratio')})`),
            subscriptionLegend,
          ),
        },
        {
          title: 'Messages waiting',
          questions: ask(top(`sum by (${bySubscription}) (${of('lag_messages')})`), subscriptionLegend),
        },
        {
          title: 'Open circuits',
          kind: 'table',
          about: '1: only probes, because attempts fail; 2: paused by itself after failing for long.',
          questions: ask(`max by (${bySubscription}) (${of('circuit_state')}) > 0`),
        },
      ],
    },
    {
      title: 'The processes',
      panels: [
        {
          title: 'Subscriptions that run',
          questions: ask('sum by (instance) (hermes_consumers_consumer_processes_running)', '{{instance}}'),
        },
        {
          title: 'Slots: assigned, and without an owner',
          questions: [
            { expr: 'max(hermes_consumers_workload_all_assignments)', legend: 'assigned' },
            { expr: 'max(hermes_consumers_workload_missing_resources)', legend: 'without an owner' },
          ],
        },
        {
          title: 'Messages in flight or waiting',
          questions: [
            { expr: `sum by (instance) (${of('inflight')})`, legend: 'in flight {{instance}}' },
            { expr: 'sum by (instance) (hermes_consumers_waiting_retries)', legend: 'retries {{instance}}' },
          ],
        },
        {
          title: 'Bytes of waiting retries and batches',
          unit: 'bytes',
          questions: [
            {
              expr: 'sum by (instance) (hermes_consumers_waiting_retries_bytes)',
              legend: 'retries {{instance}}',
            },
            {
              expr:
                'sum by (instance) (hermes_consumers_batch_buffer_total_bytes - ' +
                'hermes_consumers_batch_buffer_available_bytes)',
              legend: 'batches {{instance}}',
            },
          ],
        },
        {
          title: 'Tasks under way',
          questions: ask('sum by (instance) (hermes_consumers_tasks_running)', '{{instance}}'),
        },
        {
          title: 'OAuth tokens',
          unit: 'ops',
          questions: [
            {
              expr: perSecond('hermes_consumers_oauth_token_requests_total', 'provider'),
              legend: 'asked {{provider}}',
            },
            {
              expr: perSecond('hermes_consumers_oauth_token_request_failures_total', 'provider'),
              legend: 'failed {{provider}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Scheduled messages',
      panels: [
        {
          title: 'Waiting for their time',
          questions: ask('sum(hermes_consumers_scheduled_pending)', 'messages'),
        },
        {
          title: 'Brought to their topics',
          unit: 'ops',
          questions: [
            { expr: perSecond('hermes_consumers_scheduled_delivered_total'), legend: 'all' },
            {
              expr: perSecond('hermes_consumers_scheduled_late_total', 'reason'),
              legend: 'late: {{reason}}',
            },
            {
              expr: perSecond('hermes_consumers_scheduled_retried_total', 'reason'),
              legend: 'again: {{reason}}',
            },
          ],
        },
      ],
    },
  ],
}
