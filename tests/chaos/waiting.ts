/**
 * What the services themselves say still waits to come into a topic: messages in the spools and those for
 * later. Only to know when to stop waiting: who hides something here is found out by Kafka's log.
 */
import { scrape, sumOf } from './counter-readings.js'
import type { RunPlan } from './plan.js'
import type { Stack } from './stack.js'

const requestMs = 15_000

/** How many messages wait; null while somebody does not answer, or has not seen all. */
export async function waitingCount(stack: Stack, plan: RunPlan): Promise<number | null> {
  try {
    const pages = await scrape(stack.frontends.map(each => each.service.url))
    const spooled = sumOf(pages, 'hermes_frontend_spool_messages', [])
    const scheduled = await Promise.all(
      plan.topics.map(({ name }) => scheduledCount(stack.management.service.url, name)),
    )
    return scheduled.reduce((sum, each) => sum + each, spooled)
  } catch {
    return null // just started again, or still looking; the next question comes in a moment
  }
}

async function scheduledCount(management: string, topic: string): Promise<number> {
  const signal = AbortSignal.timeout(requestMs)
  const answer = await fetch(`${management}/topics/${topic}/scheduled?limit=100`, { signal })
  const { items, isComplete } = (await answer.json()) as { items: readonly unknown[]; isComplete: boolean }
  if (!isComplete) throw new Error(`the messages of ${topic} for later were not all seen`)
  return items.length
}
