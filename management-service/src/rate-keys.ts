/**
 * Configuration keys of the rates that management shows.
 */
import { count, flag, key, ms, text } from '@iris/common/config/declare'

export const rateKeys = {
  isPrometheusAsked: key(
    'prometheus.client.enabled',
    flag(),
    false,
    'Whether rates come from Prometheus; otherwise management asks the services themselves (Hermes: true)',
  ),
  prometheusUrl: key(
    'prometheus.client.externalMonitoringUrl',
    text(1024).refine(url => /^https?:\/\//.test(url) && URL.canParse(url), 'an http or https URL'),
    'http://localhost:18090',
    'Address of a server that answers `/api/v1/query` as Prometheus does',
  ),
  consumersMetricsPrefix: key(
    'prometheus.client.consumersMetricsPrefix',
    text(100),
    'hermes_consumers',
    'What the metrics of the consumers begin with there',
  ),
  frontendMetricsPrefix: key(
    'prometheus.client.frontendMetricsPrefix',
    text(100),
    'hermes_frontend',
    'What the metrics of the frontends begin with there',
  ),
  prometheusFilters: key(
    'prometheus.client.additionalFilters',
    text(1024),
    '',
    "Further label matchers of every query, such as `env='prod'`",
  ),
  prometheusCacheTtlS: key(
    'prometheus.client.cacheTtlSeconds',
    count(0, 3_600),
    55,
    'How long an answer of Prometheus is used',
  ),
  prometheusTimeoutMs: key(
    'prometheus.client.fetchingTimeoutMillis',
    ms(100, 60_000),
    5_000,
    'How long one query may take',
  ),
  ratePeriodMs: key(
    'management.rates.period',
    ms(200, 60_000),
    10_000,
    'How often the services are asked for their figures; a rate is that of one period, and a step of the history',
  ),
  historyMinutes: key(
    'management.history.minutes',
    count(1, 1_440),
    60,
    'How far back a process remembers what moved',
  ),
  historySubjectsMax: key(
    'management.history.subjectsMax',
    count(1, 100_000),
    1_000,
    'Topics and subscriptions of which it does, those that moved last; each takes some 17 KB for an hour of ten ' +
      'seconds',
  ),
} as const
