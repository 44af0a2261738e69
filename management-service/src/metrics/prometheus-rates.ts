/**
 * Rates from a server that answers Prometheus' queries, with the expressions that Hermes sends.
 * Takes its address. Gives rates; null for a figure whose query failed, 0 for one without series.
 * Bounds: `fetchingTimeoutMillis` a query, answers remembered for `cacheTtlSeconds`, `remembered` of them.
 */
import { z } from 'zod'
import { splitTopicName } from '@iris/common/domain/names'
import type { Asker } from '@iris/common/http/ask'
import type { Log } from '@iris/common/lifecycle/log'
import type { CounterHandle } from '@iris/common/metrics/registry'
import {
  subscriptionFigureNames,
  type SubscriptionFigure,
  type TopicFigure,
} from '@iris/common/metrics/figures'
import type { Clock } from '@iris/common/time/clock'
import type { RateFigure, Rates, RateSource } from './rates.js'

export interface PrometheusOptions {
  /** Such as `http://prometheus:9090`. */
  readonly url: string
  readonly consumersPrefix: string
  readonly frontendPrefix: string
  /** Further label matchers, such as `env='prod'`; empty for none. */
  readonly additionalFilters: string
  readonly cacheTtlMs: number
  readonly timeoutMs: number
}

export interface PrometheusParts {
  readonly asker: Asker
  readonly clock: Clock
  readonly log: Log
  readonly answered: CounterHandle
  readonly failed: CounterHandle
}

/** Values by id; null where the query failed. */
type Answer = ReadonlyMap<string, number> | null

const rememberedMax = 2_000

const topicMetrics: Readonly<Record<TopicFigure, string>> = {
  requests: 'topic_requests_total',
  bytes: 'topic_throughput_bytes_total',
}
const subscriptionMetrics: Readonly<Record<SubscriptionFigure, string>> = {
  delivered: 'subscription_delivered_total',
  timeouts: 'subscription_timeouts_total',
  otherErrors: 'subscription_other_errors_total',
  retries: 'subscription_retries_total',
  batches: 'subscription_batches_total',
  bytes: 'subscription_throughput_bytes_total',
  codes2xx: 'subscription_http_status_codes_total',
  codes3xx: 'subscription_http_status_codes_total',
  codes4xx: 'subscription_http_status_codes_total',
  codes5xx: 'subscription_http_status_codes_total',
}

const resultShape = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
})

/** Makes the source. */
export function createPrometheusRates(parts: PrometheusParts, options: PrometheusOptions): RateSource {
  const ask = remembering(parts, options)
  const { consumersPrefix, frontendPrefix } = options
  const expression = (name: string, by: readonly string[], matchers: readonly string[]): string => {
    const more = options.additionalFilters === '' ? [] : [options.additionalFilters]
    const filters = [`__name__='${name}'`, ...matchers, ...more].join(', ')
    return `sum by (${by.join(', ')}) (irate({${filters}}[1m]))`
  }
  const byTopic = ['group', 'topic']
  const bySubscription = [...byTopic, 'subscription']

  return {
    topics(only) {
      const matchers = only === null ? [] : topicMatchers(only)
      const queries: [RateFigure, string][] = [
        ...Object.entries(topicMetrics).map(([figure, metric]): [RateFigure, string] => [
          figure as TopicFigure,
          expression(`${frontendPrefix}_${metric}`, byTopic, matchers),
        ]),
        ['delivered', expression(`${consumersPrefix}_${subscriptionMetrics.delivered}`, byTopic, matchers)],
      ]
      return answersOf(ask, queries)
    },
    subscriptions(only) {
      const matchers = only === null ? [] : [...topicMatchers(only.topic), `subscription='${only.name}'`]
      const queries = subscriptionFigureNames.map((figure): [RateFigure, string] => {
        const name = `${consumersPrefix}_${subscriptionMetrics[figure]}`
        return [figure, expression(name, bySubscription, [...matchers, ...statusMatcher(figure)])]
      })
      return answersOf(ask, queries)
    },
  }
}

async function answersOf(
  ask: (query: string) => Promise<Answer>,
  queries: readonly [RateFigure, string][],
): Promise<Rates> {
  const answers = new Map<RateFigure, Answer>()
  await Promise.all(queries.map(async ([figure, query]) => answers.set(figure, await ask(query))))
  return {
    of(id, figure) {
      const answer = answers.get(figure)
      return answer === null || answer === undefined ? null : (answer.get(id) ?? 0)
    },
  }
}

function remembering(
  { asker, clock, log, answered, failed }: PrometheusParts,
  { url, cacheTtlMs, timeoutMs }: PrometheusOptions,
): (query: string) => Promise<Answer> {
  const known = new Map<string, { readonly untilMs: number; readonly answer: Promise<Answer> }>()
  const fetch = async (query: string): Promise<Answer> => {
    const address = `${url.replace(/\/$/, '')}/api/v1/query?query=${encodeURIComponent(query)}`
    try {
      const { data } = resultShape.parse(await asker.json(address, timeoutMs))
      answered.value++
      return new Map(data.result.map(({ metric, value }) => [idOf(metric), numberOf(value[1])]))
    } catch (error) {
      failed.value++
      log.warn('prometheus.unanswered', { query, error })
      known.delete(query)
      return null
    }
  }
  return query => {
    const nowMs = clock.monotonic()
    const found = known.get(query)
    if (found !== undefined && found.untilMs > nowMs) return found.answer
    known.delete(query)
    const oldest = known.keys().next()
    if (known.size >= rememberedMax && oldest.done !== true) known.delete(oldest.value)
    const answer = fetch(query)
    known.set(query, { untilMs: nowMs + cacheTtlMs, answer })
    return answer
  }
}

function topicMatchers(topic: string): readonly string[] {
  const parts = splitTopicName(topic)
  return [`group='${parts?.group ?? ''}'`, `topic='${parts?.topic ?? ''}'`]
}

function statusMatcher(figure: SubscriptionFigure): readonly string[] {
  const [, first] = /^codes(\d)xx$/.exec(figure) ?? []
  return first === undefined ? [] : [`status_code=~'${first}.*'`]
}

function idOf({ group = '', topic = '', subscription }: Readonly<Record<string, string>>): string {
  return subscription === undefined ? `${group}.${topic}` : `${group}.${topic}$${subscription}`
}

/** What was not measured is NaN. */
function numberOf(text: string): number {
  const number = Number(text)
  return Number.isFinite(number) ? number : 0
}
