/**
 * One topic with a hundred subscriptions: what one message costs when many want it.
 */
import { kibibyteBody, makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { untilReceived } from './delivery.js'
import { figure, table } from './markdown.js'
import { cpuSecondsOf, residentBytesOf } from './process-cpu.js'
import type { LoadOrder, LoadResult } from './load.js'

const subscriptions = 100
const messages = 1_000
const topic = 'benchfanout.many'

/** Measures and gives lines of Markdown. */
export async function benchFanout(stack: BenchStack): Promise<readonly string[]> {
  await makeGroup(stack, 'benchfanout')
  await makeTopic(stack, topic, 'LEADER')
  for (let number = 0; number < subscriptions; number++) {
    await makeSubscription(stack, topic, `many${number}`, 'ACTIVE')
  }
  const order: LoadOrder = {
    url: `${stack.frontend.url}/topics/${topic}`,
    body: kibibyteBody(),
    concurrency: 32,
    seconds: 120,
    requestsMax: messages,
  }
  const before = cpuSecondsOf(stack.consumers.pid)
  await stack.load.ask<LoadResult>('run', order)
  const got = await untilReceived(stack, `/${topic}`, messages * subscriptions, 180)
  const cpu = ((cpuSecondsOf(stack.consumers.pid) - before) * 1000) / got.count
  const rate = (got.count * 1000) / (got.lastAtMs - got.firstAtMs)
  const memory = residentBytesOf(stack.consumers.pid) / 1024 ** 2
  const header = [
    `${subscriptions} subscriptions × ${messages} messages`,
    'deliveries/s',
    'CPU s/1,000',
    'MiB',
  ]
  return ['## Fan-out', '', ...table(header, [['consumers', figure(rate), figure(cpu), figure(memory)]]), '']
}
