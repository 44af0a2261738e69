/**
 * Deliveries to targets that are found message by message: to one of them in turn, or to all of them.
 * Takes a letter. Gives requests to the targets that the resolver names, and the letter what came of them.
 * Promises: an attempt without a target fails like one that could not connect; a target that has just failed
 * is passed over; a changed plan keeps what it does not change, connections and turns.
 */
import { sameTargets } from '@iris/common/domain/targets'
import type { AttemptResult, Sending } from '@iris/common/http/client'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { Letter } from '../letter.js'
import type { SerialPlan } from '../plan.js'
import { broadcast } from './broadcast.js'
import { createDress, type Dress } from './dress.js'
import { createResolver, type AddressResolver, type ResolutionFailure } from './resolver.js'
import type { SenderParts, SendingWay } from './sender.js'
import { TargetAttempt } from './target-attempt.js'
import { createTargetPool, hostOf, type TargetPool } from './target-pool.js'

interface Prepared {
  readonly plan: SerialPlan
  readonly dress: Dress
  readonly pool: TargetPool
  readonly resolver: AddressResolver
}

/** Makes the sender of a subscription whose targets are not one fixed endpoint. */
export function createTargetedSender(parts: SenderParts, firstPlan: SerialPlan): SendingWay {
  let prepared = prepare(parts, firstPlan, null)
  return {
    send(letter) {
      prepared.dress(letter)
      if (prepared.plan.mode === 'BROADCAST') sendToAll(parts, prepared, letter)
      else sendToOne(parts, prepared, letter)
    },
    update(next) {
      prepared = prepare(parts, next, prepared)
    },
    retire: () => prepared.pool.retire(),
    stop: () => prepared.pool.close(),
  }
}

function sendToOne({ clock, scheduler }: SenderParts, { pool, resolver }: Prepared, letter: Letter): void {
  const search = new Search(letter)
  resolver.resolve(letter.content, clock.monotonic(), found => {
    if (!search.end()) return
    if ('problem' in found) return fail(letter, found)
    const attempt = new TargetAttempt(letter, result => {
      resolver.ended(found, isGood(result), clock.monotonic())
      letter.done(result)
    })
    letter.remoteHosts = hostOf(found)
    letter.sending = attempt
    attempt.send(found.path, pool.get(found))
  })
  search.mayTake(scheduler, letter.timeoutMs)
}

function sendToAll({ scheduler }: SenderParts, { pool, resolver }: Prepared, letter: Letter): void {
  const search = new Search(letter)
  resolver.resolveAll(letter.content, found => {
    if (!search.end()) return
    if ('problem' in found) fail(letter, found)
    else broadcast(letter, found, pool)
  })
  search.mayTake(scheduler, letter.timeoutMs)
}

/** The search for targets, where it does not end at once: it has the time of a whole attempt. */
class Search implements Sending {
  private isOver = false
  private cancelTimer: Cancel | null = null

  constructor(private readonly letter: Letter) {}

  mayTake(scheduler: Scheduler, timeoutMs: number): void {
    if (this.isOver) return
    this.letter.sending = this
    this.cancelTimer = scheduler.after(timeoutMs, () => {
      if (!this.end()) return
      this.letter.done({
        kind: 'timeout',
        afterMs: timeoutMs,
        detail: `Total timeout ${timeoutMs} ms elapsed`,
      })
    })
  }

  /** Says that it is over; false where it was before: cancelled, or too late. */
  end(): boolean {
    if (this.isOver) return false
    this.isOver = true
    this.cancelTimer?.()
    return true
  }

  cancel(): void {
    this.end()
  }
}

/** Ends an attempt without a request; later, never within `send`. */
function fail(letter: Letter, { problem, isOurFault }: ResolutionFailure): void {
  const attempt = new TargetAttempt(letter, result => letter.done(result))
  letter.sending = attempt
  queueMicrotask(() => attempt.done({ kind: 'error', detail: problem, isOurFault }))
}

/** Whether the target may have the next turn: it answered, and did not say that it cannot cope. */
function isGood(result: AttemptResult): boolean {
  return result.kind === 'answer' && result.status < 500 && result.status !== 429
}

function prepare(parts: SenderParts, plan: SerialPlan, former: Prepared | null): Prepared {
  const { targets, httpVersion, policy } = plan
  if (targets.kind === 'fixed') throw new Error('A fixed endpoint needs no resolver')
  const isSamePool =
    former !== null &&
    former.plan.httpVersion === httpVersion &&
    former.plan.policy.inflightMax === policy.inflightMax
  if (former !== null && !isSamePool) former.pool.retire()
  return {
    plan,
    dress: createDress(plan, parts),
    pool: isSamePool ? former.pool : createTargetPool(parts.client, policy.inflightMax, httpVersion),
    resolver:
      former !== null && sameTargets(former.plan.targets, targets)
        ? former.resolver
        : createResolver(parts.names, targets, plan.endpointText),
  }
}
