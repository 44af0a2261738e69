// pure
/**
 * The frontends: who publishes what, how fast, and what keeps messages from Kafka.
 */
import type { DashboardWish } from '../dashboard.js'
import { ask, mean, perSecond, quantiles, topicLegend } from './words.js'

const global = 'hermes_frontend_topic_global'
const producer = 'hermes_frontend_kafka_producer_ack_all'

export const publishing: DashboardWish = {
  uid: 'iris-publishing',
  title: 'Iris: publishing',
  about: 'The frontends: who publishes what, how fast, and what keeps messages from Kafka.',
  rows: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests by status',
          unit: 'reqps',
          questions: ask(perSecond(`${global}_http_status_codes_total`, 'status_code'), '{{status_code}}'),
        },
        {
          title: 'Busiest topics',
          unit: 'ops',
          questions: ask(
            `topk(10, ${perSecond('hermes_frontend_topic_published_total', 'group, topic')})`,
            topicLegend,
          ),
        },
        {
          title: 'Bodies received',
          unit: 'Bps',
          questions: ask(perSecond(`${global}_throughput_bytes_total`, 'instance'), '{{instance}}'),
        },
        {
          title: 'Size of bodies',
          unit: 'bytes',
          questions: quantiles(each => `${global}_message_size_bytes{${each}}`),
        },
        {
          title: 'Open requests',
          questions: ask('sum by (instance) (hermes_frontend_inflight_requests)', '{{instance}}'),
        },
        {
          title: 'Refused by quotas and schemas',
          unit: 'ops',
          questions: [
            {
              expr: perSecond('hermes_frontend_topic_quota_exceeded_total', 'limit'),
              legend: 'quota: {{limit}}',
            },
            {
              expr: perSecond('hermes_frontend_topic_json_schema_violations_total', 'group, topic'),
              legend: `schema: ${topicLegend}`,
            },
          ],
        },
      ],
    },
    {
      title: 'Latency',
      panels: [
        {
          title: 'Request to answer, ack LEADER',
          about: 'Quantiles since the process began, the slowest process of all.',
          unit: 's',
          questions: quantiles(each => `hermes_frontend_topic_ack_leader_global_latency_seconds{${each}}`),
        },
        {
          title: 'Request to answer, ack ALL',
          unit: 's',
          questions: quantiles(each => `hermes_frontend_topic_ack_all_global_latency_seconds{${each}}`),
        },
        {
          title: 'Request to answer, mean of the last minutes',
          unit: 's',
          questions: [
            {
              expr: mean('hermes_frontend_topic_ack_leader_global_latency_seconds', '', 'instance'),
              legend: 'LEADER {{instance}}',
            },
            {
              expr: mean('hermes_frontend_topic_ack_all_global_latency_seconds', '', 'instance'),
              legend: 'ALL {{instance}}',
            },
          ],
        },
        {
          title: 'Kafka alone, mean by broker',
          unit: 's',
          questions: ask(
            mean('hermes_frontend_broker_latency_seconds', '', 'broker, ack'),
            'broker {{broker}} {{ack}}',
          ),
        },
      ],
    },
    {
      title: 'On the way to Kafka',
      panels: [
        {
          title: 'Bytes waiting for Kafka',
          unit: 'bytes',
          questions: ask(
            `sum by (instance) (${producer}_buffer_total_bytes - ${producer}_buffer_available_bytes)`,
            '{{instance}}',
          ),
        },
        {
          title: 'Longest wait for a batch',
          unit: 's',
          questions: ask(`max by (instance) (${producer}_record_queue_time_max_seconds)`, '{{instance}}'),
        },
        {
          title: 'Batches refused or given up, in all',
          questions: ask(`sum by (instance) (${producer}_failed_batches)`, '{{instance}}'),
        },
        {
          title: 'Spool',
          about: 'Messages answered 202 that Kafka does not have yet, and how long the oldest has waited.',
          questions: [
            { expr: 'sum by (instance) (hermes_frontend_spool_messages)', legend: 'messages {{instance}}' },
            {
              expr: 'max by (instance) (hermes_frontend_spool_oldest_age_seconds)',
              legend: 'oldest, s {{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Beside that',
      panels: [
        {
          title: 'Idempotency keys',
          unit: 'ops',
          questions: [
            { expr: perSecond('hermes_frontend_idempotency_replays_total'), legend: 'answered again' },
            {
              expr: perSecond('hermes_frontend_idempotency_refusals_total', 'reason'),
              legend: 'refused: {{reason}}',
            },
          ],
        },
        {
          title: 'Streams',
          questions: [
            { expr: 'sum(hermes_frontend_streams)', legend: 'open' },
            { expr: 'sum(hermes_frontend_streams_behind)', legend: 'behind' },
          ],
        },
        {
          title: 'Messages written to streams',
          unit: 'ops',
          questions: ask(perSecond('hermes_frontend_streams_events_total', 'instance'), '{{instance}}'),
        },
        {
          title: 'Frontends and workers',
          questions: [
            { expr: 'max(hermes_frontend_fellows)', legend: 'frontends known' },
            { expr: 'sum by (instance) (hermes_frontend_workers)', legend: 'workers {{instance}}' },
          ],
        },
      ],
    },
  ],
}
