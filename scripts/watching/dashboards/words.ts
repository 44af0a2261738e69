// pure
/**
 * Turns of phrase of PromQL that several dashboards use.
 */
import type { Question } from '../dashboard.js'

/** One question without a legend of its own. */
export function ask(expr: string, legend = ''): readonly Question[] {
  return [{ expr, legend }]
}

/** A second's average of a counter, summed over `by`. */
export function perSecond(selector: string, by = ''): string {
  return `sum${by === '' ? '' : ` by (${by})`} (rate(${selector}[$__rate_interval]))`
}

/** The mean of what a summary observed lately, by `by`. Its quantiles are those since the process began. */
export function mean(name: string, selector: string, by: string): string {
  const of = (part: string): string => perSecond(`${name}_${part}${selector}`, by)
  return `${of('sum')} / ${of('count')}`
}

/** The quantiles of a summary, the worst process of all. */
export function quantiles(selectorOf: (quantile: string) => string): readonly Question[] {
  return ['0.5', '0.99', '0.999'].map(each => ({
    expr: `max(${selectorOf(`quantile="${each}"`)})`,
    legend: `p${Number(each) * 100}`,
  }))
}

export const bySubscription = 'group, topic, subscription'
export const subscriptionLegend = '{{group}}.{{topic}}${{subscription}}'
export const topicLegend = '{{group}}.{{topic}}'
