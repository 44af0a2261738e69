/**
 * The load generator, a program of its own: keep-alive connections that write a prepared request again and
 * again. Takes an address, a body and a number of connections. Gives counts, latencies and what the load
 * itself cost. Promises: one request at a time on a connection; nothing is parsed but the status and the
 * answer's end.
 */
import { connect, type Socket } from 'node:net'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { obey } from '../chaos/party.js'
import { createAnswerReader } from './http-answers.js'
import { percentile } from './statistics.js'

export interface LoadOrder {
  readonly url: string
  readonly body: string
  readonly concurrency: number
  /** Ends after so many seconds, or after so many requests. */
  readonly seconds: number
  readonly requestsMax: number
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly failures: number
  readonly cpuSeconds: number
}

/** Latencies kept; later ones are counted only. */
const latenciesMax = 2_000_000

interface Load {
  readonly request: Buffer
  readonly latencies: Float64Array
  readonly untilMs: number
  readonly requestsMax: number
  begun: number
  done: number
  failures: number
}

obey({ run })

async function run(order: LoadOrder): Promise<LoadResult> {
  const { hostname, port, pathname } = new URL(order.url)
  const bytes = Buffer.byteLength(order.body)
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\n`
  const begin = systemClock.monotonic()
  const load: Load = {
    request: Buffer.from(`${head}Content-Length: ${bytes}\r\n\r\n${order.body}`),
    latencies: new Float64Array(Math.min(order.requestsMax, latenciesMax)),
    untilMs: begin + order.seconds * 1000,
    requestsMax: order.requestsMax,
    begun: 0,
    done: 0,
    failures: 0,
  }
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: order.concurrency }, () => drive(load, hostname, Number(port))))
  const used = process.cpuUsage(before)
  const seconds = (systemClock.monotonic() - begin) / 1000
  const sorted = load.latencies.subarray(0, Math.min(load.done, load.latencies.length)).sort()
  return {
    requests: load.done,
    seconds,
    perSecond: load.done / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    p999Ms: percentile(sorted, 0.999),
    failures: load.failures,
    cpuSeconds: (used.user + used.system) / 1e6,
  }
}

/**
 * One connection until the load is over; a connection that breaks counts as one failure and is opened again.
 */
async function drive(load: Load, host: string, port: number): Promise<void> {
  while (!isOver(load)) {
    const wasWhole = await driveConnection(load, connect({ host, port, noDelay: true }))
    if (wasWhole) return
    load.failures++
    await sleep(systemScheduler, 100)
  }
}

function isOver(load: Load): boolean {
  return load.begun >= load.requestsMax || systemClock.monotonic() >= load.untilMs
}

function driveConnection(load: Load, socket: Socket): Promise<boolean> {
  return new Promise(resolve => {
    let sentAt = 0
    const next = (): void => {
      if (isOver(load)) {
        socket.end()
        resolve(true)
        return
      }
      load.begun++
      sentAt = systemClock.monotonic()
      socket.write(load.request)
    }
    socket.on('connect', next)
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
    const take = createAnswerReader(status => {
      if (status < 200 || status > 299) load.failures++
      else if (load.done < load.latencies.length) load.latencies[load.done] = systemClock.monotonic() - sentAt
      if (status >= 200 && status <= 299) load.done++
      next()
    })
    socket.on('data', take)
  })
}
