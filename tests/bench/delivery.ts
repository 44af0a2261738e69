/**
 * Delivery of a backlog beside a bare undici loop, in turns, to the same receiver.
 * Each round activates a subscription that was suspended while the backlog was published.
 */
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../chaos/monotonic.js'
import { startParty, type Party } from '../chaos/party.js'
import { kibibyteBody, makeGroup, makeSubscription, makeTopic, type BenchStack } from './bench-stack.js'
import { figure, percent, table } from './markdown.js'
import { cpuSecondsOf, residentBytesOf } from './process-cpu.js'
import { median } from './statistics.js'
import type { LoadOrder, LoadResult } from './load.js'
import type { Received } from './receiver.js'
import type { SendOrder, SendResult } from './bare-sender.js'

/** As many open requests as a subscription has by default. */
const concurrency = 100
const pollMs = 20
const topic = 'benchdelivery.backlog'

export interface DeliveryOptions {
  readonly rounds: number
  readonly messages: number
  readonly deadlineSeconds: number
}

interface Measure {
  readonly perSecond: number
  readonly cpu: number
  readonly receiverCpu: number
  readonly kafkaCpu: number
  /** From activation to the first message. */
  readonly firstMs: number
}

/** Measures and gives lines of Markdown. */
export async function benchDelivery(stack: BenchStack, options: DeliveryOptions): Promise<readonly string[]> {
  await makeGroup(stack, 'benchdelivery')
  await makeTopic(stack, topic, 'LEADER')
  const names = Array.from({ length: options.rounds + 1 }, (_, round) => `round${round}`)
  for (const name of names) await makeSubscription(stack, topic, name, 'SUSPENDED')
  await fill(stack, options.messages)

  const sender = startParty(new URL('./bare-sender.js', import.meta.url))
  const bare: Measure[] = []
  const own: Measure[] = []
  try {
    for (const name of names) {
      bare.push(await measureBare(stack, sender, options.messages))
      own.push(await measureOwn(stack, name, options))
    }
  } finally {
    await sender.end()
  }
  // The first round warms both up.
  return linesOf(bare.slice(1), own.slice(1), options, residentBytesOf(stack.consumers.pid))
}

async function fill(stack: BenchStack, messages: number): Promise<void> {
  const order: LoadOrder = {
    url: `${stack.frontend.url}/topics/${topic}`,
    body: kibibyteBody(),
    concurrency: 128,
    seconds: 600,
    requestsMax: messages,
  }
  const result = await stack.load.ask<LoadResult>('run', order)
  if (result.requests !== messages)
    throw new Error(`${result.failures} of ${messages} messages were not published`)
}

async function measureBare(stack: BenchStack, sender: Party, count: number): Promise<Measure> {
  const before = [sender.pid, stack.receiver.pid].map(cpuSecondsOf)
  const order: SendOrder = { url: `${stack.receiverUrl}/bare`, body: kibibyteBody(), count, concurrency }
  const { perSecond } = await sender.ask<SendResult>('run', order)
  const [cpu = 0, receiverCpu = 0] = [sender.pid, stack.receiver.pid].map(
    (pid, index) => ((cpuSecondsOf(pid) - (before[index] ?? 0)) * 1000) / count,
  )
  return { perSecond, cpu, receiverCpu, kafkaCpu: 0, firstMs: 0 }
}

async function measureOwn(stack: BenchStack, name: string, options: DeliveryOptions): Promise<Measure> {
  const pids = [stack.consumers.pid, stack.receiver.pid, stack.kafka.pid]
  const before = pids.map(cpuSecondsOf)
  const begin = monotonicMs()
  await stack.tell('PUT', `/topics/${topic}/subscriptions/${name}/state`, 'ACTIVE')
  const got = await untilReceived(stack, `/${topic}/${name}`, options.messages, options.deadlineSeconds)
  const [cpu = 0, receiverCpu = 0, kafkaCpu = 0] = pids.map(
    (pid, index) => ((cpuSecondsOf(pid) - (before[index] ?? 0)) * 1000) / got.count,
  )
  const perSecond = (got.count * 1000) / (got.lastAtMs - got.firstAtMs)
  return { perSecond, cpu, receiverCpu, kafkaCpu, firstMs: got.firstAtMs - begin }
}

/** Waits until `count` messages have come at paths that begin with `prefix`. */
export async function untilReceived(
  stack: BenchStack,
  prefix: string,
  count: number,
  deadlineSeconds: number,
): Promise<Received> {
  const until = monotonicMs() + deadlineSeconds * 1000
  for (;;) {
    const got = await stack.receiver.ask<Received>('received', prefix)
    if (got.count >= count) return got
    if (monotonicMs() > until)
      throw new Error(`${got.count} of ${count} messages came in ${deadlineSeconds} s`)
    await sleep(systemScheduler, pollMs)
  }
}

function linesOf(
  bare: readonly Measure[],
  own: readonly Measure[],
  options: DeliveryOptions,
  residentBytes: number,
): readonly string[] {
  const of = (measures: readonly Measure[], pick: (each: Measure) => number): number =>
    median(measures.map(pick))
  const bareRate = of(bare, each => each.perSecond)
  const bareCpu = of(bare, each => each.cpu)
  const rowOf = (name: string, measures: readonly Measure[]): readonly string[] => [
    name,
    figure(of(measures, each => each.perSecond)),
    figure(of(measures, each => each.cpu)),
    percent(of(measures, each => each.perSecond) / bareRate),
    percent(of(measures, each => each.cpu) / bareCpu),
    figure(of(measures, each => each.receiverCpu)),
    figure(of(measures, each => each.kafkaCpu)),
    figure(of(measures, each => each.firstMs)),
  ]
  const header = [
    `backlog of ${options.messages.toLocaleString('en-US')}`,
    'messages/s',
    'CPU s/1,000',
    'of bare rate',
    'of bare CPU',
    'receiver CPU',
    'Kafka CPU',
    'first after ms',
  ]
  const rows = [rowOf('bare undici loop', bare), rowOf('consumers', own)]
  const memory = `consumers hold ${Math.round(residentBytes / 1024 ** 2)} MiB after it`
  return [`## Delivery, 1 KiB JSON, ${concurrency} in flight`, '', ...table(header, rows), '', memory, '']
}
