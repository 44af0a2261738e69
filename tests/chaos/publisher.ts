/**
 * The publisher of a run, a program of its own.
 * Takes the plan, the frontends and a pace. Publishes each key's messages one after the other, in the way
 * that the key goes, and writes down what was begun and what became of it: stored, refused or unknown.
 */
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from './monotonic.js'
import { obey } from './party.js'
import { preferThisProcess } from './priority.js'
import { drawWay, ways } from './ways.js'
import { bulkStreamsMax, publishMany } from './publishing/bulk.js'
import { publishKeyed } from './publishing/keyed.js'
import { publishScheduled } from './publishing/scheduled.js'
import { publishOne } from './publishing/single.js'
import { askForStatus, publishSpooled } from './publishing/spooled.js'
import {
  closeLoad,
  freeStreams,
  isOver,
  openLoad,
  pace,
  runBeside,
  takeStreams,
  type Load,
  type PublishOrder,
  type Stream,
} from './publishing/load.js'
import type { Gate } from './publishing/exchange.js'

const nobodyThereMs = 250
const workersPerFrontend = 24

let running: Load | undefined

preferThisProcess()
obey({ publish, healed, close })

/** Publishes as ordered. Resolves when the last message is due and every cancel has its answer. */
async function publish(order: PublishOrder): Promise<{ begun: number; ok: number }> {
  const load = openLoad(order)
  running = load
  await Promise.all(
    load.gates.flatMap(gate => Array.from({ length: workersPerFrontend }, () => work(load, gate))),
  )
  await Promise.all(load.beside)
  await sleep(systemScheduler, Math.max(0, load.lastDueAt - monotonicMs()))
  return load.counts
}

/** Nothing is broken any longer, so the load may end once it has seen that. */
function healed(): void {
  if (running !== undefined) running.healedAt = monotonicMs()
}

/** Asks what became of what was accepted, and closes the history. Gives the number of questions. */
async function close(): Promise<number> {
  const load = running
  running = undefined
  if (load === undefined) return 0
  const count = await askForStatus(load)
  closeLoad(load)
  return count
}

async function work(load: Load, gate: Gate): Promise<void> {
  while (!isOver(load)) {
    await pace(load)
    const way = drawWay(load.random)
    const streams = takeStreams(load, way, way === ways.bulk ? bulkStreamsMax : 1)
    const [first] = streams
    if (first === undefined) continue
    const published = publishNext(load, gate, streams, first).finally(() => freeStreams(load, streams))
    // A key may be tried for long; others shall not wait for its worker.
    if (way === ways.keyed) runBeside(load, published)
    else if (!(await published)) await sleep(systemScheduler, nobodyThereMs)
  }
}

/** Goes the way of the streams, which is one for all. Gives false when nobody listened. */
function publishNext(load: Load, gate: Gate, streams: readonly Stream[], first: Stream): Promise<boolean> {
  switch (first.way) {
    case ways.bulk:
      return publishMany(load, gate, streams)
    case ways.keyed:
      return publishKeyed(load, gate, first)
    case ways.spooled:
      return publishSpooled(load, first)
    case ways.scheduled:
      return publishScheduled(load, gate, first)
    default:
      return publishOne(load, gate, first)
  }
}
