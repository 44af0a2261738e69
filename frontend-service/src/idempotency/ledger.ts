// pure
/**
 * The keys of one shard and what became of their messages.
 * Takes keys as they come, and outcomes. Gives what to do with a request.
 * Promises: of the requests with one key, one at a time is told to begin or resume; a key is forgotten only
 * when its window has passed or nothing was stored under it. Bound: `entriesMax` keys.
 */
import type { Intent, KeyState } from './record.js'

/**
 * - `running`: a request with the key is on its way into Kafka
 * - `open`: it was on its way, and nobody here knows how far it came
 * - `stored`: Kafka has the message
 */
export type EntryState = 'running' | 'open' | 'stored'

/** A key in use. `W` is who waits for the outcome. */
export interface Entry<W> {
  readonly digest: string
  readonly fingerprint: string
  readonly timestampMs: number
  readonly untilMs: number
  messageId: string
  state: EntryState
  /** Null before the first record of the key was written, and again once the message is stored. */
  intent: Intent | null
  waiter: W | null
}

/**
 * - `begin`: the key is new: append the message
 * - `resume`: find out whether the message is stored, and append it if not
 * - `follow`: an earlier request is on its way and its sender has stopped waiting: wait for its outcome in
 *   the place of `replaced`, who will hear of it from nobody else
 * - `replay`: the message is stored: answer as before
 * - `busy`, `differs`, `full`: refusals
 */
export type Decision<W> =
  | { readonly kind: 'begin' | 'resume' | 'replay'; readonly entry: Entry<W> }
  | { readonly kind: 'follow'; readonly entry: Entry<W>; readonly replaced: W | null }
  | { readonly kind: 'busy' | 'differs' | 'full' }

/** The bounds of a ledger, and who waits. */
export interface LedgerOptions<W> {
  readonly entriesMax: number
  readonly windowMs: number
  /** Whether somebody still waits for the outcome; who was answered does not. */
  readonly isWaiting: (waiter: W) => boolean
}

/** What a request says. */
export interface Claim {
  readonly digest: string
  readonly fingerprint: string
  /** The id its message would have. */
  readonly messageId: string
}

export class Ledger<W> {
  /** In the order of their first use, which is nearly the order of their end. */
  private readonly entries = new Map<string, Entry<W>>()

  constructor(private readonly options: LedgerOptions<W>) {}

  get size(): number {
    return this.entries.size
  }

  /** Takes in a state as the log has it; a later one of the same key replaces it. */
  restore(digest: string, state: KeyState, nowMs: number): void {
    if (state.untilMs <= nowMs) return void this.entries.delete(digest)
    this.entries.set(digest, {
      ...{ digest, fingerprint: state.fingerprint, messageId: state.messageId },
      ...{ timestampMs: state.timestampMs, untilMs: state.untilMs, intent: state.intent },
      ...{ state: state.intent === null ? 'stored' : 'open', waiter: null },
    })
  }

  /** The log says that nothing was stored under the key. */
  forget(digest: string): void {
    this.entries.delete(digest)
  }

  /** Decides on a request, and makes it the one that is waited for where it is to go on. */
  decide(claim: Claim, waiter: W, nowMs: number): Decision<W> {
    this.expire(nowMs)
    const entry = this.entries.get(claim.digest)
    if (entry === undefined || (entry.untilMs <= nowMs && entry.state !== 'running'))
      return this.begin(claim, waiter, nowMs)
    if (entry.fingerprint !== claim.fingerprint) return { kind: 'differs' }
    if (entry.state === 'stored') return { kind: 'replay', entry }
    if (entry.waiter !== null && this.options.isWaiting(entry.waiter)) return { kind: 'busy' }
    const { state, waiter: replaced } = entry
    entry.waiter = waiter
    entry.state = 'running'
    return state === 'open' ? { kind: 'resume', entry } : { kind: 'follow', entry, replaced }
  }

  /** Nothing was stored under the key, now or later. */
  free(entry: Entry<W>): void {
    if (this.entries.get(entry.digest) === entry) this.forget(entry.digest)
  }

  private begin(claim: Claim, waiter: W, nowMs: number): Decision<W> {
    this.entries.delete(claim.digest)
    if (this.entries.size >= this.options.entriesMax) return { kind: 'full' }
    const untilMs = nowMs + this.options.windowMs
    // Member by member: a claim may be a whole request, which must not stay in memory for the window.
    const { digest, fingerprint, messageId } = claim
    const entry: Entry<W> = {
      ...{ digest, fingerprint, messageId, timestampMs: nowMs, untilMs },
      ...{ state: 'running', intent: null, waiter },
    }
    this.entries.set(claim.digest, entry)
    return { kind: 'begin', entry }
  }

  private expire(nowMs: number): void {
    for (const [digest, { untilMs, state }] of this.entries) {
      if (untilMs > nowMs || state === 'running') return
      this.entries.delete(digest)
    }
  }
}

/** The state of an entry as the log has to keep it. */
export function stateOf(entry: Entry<unknown>): KeyState {
  const { fingerprint, messageId, timestampMs, untilMs, intent } = entry
  return { fingerprint, messageId, timestampMs, untilMs, intent }
}
