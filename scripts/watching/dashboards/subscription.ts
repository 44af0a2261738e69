// pure
/**
 * One subscription, all there is to know about it.
 */
import type { DashboardWish } from '../dashboard.js'
import { ask, mean, perSecond, quantiles } from './words.js'

const topic = '{group="$group",topic="$topic"}'
const chosen = '{group="$group",topic="$topic",subscription="$subscription"}'
const name = (of: string): string => `hermes_consumers_subscription_${of}`
const one = (of: string): string => name(of) + chosen
const inner = chosen.slice(1, -1)
const known = 'hermes_consumers_subscription_delivered_total'

export const subscription: DashboardWish = {
  uid: 'iris-subscription',
  title: 'Iris: one subscription',
  about: 'Why is it slow? What does its endpoint answer? `GET …/why` on management says it in words.',
  choices: [
    { label: 'group', of: known },
    { label: 'topic', of: `${known}{group="$group"}` },
    { label: 'subscription', of: known + topic },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        { title: 'Messages waiting', kind: 'stat', questions: ask(`sum(${one('lag_messages')})`) },
        {
          ...{ title: 'Oldest of them', kind: 'stat', unit: 's', limits: [600, 3_600] },
          questions: ask(`max(${one('lag_age_seconds')})`),
        },
        {
          ...{ title: 'Retention used up', kind: 'stat', unit: 'percentunit', limits: [0.5, 0.8] },
          questions: ask(`max(${one('lag_retention_ratio')})`),
        },
        {
          ...{ title: 'Circuit', kind: 'stat', limits: [1, 2] },
          about: '0: messages flow; 1: only probes; 2: paused by itself.',
          questions: ask(`max(${one('circuit_state')})`),
        },
        {
          ...{ title: 'Dead letters in an hour', kind: 'stat', limits: [1, 100] },
          questions: ask(`sum(increase(${one('discarded_total')}[1h]))`),
        },
        {
          ...{ title: 'Processes that run it', kind: 'stat' },
          questions: ask(`count(${one('inflight')})`),
        },
      ],
    },
    {
      title: 'Flow',
      panels: [
        {
          title: 'Published to the topic, and delivered',
          unit: 'ops',
          questions: [
            { expr: perSecond(`hermes_frontend_topic_published_total${topic}`), legend: 'published' },
            { expr: perSecond(one('delivered_total')), legend: 'delivered' },
            { expr: perSecond(one('filtered_out_total')), legend: 'filtered out' },
          ],
        },
        {
          title: 'Messages waiting',
          questions: ask(`sum by (instance) (${one('lag_messages')})`, '{{instance}}'),
        },
        {
          title: 'Allowed rate',
          about: 'What the endpoint was measured to take, and the share of the subscription’s rate.',
          unit: 'ops',
          questions: [
            { expr: `sum(hermes_consumers_max_rate_output_rate${chosen})`, legend: 'allowed now' },
            { expr: `sum(hermes_consumers_max_rate_calculated_rate${chosen})`, legend: 'at most' },
          ],
        },
        {
          title: 'In flight, and the window',
          questions: [
            { expr: `sum by (instance) (${one('inflight')})`, legend: 'in flight {{instance}}' },
            {
              expr: `max by (instance) (${one('pending_offsets')})`,
              legend: 'window, 1 is full {{instance}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The endpoint',
      panels: [
        {
          title: 'Answers by status',
          unit: 'ops',
          questions: ask(perSecond(one('http_status_codes_total'), 'status_code'), '{{status_code}}'),
        },
        {
          title: 'Attempts that fail',
          unit: 'ops',
          questions: [
            { expr: perSecond(one('failures_total')), legend: 'all' },
            { expr: perSecond(one('timeouts_total')), legend: 'too slow' },
            { expr: perSecond(one('other_errors_total')), legend: 'no answer' },
          ],
        },
        {
          title: 'One attempt',
          unit: 's',
          questions: [
            ...quantiles(each => `${name('latency_seconds')}{${inner},${each}}`),
            { expr: mean(name('latency_seconds'), chosen, 'instance'), legend: 'mean {{instance}}' },
          ],
        },
        {
          title: 'From reading to the final outcome',
          unit: 's',
          questions: quantiles(each => `${name('inflight_time_seconds')}{${inner},${each}}`),
        },
      ],
    },
    {
      title: 'What is not delivered at once',
      panels: [
        {
          title: 'Retries',
          unit: 'ops',
          questions: [
            { expr: perSecond(one('retries_total')), legend: 'scheduled' },
            { expr: perSecond(one('postponed_total')), legend: 'into the delay topic' },
          ],
        },
        {
          title: 'Waiting in the delay topic',
          questions: ask(`sum(${one('delayed_messages')})`, 'messages'),
        },
        {
          title: 'Given up',
          unit: 'ops',
          questions: [
            { expr: perSecond(one('discarded_total')), legend: 'dead letters' },
            { expr: perSecond(one('discarded_on_request_total')), legend: 'discarded on request' },
          ],
        },
        {
          title: 'Never meant to happen',
          about: 'Offsets that Kafka no longer had, partitions without a committed offset, headers left out.',
          questions: [
            {
              expr: `sum(increase(${one('skipped_offsets_total')}[$__rate_interval]))`,
              legend: 'lost to retention',
            },
            { expr: `sum(increase(${one('missing_offsets_total')}[$__rate_interval]))`, legend: 'no offset' },
            { expr: `sum(increase(${one('dropped_headers_total')}[$__rate_interval]))`, legend: 'headers' },
          ],
        },
      ],
    },
  ],
}
