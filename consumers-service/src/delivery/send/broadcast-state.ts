// pure
/**
 * What a message has come to at each of its targets, over all attempts.
 * Takes the verdict on each request. Gives the targets that still want it, and the verdict on the attempt.
 * Promises: who took, refused or forgot the message is not called again; a message that somebody refused is
 * never delivered, however the others took it: it becomes a dead letter once nobody is left to be tried.
 */
import type { Failure, Verdict } from '../judge.js'

export interface BroadcastState {
  /** Whether this target is still to be called. */
  wants(id: string): boolean
  /** Notes a verdict; `uri` names the target in reasons. */
  ended(target: { readonly id: string; readonly uri: string }, verdict: Verdict): void
  /** The verdict on the attempt whose requests have all ended; the next attempt begins. */
  conclude(): Verdict
}

interface Sentence {
  readonly uri: string
  readonly failure: Failure
}

/** Hermes' words for an attempt that had nobody to call. */
const nobody: Verdict = {
  kind: 'retry',
  reason: 'Empty children message results',
  cause: 'other',
  status: null,
  retryAfterMs: null,
  isCounted: true,
}

/** A message that nobody has had yet. */
export function createBroadcastState(): BroadcastState {
  const taken = new Set<string>()
  const refused = new Map<string, Sentence>()
  const forgotten = new Map<string, Sentence>()
  let failed: Sentence[] = []

  return {
    wants: id => !taken.has(id) && !refused.has(id) && !forgotten.has(id),
    ended({ id, uri }, verdict) {
      if (verdict.kind === 'delivered') return void taken.add(id)
      const sentence = { uri, failure: verdict }
      if (verdict.kind === 'dead') refused.set(id, sentence)
      else if (verdict.kind === 'discard') forgotten.set(id, sentence)
      else failed.push(sentence)
    },
    conclude() {
      const present = failed
      failed = []
      const pausing = present.filter(each => each.failure.kind === 'pause')
      if (pausing.length > 0) return { kind: 'pause', ...inSum(pausing) }
      if (present.length > 0) return again(present, [...refused.values()])
      if (refused.size > 0) return { kind: 'dead', ...inSum([...refused.values()]) }
      if (forgotten.size > 0) return { kind: 'discard', ...inSum([...forgotten.values()]) }
      return taken.size > 0 ? { kind: 'delivered' } : nobody
    },
  }
}

/** The retry of those that failed; who refused for good is named beside them. */
function again(failed: readonly Sentence[], refused: readonly Sentence[]): Verdict {
  const waitsMs = failed.flatMap(({ failure }) =>
    failure.kind === 'retry' ? (failure.retryAfterMs ?? []) : [],
  )
  return {
    kind: 'retry',
    ...inSum([...failed, ...refused]),
    retryAfterMs: waitsMs.length > 0 ? Math.min(...waitsMs) : null,
    isCounted: failed.some(({ failure }) => failure.kind !== 'retry' || failure.isCounted),
  }
}

/** The highest status, every reason, and the first cause that is not a fault of ours, where there is one. */
function inSum(sentences: readonly Sentence[]): Pick<Failure, 'reason' | 'cause' | 'status'> {
  const statuses = sentences.flatMap(({ failure }) => failure.status ?? [])
  const causes = sentences.map(({ failure }) => failure.cause)
  return {
    cause: causes.find(cause => cause !== 'ownFault') ?? causes[0] ?? 'other',
    reason: sentences.map(({ uri, failure }) => `${uri}:${failure.reason}`).join(';'),
    status: statuses.length > 0 ? Math.max(...statuses) : null,
  }
}
