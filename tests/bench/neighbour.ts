/**
 * A neighbour that never answers: what a healthy subscription of the same topic notices of it.
 * Both have all the room they ask for; the neighbour's requests hang until their time limit.
 */
import { makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { untilReceived } from './delivery.js'
import { figure, table } from './markdown.js'
import { bodyWithBirth, bodyWithoutBirth, perSecond, publishSteadily } from './steady-load.js'

const warmUpMessages = 2_000
const group = 'benchneighbour'

/** Measures and gives lines of Markdown. */
export async function benchNeighbour(stack: BenchStack, seconds: number): Promise<readonly string[]> {
  await makeGroup(stack, group)
  const alone = await measure(stack, `${group}.alone`, seconds, [])
  const beside = await measure(stack, `${group}.beside`, seconds, ['hangs1', 'hangs2', 'hangs3'])
  const title = `## Three neighbours that hang, ${perSecond} messages/s for ${seconds} s`
  const rows = [
    ['alone', ...alone],
    ['beside three that hang', ...beside],
  ]
  return [title, '', ...table(['healthy subscription', 'p50 ms', 'p99 ms', 'max ms'], rows), '']
}

async function measure(
  stack: BenchStack,
  topic: string,
  seconds: number,
  neighbours: readonly string[],
): Promise<readonly string[]> {
  await makeTopic(stack, topic, 'ALL')
  for (const name of ['healthy', ...neighbours]) await makeSubscription(stack, topic, name, 'ACTIVE')
  const path = `/${topic}/healthy`
  await publishSteadily(stack, topic, warmUpMessages, bodyWithoutBirth)
  await untilReceived(stack, path, warmUpMessages, 60)
  const messages = perSecond * seconds
  await publishSteadily(stack, topic, messages, bodyWithBirth)
  const got = await untilReceived(stack, path, warmUpMessages + messages, 60)
  return [figure(got.ageP50Ms), figure(got.ageP99Ms), figure(got.ageMaxMs)]
}
