// pure
/**
 * A process that stood still, frozen or blocked, for longer than its ZooKeeper session.
 * Takes the session and time. Gives whether others may have taken over meanwhile, until ZooKeeper is heard
 * again. Promises: the doubt is there at the first look after waking, before any timer or socket has told of
 * it; with ZooKeeper away it ends after one session, since delivery without order goes on then.
 */
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { ZooSession } from '@iris/common/zookeeper/session'

export interface Standstill {
  /** Why nothing may be sent now, or null. */
  doubt(): string | null
  stop(): void
}

type Session = Pick<ZooSession, 'isConnected' | 'silentMs' | 'sessionTimeoutMs' | 'onSession'>

const reason = 'this process stood still for longer than its session: others may own its partitions by now'

/** How often a loop that runs says so; far below any session. */
const tickMs = 250

/** Watches a session and the process's own loop. */
export function watchStandstill(
  session: Session,
  { clock, scheduler }: { readonly clock: Clock; readonly scheduler: Scheduler },
): Standstill {
  let tickedMs = clock.monotonic()
  let sinceMs: number | null = null

  /**
   * A loop that runs gives a silent connection up after two thirds of the session, so a silence of a whole
   * one with the connection up says that it did not run. Where it was gone before, the ticks say.
   */
  const stoodStill = (): boolean => {
    const limitMs = session.sessionTimeoutMs()
    return (session.isConnected() && session.silentMs() > limitMs) || clock.monotonic() - tickedMs > limitMs
  }
  const look = (): void => {
    if (sinceMs === null && stoodStill()) sinceMs = clock.monotonic()
  }
  const cancelTick = scheduler.every(tickMs, () => {
    look()
    tickedMs = clock.monotonic()
  })
  const cancelSession = session.onSession(event => {
    if (event === 'new' || event === 'back') sinceMs = null
    else if (event === 'away' && session.silentMs() > session.sessionTimeoutMs())
      sinceMs ??= clock.monotonic()
  })

  return {
    doubt() {
      look()
      if (sinceMs === null) return null
      const limitMs = session.sessionTimeoutMs()
      const isHeard = session.isConnected() && session.silentMs() <= limitMs
      const isAway = !session.isConnected() && clock.monotonic() - sinceMs > limitMs
      if (isHeard || isAway) sinceMs = null
      return sinceMs === null ? null : reason
    },
    stop() {
      cancelTick()
      cancelSession()
    },
  }
}
