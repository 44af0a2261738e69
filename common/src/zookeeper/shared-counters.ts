/**
 * Counters of this process added to counters in ZooKeeper that all processes share, as Hermes keeps them.
 * Takes what was counted so far. Adds the difference once a period, and a last time at the stop.
 * Promises: what could not be added is added the next time; a counter whose topic or subscription is gone is
 * made nowhere. An answer that is lost may add a difference twice. Bound: `atOnceMax` additions at a time.
 */
import type { Log } from '../lifecycle/log.js'
import { withDeadline, type Cancel, type Scheduler } from '../time/scheduler.js'
import { parentOf } from './paths.js'
import type { ZooSession } from './session.js'
import { BadVersionError, NodeExistsError, NoNodeError } from './zoo-errors.js'

/** One counter: the object stays the same as long as it counts on. */
export interface CountedHere {
  /** Its node; the node above it is made where only that is missing. */
  readonly path: string
  readonly counter: { readonly value: number }
}

export interface SharedCounters {
  start(): void
  /** Takes notice of what counts now, so that its last is added although it ends before the next period. */
  note(): void
  /** Adds what is left, for as long as `limitMs`. */
  stop(limitMs: number): Promise<void>
}

interface Parts {
  readonly session: ZooSession
  readonly log: Log
  readonly scheduler: Scheduler
}

const atOnceMax = 16
const triesMax = 3

/** Makes the reporter; `counted` gives every counter that there is now. */
export function createSharedCounters(
  { session, log, scheduler }: Parts,
  periodMs: number,
  counted: () => readonly CountedHere[],
): SharedCounters {
  /** How much of each counter was added. A counter that is gone stays until its last was added. */
  const known = new Map<CountedHere['counter'], { readonly path: string; added: number }>()
  let cancel: Cancel = () => undefined
  let round: Promise<void> | null = null

  const add = async (counter: CountedHere['counter'], isCounting: boolean): Promise<void> => {
    const entry = known.get(counter)
    if (entry === undefined) return
    const { value } = counter
    if (value > entry.added) {
      await addTo(session, entry.path, value - entry.added)
      entry.added = value
    }
    if (!isCounting) known.delete(counter)
  }

  const note = (): readonly CountedHere[] => {
    const present = counted()
    for (const { path, counter } of present) if (!known.has(counter)) known.set(counter, { path, added: 0 })
    return present
  }

  const report = async (): Promise<void> => {
    const present = note()
    const counting = new Set(present.map(({ counter }) => counter))
    const due = [...known.keys()]
    const work = async (): Promise<void> => {
      for (let each = due.pop(); each !== undefined; each = due.pop()) await add(each, counting.has(each))
    }
    // All of them end before the next round begins: what is still being added must not be added again.
    const ended = await Promise.allSettled(Array.from({ length: atOnceMax }, work))
    const failed = ended.find(each => each.status === 'rejected')
    if (failed !== undefined) log.warn('counters.notShared', { error: failed.reason as unknown })
  }

  const next = (): Promise<void> => (round ??= report().finally(() => (round = null)))

  return {
    start() {
      cancel = scheduler.every(periodMs, () => void next())
    },
    note: () => void note(),
    async stop(limitMs) {
      cancel()
      const last = (round ?? Promise.resolve()).then(next)
      try {
        await withDeadline(scheduler, limitMs, 'the last shared counters', last)
      } catch (error) {
        log.warn('counters.notShared', { error })
      }
    },
  }
}

/** The value of a shared counter. */
export function readSharedCounter(data: Buffer): number {
  return data.length < 8 ? 0 : Number(data.readBigInt64BE(0))
}

async function addTo(session: ZooSession, path: string, amount: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    const node = await session.read(path)
    try {
      if (node !== null) {
        await session.write(path, dataOf(readSharedCounter(node.data) + amount), node.stat.version)
        return
      }
      if (await make(session, path, amount)) return
    } catch (error) {
      const isRace = error instanceof BadVersionError || error instanceof NoNodeError
      if (!isRace || tries === triesMax) throw error
    }
  }
}

/** False when somebody else made it. The thing that is counted may be gone: its node is never made anew. */
async function make(session: ZooSession, path: string, amount: number): Promise<boolean> {
  const parent = parentOf(path)
  try {
    if ((await session.read(parent)) === null) {
      if ((await session.read(parentOf(parent))) === null) return true
      await session.create(parent, Buffer.alloc(0))
    }
  } catch (error) {
    if (error instanceof NoNodeError) return true
    if (!(error instanceof NodeExistsError)) throw error
  }
  try {
    await session.create(path, dataOf(amount))
    return true
  } catch (error) {
    if (error instanceof NodeExistsError) return false
    if (error instanceof NoNodeError) return true
    throw error
  }
}

function dataOf(value: number): Buffer {
  const data = Buffer.alloc(8)
  data.writeBigInt64BE(BigInt(value))
  return data
}
