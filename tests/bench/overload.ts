/**
 * A frontend that is offered three times what it can take.
 * Gives the peak of publishers that wait for their answers, then what an open load of three times that gets:
 * goodput, refusals, latency, memory and how late the event loop was.
 */
import { startParty } from '../chaos/party.js'
import { kibibyteBody, makeGroup, makeTopic, type BenchStack } from './bench-stack.js'
import { figure, percent, table } from './markdown.js'
import { residentBytesOf } from './process-cpu.js'
import type { LoadOrder, LoadResult } from './load.js'
import type { OpenLoadOrder, OpenLoadResult } from './open-load.js'

const topic = 'benchoverload.orders'
const times = 3
const connectionsMax = 2_000
const sampleMs = 100
const mebibyte = 1024 * 1024

/** Measures and gives lines of Markdown. */
export async function benchOverload(stack: BenchStack, seconds: number): Promise<readonly string[]> {
  await makeGroup(stack, 'benchoverload')
  await makeTopic(stack, topic, 'ALL')
  const url = `${stack.frontend.url}/topics/${topic}`
  const body = kibibyteBody()
  const requestsMax = Number.MAX_SAFE_INTEGER
  const closed: LoadOrder = { url, body, concurrency: 128, seconds, requestsMax }
  await stack.load.ask<LoadResult>('run', { ...closed, seconds: 3 })
  const peak = await stack.load.ask<LoadResult>('run', closed)
  const open: OpenLoadOrder = { url, body, perSecond: peak.perSecond * times, seconds, connectionsMax }
  const memory = watchMemory(stack.frontend.pid)
  const party = startParty(new URL('./open-load.js', import.meta.url))
  try {
    const over = await party.ask<OpenLoadResult>('run', open)
    return linesOf(peak, over, { rss: memory.stop(), lagS: await loopLagOf(stack.frontend.url) })
  } finally {
    memory.stop()
    await party.end()
  }
}

function linesOf(
  peak: LoadResult,
  over: OpenLoadResult,
  own: { readonly rss: number; readonly lagS: number },
): readonly string[] {
  const goodput = over.stored / over.seconds
  const header = ['load', 'due/s', 'sent/s', '201/s', 'of peak', 'refused', 'broken', 'p50 ms', 'p99 ms']
  const rows = [
    [
      '128 that wait',
      '-',
      figure(peak.perSecond),
      figure(peak.perSecond),
      percent(1),
      figure(peak.failures),
      '0',
    ],
    [
      `open, ${times} × the peak`,
      ...[over.due / over.seconds, over.sent / over.seconds, goodput].map(figure),
      percent(goodput / peak.perSecond),
      ...[over.refused, over.broken].map(figure),
    ],
  ]
  rows[0]?.push(figure(peak.p50Ms), figure(peak.p99Ms))
  rows[1]?.push(figure(over.p50Ms), figure(over.p99Ms))
  const words = `memory at most ${figure(own.rss / mebibyte)} MiB, event loop at most ${figure(own.lagS * 1_000)} ms late`
  return [
    `## Overload, 1 KiB JSON, up to ${connectionsMax} connections`,
    '',
    ...table(header, rows),
    '',
    words,
    '',
  ]
}

/** The greatest resident memory of a process until `stop`. */
function watchMemory(pid: number): { stop(): number } {
  let most = residentBytesOf(pid)
  const timer = setInterval(() => (most = Math.max(most, residentBytesOf(pid))), sampleMs)
  return {
    stop() {
      clearInterval(timer)
      return most
    },
  }
}

async function loopLagOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/status/prometheus`)).text()
  return Number(/^hermes_frontend_event_loop_lag_seconds_max (\S+)/m.exec(text)?.[1] ?? Number.NaN)
}
