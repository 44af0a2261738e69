/**
 * One attempt at all targets of a message that still want it.
 * Takes the letter and its targets. Gives one request to each, side by side; the letter hears of each as it
 * ends, and of the whole when the last has.
 * Promises: the message holds one place in flight, however many requests that is; what a target has come to
 * is kept on the letter, in memory: after a restart all may be called again.
 */
import type { Sending } from '@iris/common/http/client'
import type { Letter } from '../letter.js'
import { createBroadcastState, type BroadcastState } from './broadcast-state.js'
import type { ResolvedTarget } from './resolver.js'
import { TargetAttempt } from './target-attempt.js'
import { hostOf, type TargetPool } from './target-pool.js'

/** Begins the attempt. */
export function broadcast(letter: Letter, targets: readonly ResolvedTarget[], pool: TargetPool): void {
  const state = (letter.broadcast ??= createBroadcastState())
  const wanting = targets.filter(({ id }) => state.wants(id))
  const round = new Round(letter, state, wanting.length)
  letter.sending = round
  if (wanting.length === 0) return queueMicrotask(() => round.conclude())
  letter.remoteHosts = wanting.map(hostOf).join(',')
  letter.addRequests(wanting.length - 1)
  for (const target of wanting) round.send(target, pool)
}

/** The requests of one attempt. */
class Round implements Sending {
  private readonly requests: Sending[] = []
  private isOver = false

  constructor(
    private readonly letter: Letter,
    private readonly state: BroadcastState,
    private leftCount: number,
  ) {}

  send(target: ResolvedTarget, pool: TargetPool): void {
    const { letter, state } = this
    const request = new TargetAttempt(letter, result => {
      state.ended({ id: target.id, uri: uriOf(target) }, letter.requestEnded(result))
      if (--this.leftCount === 0) this.conclude()
    })
    this.requests.push(request)
    request.send(target.path, pool.get(target))
  }

  conclude(): void {
    if (this.isOver) return
    this.isOver = true
    this.letter.judged(this.state.conclude())
  }

  cancel(): void {
    this.isOver = true
    for (const request of this.requests) request.cancel()
  }
}

/** The target as reasons name it. */
function uriOf({ origin, place, path }: ResolvedTarget): string {
  if (place === null) return origin + path
  return `${origin.split('//', 1)[0] ?? ''}//${place.host}:${place.port}${path}`
}
