/**
 * End to end at a steady 500 messages a second: from the publisher's write to the subscriber's whole request.
 */
import { makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { untilReceived } from './delivery.js'
import { figure, table } from './markdown.js'
import { bodyWithBirth, bodyWithoutBirth, perSecond, publishSteadily } from './steady-load.js'

const warmUpMessages = 2_000
const topic = 'benchlatency.steady'

/** Measures and gives lines of Markdown. */
export async function benchLatency(stack: BenchStack, seconds: number): Promise<readonly string[]> {
  await makeGroup(stack, 'benchlatency')
  await makeTopic(stack, topic, 'ALL')
  await makeSubscription(stack, topic, 'inbox', 'ACTIVE')
  await publishSteadily(stack, topic, warmUpMessages, bodyWithoutBirth)
  await untilReceived(stack, `/${topic}`, warmUpMessages, 60)
  const messages = perSecond * seconds
  await publishSteadily(stack, topic, messages, bodyWithBirth)
  const got = await untilReceived(stack, `/${topic}`, warmUpMessages + messages, 60)
  const row = ['publish to delivery', figure(got.ageP50Ms), figure(got.ageP99Ms), figure(got.ageMaxMs)]
  const title = `## End to end at ${perSecond} messages/s for ${seconds} s, ack ALL`
  return [title, '', ...table(['', 'p50 ms', 'p99 ms', 'max ms'], [row]), '']
}
