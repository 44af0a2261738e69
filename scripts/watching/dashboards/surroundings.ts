// pure
/**
 * Kafka, ZooKeeper and the schema registry, as the services of Iris see them.
 */
import type { DashboardWish } from '../dashboard.js'
import { ask, mean, perSecond } from './words.js'

const services = ['frontend', 'consumers', 'management'] as const
const producer = 'hermes_frontend_kafka_producer_ack_all'
const ofAll = (name: string, legend: string): { readonly expr: string; readonly legend: string }[] =>
  services.map(service => ({ expr: `hermes_${service}_${name}`, legend: `${service} ${legend}` }))

export const surroundings: DashboardWish = {
  uid: 'iris-surroundings',
  title: 'Iris: Kafka and ZooKeeper',
  about: 'Kafka, ZooKeeper and the schema registry, as the services see them.',
  rows: [
    {
      title: 'Kafka',
      panels: [
        {
          title: 'Acknowledgement, mean by broker',
          unit: 's',
          questions: ask(
            mean('hermes_frontend_broker_latency_seconds', '', 'broker, instance'),
            '{{broker}} {{instance}}',
          ),
        },
        {
          title: 'Records acknowledged',
          unit: 'ops',
          questions: ask(perSecond(`${producer}_record_send_total`, 'instance'), '{{instance}}'),
        },
        {
          title: 'Batches refused or given up, in all',
          questions: ask(`max by (instance) (${producer}_failed_batches)`, '{{instance}}'),
        },
        {
          title: 'Since Kafka last told where topics lie',
          unit: 's',
          questions: ask(`max by (instance) (${producer}_metadata_age_seconds)`, '{{instance}}'),
        },
        {
          title: 'Commits',
          unit: 'ops',
          questions: [
            { expr: perSecond('hermes_consumers_offset_commits_committed_total'), legend: 'committed' },
            { expr: perSecond('hermes_consumers_offset_commits_failures_total'), legend: 'failed' },
            {
              expr: perSecond('hermes_consumers_offset_commits_stale_total'),
              legend: 'of a former owner, repaired',
            },
          ],
        },
        {
          title: 'Trace events on their way, and lost',
          questions: [
            { expr: 'sum(hermes_frontend_trace_events_waiting)', legend: 'frontends, waiting' },
            { expr: 'sum(hermes_consumers_trace_events_waiting)', legend: 'consumers, waiting' },
            {
              expr: 'sum(increase(hermes_frontend_trace_events_dropped_total[$__rate_interval]))',
              legend: 'frontends, lost',
            },
            {
              expr: 'sum(increase(hermes_consumers_trace_events_dropped_total[$__rate_interval]))',
              legend: 'consumers, lost',
            },
          ],
        },
      ],
    },
    {
      title: 'ZooKeeper',
      panels: [
        {
          title: 'Connected',
          about: '1 while the process has a connection.',
          questions: ofAll('zookeeper_connected', '{{instance}}'),
        },
        {
          title: 'Sessions lost',
          about: 'ZooKeeper had not heard of the process in time; its subscriptions moved.',
          questions: services.map(service => ({
            expr: `increase(hermes_${service}_zookeeper_sessions_lost_total[$__rate_interval])`,
            legend: `${service} {{instance}}`,
          })),
        },
        {
          title: "Management's looks at ZooKeeper",
          unit: 'ops',
          questions: [
            {
              expr: perSecond('hermes_management_storage_health_check_successful_total'),
              legend: 'answered',
            },
            {
              expr: perSecond('hermes_management_storage_health_check_failed_total'),
              legend: 'not answered',
            },
          ],
        },
        {
          title: 'Audit records that Kafka did not take, in all',
          questions: ask('sum by (instance) (hermes_management_audit_records_lost_total)', '{{instance}}'),
        },
      ],
    },
    {
      title: 'Schema registry',
      panels: [
        {
          title: 'A question, mean',
          unit: 's',
          questions: [
            {
              expr: mean('hermes_frontend_schema_get_schema_seconds', '', 'instance'),
              legend: 'frontend {{instance}}',
            },
            {
              expr: mean('hermes_consumers_schema_get_schema_seconds', '', 'instance'),
              legend: 'consumers {{instance}}',
            },
          ],
        },
        {
          title: 'Records of AVRO topics',
          unit: 'ops',
          questions: [
            { expr: perSecond('hermes_consumers_content_avro_deserialization_total'), legend: 'read' },
            {
              expr: perSecond('hermes_consumers_content_avro_deserialization_errors_total'),
              legend: 'not read',
            },
          ],
        },
      ],
    },
  ],
}
