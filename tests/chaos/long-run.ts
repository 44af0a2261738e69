/**
 * The long programme: one seed, faults drawn by weight for as many minutes as asked.
 * A seed draws the same faults at the same moments each time.
 */
import { allFaults, faultOf } from './faults/all.js'
import { brokersKill, diskFull } from './faults/broker.js'
import { report, withServers, withStack, type Programme } from './programme.js'
import { seededRandom } from './random.js'
import { drawFaults, schedule } from './schedule.js'
import { runSeed } from './supervisor.js'
import type { Fault } from './faults/fault.js'

/** One fault each so many seconds. */
const secondsPerFault = 12
const tailMs = 10_000

export interface LongOptions {
  readonly minutes: number
  readonly seed: number
  readonly perSecond: number
  /** Beside the usual receivers, slow, flapping, choosy and poisoned ones. */
  readonly hasHardReceivers: boolean
  /** Only these faults; null for all. */
  readonly kinds: readonly string[] | null
}

/** Whether what `fault` hits is there. */
function isPossible({ kind, hits }: Fault, programme: Programme): boolean {
  if (programme.isPublishOnly && hits === 'consumers') return false
  if (kind === brokersKill.kind) return programme.brokersCount > 1
  return kind !== diskFull.kind || programme.hasSmallDisk
}

/** Runs it and reports. */
export async function runLong(programme: Programme, options: LongOptions): Promise<boolean> {
  const { seed, perSecond, hasHardReceivers } = options
  const seconds = options.minutes * 60
  const random = seededRandom(seed)
  const possible = allFaults.filter(each => each.isByName !== true && isPossible(each, programme))
  const faults = options.kinds?.map(faultOf) ?? possible
  const drawn = faults.length === 0 ? [] : drawFaults(random, faults, Math.floor(seconds / secondsPerFault))
  const times = { fromMs: 3_000, untilMs: seconds * 1000 - tailMs, restMs: 1_500 }
  const planned = schedule(random, drawn, times)
  const { print } = programme
  return withServers(programme, servers =>
    withStack(programme, servers, async stack => {
      const load = { seed, seconds, messagesMin: 0, perSecond, faults: planned, print }
      const run = { ...load, hasHardReceivers, hasSubscriptions: true, frontends: null }
      const result = await runSeed(stack, run)
      report(programme, result)
      return result.verdict.isGood
    }),
  )
}
