/**
 * Publishing beside a bare server: the same load, in turns, at each concurrency.
 * Gives a table of rates, latencies and costs, and the ratios that the goals are about.
 */
import { startParty } from '../chaos/party.js'
import { jsonBody, makeGroup, makeTopic, type BenchStack } from './bench-stack.js'
import { figure, percent, table } from './markdown.js'
import { cpuSecondsOf, cpuSecondsOfAll } from './process-cpu.js'
import { median } from './statistics.js'
import type { LoadOrder, LoadResult } from './load.js'

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
  readonly concurrencies: readonly number[]
  /** Bytes of a body. */
  readonly sizes: readonly number[]
  /** Workers of the frontends that are measured beside each other. */
  readonly workers: readonly number[]
}

/** What is published in the usual figures. */
export const usualPublish = { concurrencies: [1, 32, 128], sizes: [1024], workers: [1] } as const
/** Everything there is a claim about. */
export const fullPublish = {
  concurrencies: [1, 32, 128, 512],
  sizes: [100, 1024, 65_536],
  workers: [1, 2],
} as const

/** Measures and gives lines of Markdown. */
export async function benchPublish(stack: BenchStack, options: PublishOptions): Promise<readonly string[]> {
  const bare = startParty(new URL('./bare-server.js', import.meta.url))
  try {
    const bareUrl = await bare.ask<string>('open')
    const server = { name: 'bare http.Server', url: `${bareUrl}/`, pid: bare.pid }
    const targets = await targetsOf(stack, server, options.workers)
    for (const target of targets)
      await measure(stack, target, { concurrency: 128, bytes: 1024, seconds: warmUpSeconds })
    const lines: string[] = []
    for (const bytes of options.sizes) {
      lines.push(`## Publishing, ${bytes} bytes of JSON, 10 partitions`, '')
      for (const concurrency of options.concurrencies)
        lines.push(...(await benchLoad(stack, targets, { concurrency, bytes }, options)))
    }
    return lines
  } finally {
    await bare.end()
  }
}

async function targetsOf(
  stack: BenchStack,
  bare: Target,
  workerCounts: readonly number[],
): Promise<readonly Target[]> {
  await makeGroup(stack, 'benchpublish')
  const targets = [bare]
  const acks = ['ALL', 'LEADER'] as const
  const topicOf = (ack: string): string => `benchpublish.${ack.toLowerCase()}`
  for (const ack of acks) await makeTopic(stack, topicOf(ack), ack)
  for (const workers of workerCounts) {
    const settings = { 'frontend.server.workers': String(workers) }
    const { url, pid } = workers === 1 ? stack.frontend : await stack.add('frontend-service', settings)
    const name = workers === 1 ? 'frontend' : `${workers} workers`
    for (const ack of acks)
      targets.push({ name: `${name}, ack ${ack}`, url: `${url}/topics/${topicOf(ack)}`, pid })
  }
  return targets
}

interface LoadShape {
  readonly concurrency: number
  readonly bytes: number
}

async function benchLoad(
  stack: BenchStack,
  targets: readonly Target[],
  shape: LoadShape,
  { rounds, seconds }: PublishOptions,
): Promise<readonly string[]> {
  const measures = targets.map((): Measure[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      measures[index]?.push(await measure(stack, target, { ...shape, seconds }))
    }
  }
  const middle = measures.map(middleOf)
  const bare = middle[0]
  const header = [
    `concurrency ${shape.concurrency}`,
    'req/s',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
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
    figure(each.load.p999Ms),
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
  { concurrency, bytes, seconds }: LoadShape & { readonly seconds: number },
): Promise<Measure> {
  const order: LoadOrder = {
    url: target.url,
    body: jsonBody(bytes),
    concurrency,
    seconds,
    requestsMax: Number.MAX_SAFE_INTEGER,
  }
  const before = { own: cpuSecondsOfAll(target.pid), kafka: cpuSecondsOf(stack.kafka.pid) }
  const load = await stack.load.ask<LoadResult>('run', order)
  const per = 1000 / load.requests
  return {
    load,
    cpu: (cpuSecondsOfAll(target.pid) - before.own) * per,
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
      p999Ms: of(each => each.load.p999Ms),
      failures: measures.reduce((sum, each) => sum + each.load.failures, 0),
      cpuSeconds: of(each => each.load.cpuSeconds),
    },
    cpu: of(each => each.cpu),
    kafkaCpu: of(each => each.kafkaCpu),
    loadCpu: of(each => each.loadCpu),
  }
}
