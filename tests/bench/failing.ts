/**
 * One request in ten answered 500, from a cold start, beside the same backlog without failures.
 * The rate is bounded so that the machine is not: what is compared is the broker's reaction to failures.
 */
import { kibibyteBody, makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { untilReceived } from './delivery.js'
import { figure, percent, table } from './markdown.js'
import type { LoadOrder, LoadResult } from './load.js'

const messages = 20_000
const rate = 5_000
const group = 'benchfailing'

/** Measures and gives lines of Markdown. */
export async function benchFailing(stack: BenchStack): Promise<readonly string[]> {
  await makeGroup(stack, group)
  const topic = `${group}.backlog`
  await makeTopic(stack, topic, 'LEADER')
  const names = ['willing', 'fails-one-in-ten']
  for (const name of names) await makeSubscription(stack, topic, name, 'SUSPENDED', rate)
  const order: LoadOrder = {
    url: `${stack.frontend.url}/topics/${topic}`,
    body: kibibyteBody(),
    concurrency: 64,
    seconds: 120,
    requestsMax: messages,
  }
  await stack.load.ask<LoadResult>('run', order)
  const rates: number[] = []
  for (const name of names) {
    await stack.tell('PUT', `/topics/${topic}/subscriptions/${name}/state`, 'ACTIVE')
    const got = await untilReceived(stack, `/${topic}/${name}`, messages, 120)
    rates.push((got.count * 1000) / (got.lastAtMs - got.firstAtMs))
  }
  const [willing = 0, failing = 0] = rates
  const rows = [
    ['every request answered 200', figure(willing), percent(1)],
    ['every tenth answered 500', figure(failing), percent(failing / willing)],
  ]
  const title = `## One in ten failing, backlog of ${messages}, rate ${rate}/s, from a cold start`
  return [title, '', ...table(['', 'delivered/s', 'of the goodput without failures'], rows), '']
}
