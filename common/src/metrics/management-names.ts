// pure
/**
 * The metrics that only management has.
 */
import { define } from './define.js'

/** Metrics of management, without the prefix `hermes_management_`. */
export const managementMetrics = {
  storageOk: define('counter', 'storage_health_check_successful_total', [], 'Answers of ZooKeeper'),
  storageFailed: define(
    'counter',
    'storage_health_check_failed_total',
    [],
    'Calls that ZooKeeper did not answer',
  ),
  auditLost: define(
    'counter',
    'audit_records_lost_total',
    [],
    'Changes whose record Kafka did not take: they are in the log as `audit.notStored`',
  ),
  inactiveTopics: define(
    'gauge',
    'inactive_topics',
    [],
    'Topics that nobody publishes to, as this process found them last; 0 in all but the leader',
  ),
  prometheusAnswered: define(
    'counter',
    'read_metric_from_prometheus_success_total',
    [],
    'Queries that Prometheus answered',
  ),
  prometheusFailed: define(
    'counter',
    'read_metric_from_prometheus_error_total',
    [],
    'Queries that it did not answer, or not as expected',
  ),
} as const
