/**
 * A load that does not wait: messages are due at a rate, whatever becomes of those before.
 * Takes an address, a rate and a bound of connections. Gives what was due, sent, stored and refused.
 * Promises: one request at a time on a connection, as publishers do; what finds no free connection at the
 * bound is counted and not sent. A program of its own.
 */
import { connect, type Socket } from 'node:net'
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { obey } from '../chaos/party.js'
import { createAnswerReader } from './http-answers.js'
import { percentile } from './statistics.js'

export interface OpenLoadOrder {
  readonly url: string
  readonly body: string
  readonly perSecond: number
  readonly seconds: number
  readonly connectionsMax: number
}

export interface OpenLoadResult {
  readonly due: number
  readonly sent: number
  readonly stored: number
  readonly refused: number
  /** Connections that broke with a request open. */
  readonly broken: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const latenciesMax = 2_000_000
/** What is open at the end may still be answered. */
const lastAnswersMs = 10_000

interface Counts {
  sent: number
  stored: number
  refused: number
  broken: number
}

obey({ run })

async function run(order: OpenLoadOrder): Promise<OpenLoadResult> {
  const counts: Counts = { sent: 0, stored: 0, refused: 0, broken: 0 }
  const latencies = new Float64Array(latenciesMax)
  const { free, open, openCount } = createConnections(order, counts, latencies)
  const begin = systemClock.monotonic()
  const untilMs = begin + order.seconds * 1_000
  let due = 0
  for (let nowMs = begin; nowMs < untilMs; nowMs = systemClock.monotonic()) {
    const dueNow = Math.floor(((nowMs - begin) * order.perSecond) / 1_000)
    for (; due < dueNow; due++) {
      const send = free.pop()
      if (send !== undefined) send()
      else open()
    }
    await sleep(systemScheduler, 1)
  }
  const seconds = (systemClock.monotonic() - begin) / 1_000
  const lastMs = systemClock.monotonic() + lastAnswersMs
  while (openCount() > 0 && systemClock.monotonic() < lastMs) await sleep(systemScheduler, 20)
  const sorted = latencies.subarray(0, Math.min(counts.stored, latencies.length)).sort()
  return { due, ...counts, seconds, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) }
}

function createConnections(
  order: OpenLoadOrder,
  counts: Counts,
  latencies: Float64Array,
): { free: (() => void)[]; open: () => void; openCount: () => number } {
  const { hostname, port, pathname } = new URL(order.url)
  const length = Buffer.byteLength(order.body)
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${length}\r\n\r\n`
  const bytes = Buffer.from(head + order.body)
  const free: (() => void)[] = []
  let [connections, openRequests] = [0, 0]
  const drive = (socket: Socket): void => {
    let sentMs = 0
    let isOpen = false
    const send = (): void => {
      isOpen = true
      openRequests++
      counts.sent++
      sentMs = systemClock.monotonic()
      socket.write(bytes)
    }
    const answered = (status: number): void => {
      isOpen = false
      openRequests--
      if (status !== 201) counts.refused++
      else if (counts.stored++ < latencies.length)
        latencies[counts.stored - 1] = systemClock.monotonic() - sentMs
      free.push(send)
    }
    socket.on('connect', send)
    socket.on('data', createAnswerReader(answered))
    socket.on('error', () => undefined) // told by `close`
    socket.on('close', () => {
      connections--
      const at = free.indexOf(send)
      if (at >= 0) free.splice(at, 1)
      if (!isOpen) return
      openRequests--
      counts.broken++
    })
  }
  const open = (): void => {
    if (connections >= order.connectionsMax) return
    connections++
    drive(connect({ host: hostname, port: Number(port), noDelay: true }))
  }
  return { free, open, openCount: () => openRequests }
}
