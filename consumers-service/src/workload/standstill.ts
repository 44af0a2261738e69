// pure
/**
 * A process that stood still, frozen or blocked, for longer than its ZooKeeper session.
 * Takes the session. Gives whether others may have taken over meanwhile, until ZooKeeper is heard again.
 * Promises: the doubt is there at the first look after waking, before any timer or socket has told of it;
 * with ZooKeeper away it ends after one session, since delivery without order goes on then.
 */
import type { Clock } from '@iris/common/time/clock'
import type { ZooSession } from '@iris/common/zookeeper/session'

export interface Standstill {
  /** Why nothing may be sent now, or null. */
  doubt(): string | null
  stop(): void
}

type Session = Pick<ZooSession, 'isConnected' | 'silentMs' | 'sessionTimeoutMs' | 'onSession'>

const reason = 'this process stood still for longer than its session: others may own its partitions by now'

/** Watches a session. */
export function watchStandstill(session: Session, clock: Clock): Standstill {
  let sinceMs: number | null = null
  const isSilent = (): boolean => session.silentMs() > session.sessionTimeoutMs()
  const cancel = session.onSession(event => {
    if (event === 'new' || event === 'back') sinceMs = null
    // A loop that runs gives a silent connection up after two thirds of the session: this one did not run.
    else if (event === 'away' && isSilent()) sinceMs ??= clock.monotonic()
  })
  return {
    doubt() {
      if (sinceMs === null && session.isConnected() && isSilent()) sinceMs = clock.monotonic()
      if (sinceMs === null) return null
      if (session.isConnected() && !isSilent()) sinceMs = null
      else if (!session.isConnected() && clock.monotonic() - sinceMs > session.sessionTimeoutMs())
        sinceMs = null
      return sinceMs === null ? null : reason
    },
    stop: cancel,
  }
}
