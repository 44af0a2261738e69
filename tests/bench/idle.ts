/**
 * A thousand subscriptions with nothing to do: the memory and the CPU they cost while they wait.
 */
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'
import { makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { figure, percent, table } from './markdown.js'
import { cpuSecondsOf, residentBytesOf } from './process-cpu.js'

const topics = 100
const subscriptionsPerTopic = 10
const settleMs = 15_000
const watchMs = 20_000

/** Measures and gives lines of Markdown. */
export async function benchIdle(stack: BenchStack): Promise<readonly string[]> {
  const before = await watch(stack)
  await makeGroup(stack, 'benchidle')
  for (let topic = 0; topic < topics; topic++) {
    const name = `benchidle.topic${topic}`
    await makeTopic(stack, name, 'LEADER')
    const numbers = Array.from({ length: subscriptionsPerTopic }, (_, number) => number)
    await Promise.all(numbers.map(number => makeSubscription(stack, name, `idle${number}`, 'ACTIVE')))
  }
  await sleep(systemScheduler, settleMs)
  const after = await watch(stack)
  const header = ['subscriptions', 'MiB', 'CPU of consumers', 'CPU of Kafka']
  const rowOf = (name: string, { bytes, cpu, kafkaCpu }: Watched): readonly string[] => [
    name,
    figure(bytes / 1024 ** 2),
    percent(cpu),
    percent(kafkaCpu),
  ]
  const all = (topics * subscriptionsPerTopic).toLocaleString('en-US')
  const rows = [rowOf('none', before), rowOf(`${all} over ${topics} topics`, after)]
  return ['## Idle subscriptions', '', ...table(header, rows), '']
}

interface Watched {
  readonly bytes: number
  readonly cpu: number
  readonly kafkaCpu: number
}

async function watch({ consumers, kafka }: BenchStack): Promise<Watched> {
  const begin = { at: monotonicMs(), own: cpuSecondsOf(consumers.pid), kafka: cpuSecondsOf(kafka.pid) }
  await sleep(systemScheduler, watchMs)
  const seconds = (monotonicMs() - begin.at) / 1000
  return {
    bytes: residentBytesOf(consumers.pid),
    cpu: (cpuSecondsOf(consumers.pid) - begin.own) / seconds,
    kafkaCpu: (cpuSecondsOf(kafka.pid) - begin.kafka) / seconds,
  }
}
