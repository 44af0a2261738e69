/**
 * Publishing beside a bare server: the same load, in turns, at each concurrency.
 * Gives a table of rates, latencies and costs, and the ratios that the goals are about.
 */
import { startParty } from '../chaos/party.js'
import { kibibyteBody, makeGroup, makeTopic, type BenchStack } from './bench-stack.js'
import { figure, percent, table } from './markdown.js'
import { cpuSecondsOf } from './process-cpu.js'
import { median } from './statistics.js'
import type { LoadOrder, LoadResult } from './load.js'

const concurrencies = [1, 32, 128]
const warmUpSeconds = 3

interface Target {
  readonly name: string
  readonly url: string
  readonly pid: number
}

interface Measure {
  readonly load: LoadResult
  /** CPU seconds per 1,000 requests. */
  readonly cpu: number
  readonly kafkaCpu: number
  readonly loadCpu: number
}

export interface PublishOptions {
  readonly rounds: number
  readonly seconds: number
}

/** Measures and gives lines of Markdown. */
export async function benchPublish(stack: BenchStack, options: PublishOptions): Promise<readonly string[]> {
  const bare = startParty(new URL('./bare-server.js', import.meta.url))
  try {
    const bareUrl = await bare.ask<string>('open')
    const targets = await targetsOf(stack, { name: 'bare http.Server', url: `${bareUrl}/`, pid: bare.pid })
    for (const target of targets) await measure(stack, target, 128, warmUpSeconds)
    const lines = ['## Publishing, 1 KiB JSON, 10 partitions', '']
    for (const concurrency of concurrencies)
      lines.push(...(await benchConcurrency(stack, targets, concurrency, options)))
    return lines
  } finally {
    await bare.end()
  }
}

async function targetsOf(stack: BenchStack, bare: Target): Promise<readonly Target[]> {
  await makeGroup(stack, 'benchpublish')
  const target = async (ack: 'ALL' | 'LEADER'): Promise<Target> => {
    const topic = `benchpublish.${ack.toLowerCase()}`
    await makeTopic(stack, topic, ack)
    return {
      name: `frontend, ack ${ack}`,
      url: `${stack.frontend.url}/topics/${topic}`,
      pid: stack.frontend.pid,
    }
  }
  return [bare, await target('ALL'), await target('LEADER')]
}

async function benchConcurrency(
  stack: BenchStack,
  targets: readonly Target[],
  concurrency: number,
  { rounds, seconds }: PublishOptions,
): Promise<readonly string[]> {
  const measures = targets.map((): Measure[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      measures[index]?.push(await measure(stack, target, concurrency, seconds))
    }
  }
  const middle = measures.map(middleOf)
  const bare = middle[0]
  const header = [
    `concurrency ${concurrency}`,
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU s/1,000',
    'of bare req/s',
    'of bare CPU',
    'Kafka CPU',
    'load CPU',
    'failures',
  ]
  const rows = middle.map((each, index) => [
    targets[index]?.name ?? '',
    figure(each.load.perSecond),
    figure(each.load.p50Ms),
    figure(each.load.p99Ms),
    figure(each.cpu),
    percent(each.load.perSecond / (bare?.load.perSecond ?? Number.NaN)),
    percent(each.cpu / (bare?.cpu ?? Number.NaN)),
    figure(each.kafkaCpu),
    figure(each.loadCpu),
    figure(each.load.failures),
  ])
  return [...table(header, rows), '']
}

async function measure(
  stack: BenchStack,
  target: Target,
  concurrency: number,
  seconds: number,
): Promise<Measure> {
  const order: LoadOrder = {
    url: target.url,
    body: kibibyteBody(),
    concurrency,
    seconds,
    requestsMax: Number.MAX_SAFE_INTEGER,
  }
  const before = { own: cpuSecondsOf(target.pid), kafka: cpuSecondsOf(stack.kafka.pid) }
  const load = await stack.load.ask<LoadResult>('run', order)
  const per = 1000 / load.requests
  return {
    load,
    cpu: (cpuSecondsOf(target.pid) - before.own) * per,
    kafkaCpu: (cpuSecondsOf(stack.kafka.pid) - before.kafka) * per,
    loadCpu: load.cpuSeconds * per,
  }
}

/** Each figure's own median: the run with the median rate may have had an odd p99. */
function middleOf(measures: readonly Measure[]): Measure {
  const of = (pick: (each: Measure) => number): number => median(measures.map(pick))
  return {
    load: {
      requests: of(each => each.load.requests),
      seconds: of(each => each.load.seconds),
      perSecond: of(each => each.load.perSecond),
      p50Ms: of(each => each.load.p50Ms),
      p99Ms: of(each => each.load.p99Ms),
      failures: measures.reduce((sum, each) => sum + each.load.failures, 0),
      cpuSeconds: of(each => each.load.cpuSeconds),
    },
    cpu: of(each => each.cpu),
    kafkaCpu: of(each => each.kafkaCpu),
    loadCpu: of(each => each.loadCpu),
  }
}
