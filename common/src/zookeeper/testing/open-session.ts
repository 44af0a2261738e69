/**
 * Sessions for tests against a real ZooKeeper.
 * Takes an address. Gives a started session with short limits, and the events it went through.
 */
import { silentLog, type Log } from '../../lifecycle/log.js'
import { systemClock } from '../../time/clock.js'
import { sleep, systemScheduler } from '../../time/scheduler.js'
import type { CoordinationDependencies } from '../own-node.js'
import { createZooSession, type SessionEvent, type ZooSession } from '../session.js'

export interface OpenSession extends ZooSession {
  readonly events: readonly SessionEvent[]
  /** What an election or a lock takes. */
  readonly deps: CoordinationDependencies
}

/** Starts a session whose timeout the local stack's server grants. */
export async function openSession(
  servers: string,
  sessionTimeoutMs = 4_000,
  log: Log = silentLog,
): Promise<OpenSession> {
  const session = createZooSession(
    { log, clock: systemClock, scheduler: systemScheduler },
    { servers, sessionTimeoutMs, connectTimeoutMs: 10_000, requestTimeoutMs: 5_000 },
  )
  const events: SessionEvent[] = []
  session.onSession(event => events.push(event))
  await session.start()
  return { ...session, events, deps: { session, log, scheduler: systemScheduler } }
}

/** Waits until `check` gives true, or throws what was waited for. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<number> {
  const startedMs = systemClock.monotonic()
  while (!(await check())) {
    const waitedMs = systemClock.monotonic() - startedMs
    if (waitedMs > withinMs) throw new Error(`${what} did not happen within ${withinMs} ms`)
    await sleep(systemScheduler, 10)
  }
  return Math.round(systemClock.monotonic() - startedMs)
}
