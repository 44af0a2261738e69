/**
 * What the services themselves count, for a run in which none of them was killed.
 * Takes their addresses. Writes the sums over all processes down as records.
 */
import { monotonicMs } from './monotonic.js'
import { counters, kinds, record } from './records.js'
import type { History } from './history.js'
import type { RunPlan } from './plan.js'
import type { Stack } from './stack.js'

const requestMs = 5_000

/** Reads every counter that a check compares. */
export async function readCounters(stack: Stack, plan: RunPlan, history: History): Promise<void> {
  const frontends = await scrape(stack.frontends.map(each => each.service.url))
  const consumers = await scrape(stack.consumers.map(each => each.service.url))
  const write = (detail: number, subject: number, other: number): void =>
    history.append(record({ kind: kinds.counter, detail, subject, other, time: monotonicMs() }))

  plan.topics.forEach(({ name }, topic) => {
    write(
      counters.published,
      topic,
      sumOf(frontends, 'hermes_frontend_topic_published_total', labelsOf(name)),
    )
  })
  plan.subscriptions.forEach(({ topic, name }, subscription) => {
    const labels = [...labelsOf(plan.topics[topic]?.name ?? ''), `subscription="${name}"`]
    const sum = (metric: string): number => sumOf(consumers, `hermes_consumers_${metric}`, labels)
    write(counters.delivered, subscription, sum('subscription_delivered_total'))
    write(counters.discarded, subscription, sum('subscription_discarded_total'))
  })
}

function labelsOf(topic: string): readonly string[] {
  const dot = topic.lastIndexOf('.')
  return [`group="${topic.slice(0, dot)}"`, `topic="${topic.slice(dot + 1)}"`]
}

/** The lines of all metrics of the services at `urls`. */
export async function scrape(urls: readonly string[]): Promise<readonly string[]> {
  const pages = urls.map(async url => {
    const answer = await fetch(`${url}/status/prometheus`, { signal: AbortSignal.timeout(requestMs) })
    return (await answer.text()).split('\n')
  })
  return (await Promise.all(pages)).flat()
}

/** The sum of a metric over the lines that carry all of `labels`. */
export function sumOf(lines: readonly string[], metric: string, labels: readonly string[]): number {
  return lines
    .filter(line => /^\w+/.exec(line)?.[0] === metric && labels.every(label => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
