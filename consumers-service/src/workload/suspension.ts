/**
 * The step from ACTIVE to SUSPENDED, taken by a consumer because an answer asked for it.
 * Takes a subscription and the reason. Gives its definition with the state SUSPENDED and the reason, all else
 * untouched. Promises: it is held back here from the first moment, and until everybody knows; writes only
 * over the very definition it read. Bound: one entry a subscription; a write is given up after `triesMax`
 * tries, and then the next such answer begins anew.
 */
import type { SubscriptionId } from '@iris/common/domain/names'
import { suspendedReasonMax } from '@iris/common/domain/subscription'
import type { Log } from '@iris/common/lifecycle/log'
import type { CounterHandle } from '@iris/common/metrics/registry'
import { sleep, type Scheduler } from '@iris/common/time/scheduler'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'

export interface Suspensions {
  /** Suspends the subscription whose node is at `path`, unless that is under way. */
  suspend(id: SubscriptionId, path: string, reason: string): void
  /** It starts here anew: an earlier suspension is over, and holds it back no longer. */
  started(id: SubscriptionId): void
  /** Why nothing more is begun for it here, or null. */
  heldBack(id: SubscriptionId): string | null
}

export interface SuspensionParts {
  readonly session: Pick<ZooSession, 'read' | 'write'>
  readonly scheduler: Scheduler
  readonly log: Log
  readonly count: CounterHandle
}

/** Between tries to write, and how many. */
const retryMs = 1_000
const triesMax = 60
/** For the change to come back through the watched tree and stop the pipeline. */
const spreadMs = 10_000

/** Makes the suspensions of a process. */
export function createSuspensions(parts: SuspensionParts): Suspensions {
  const { scheduler, log, count } = parts
  const underWay = new Map<SubscriptionId, string>()

  const carryOut = async (id: SubscriptionId, path: string, reason: string): Promise<void> => {
    for (let tries = 1; tries <= triesMax; tries++) {
      try {
        if (await write(parts.session, path, reason)) {
          count.value++
          log.warn('subscription.suspended', { subscription: id, reason })
        }
        return await sleep(scheduler, spreadMs)
      } catch (error) {
        if (error instanceof NoNodeError) return
        log.warn('subscription.notSuspended', { subscription: id, tries, error })
        await sleep(scheduler, retryMs)
      }
    }
  }

  return {
    suspend(id, path, reason) {
      if (underWay.has(id)) return
      underWay.set(id, `it is being suspended: ${reason}`)
      void carryOut(id, path, reason).finally(() => underWay.delete(id))
    },
    started: id => void underWay.delete(id),
    heldBack: id => (underWay.size === 0 ? null : (underWay.get(id) ?? null)),
  }
}

/** Gives whether the state was changed: somebody may have suspended it already. */
async function write(session: SuspensionParts['session'], path: string, reason: string): Promise<boolean> {
  const node = await session.read(path)
  if (node === null) return false
  const definition = JSON.parse(node.data.toString('utf8')) as Record<string, unknown>
  if (definition['state'] === 'SUSPENDED') return false
  const suspended = {
    ...definition,
    state: 'SUSPENDED',
    suspendedReason: reason.slice(0, suspendedReasonMax),
  }
  await session.write(path, Buffer.from(JSON.stringify(suspended)), node.stat.version)
  return true
}
