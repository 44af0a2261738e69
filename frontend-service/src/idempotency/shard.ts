/**
 * One shard of keys, as its owner serves it: from a request with a key to the fate of its one message.
 * Takes requests. Gives each an outcome, a replay or a refusal.
 * Promises: of all messages with one key at most one is stored in the window, however often and wherever it
 * was tried: before a message is sent, an intent with its numbers is in the log, and whoever finds that later
 * sends under the same numbers, which Kafka stores once.
 */
import type { AppendNumbered, NumberedOutcome } from '@iris/common/kafka/numbered-append'
import type { Clock } from '@iris/common/time/clock'
import type { KeyedRequest } from './keyed-request.js'
import { stateOf, type Entry, type Ledger } from './ledger.js'
import { freeRecord, stateRecord, type Intent } from './record.js'
import { HeldBack, type ShardLog } from './shard-log.js'
import type { Slot, Slots } from './slots.js'

/** Whether a message is in its partition. `unclear`: not all that may hold it could be read. */
export type Finding = 'found' | 'absent' | 'unclear'

export interface ShardParts {
  readonly clock: Clock
  readonly log: ShardLog
  readonly slots: Slots
  readonly append: AppendNumbered
  /** Looks for a message where its intent says, among what was written since that wall time. */
  readonly find: (intent: Intent, messageId: string, sinceMs: number) => Promise<Finding>
  /** Why others may own this shard by now, or null. */
  readonly doubt: () => string | null
  readonly warn: (event: string, error: unknown) => void
}

/** How long a message that was sent is repeated. */
export interface ShardOptions {
  readonly deliveryTimeoutMs: number
}

/** Kafka forgets the numbers of a silent producer after a day; long before that nobody relies on them. */
export const numbersTrustedMs = 3_600_000

type KeyEntry = Entry<KeyedRequest>

export class Shard {
  private runningCount = 0

  constructor(
    private readonly parts: ShardParts,
    private readonly options: ShardOptions,
    private readonly ledger: Ledger<KeyedRequest>,
  ) {}

  /** Keys it knows. */
  get size(): number {
    return this.ledger.size
  }

  /** Messages whose fate is being settled. */
  get running(): number {
    return this.runningCount
  }

  take(request: KeyedRequest): void {
    const { clock, doubt, log } = this.parts
    // What this owner knows of the keys is out of date once its log is lost.
    const detail = log.isLost() ? lostOwner : doubt()
    if (detail !== null) return request.refused({ kind: 'unavailable', detail })
    const decision = this.ledger.decide(request, request, clock.now())
    if (!('entry' in decision)) return request.refused(decision)
    const { entry } = decision
    if (decision.kind === 'follow') {
      request.leaves(entry.messageId)
      decision.replaced?.done({ kind: 'unknown', detail: waitsInItsPlace })
    } else if (decision.kind === 'begin') this.run(entry, () => this.begin(entry))
    else if (decision.kind === 'resume') this.run(entry, () => this.resume(entry))
    else request.replayed(entry.messageId)
  }

  private run(entry: KeyEntry, work: () => Promise<void>): void {
    this.runningCount++
    work()
      .catch((error: unknown) => {
        this.parts.warn('idempotency.attemptFailed', error)
        this.giveUp(entry, (error as Error).message)
      })
      .finally(() => this.runningCount--)
  }

  /** The key is new, or what it stood for can never be stored: an intent, then the message. */
  private async begin(entry: KeyEntry): Promise<void> {
    const { slots } = this.parts
    const request = waiterOf(entry)
    const slot = await slots.take()
    if (slot === null) {
      this.ledger.free(entry)
      return tell(entry, waiter => waiter.refused({ kind: 'full' }))
    }
    if (!(await this.declare(entry, slot, request))) return
    if (waiterOf(entry).isAnswered()) return this.conclude(entry, slot, notSent)
    await this.send(entry, slot, request)
  }

  /** Writes the intent. False: it is not there, and the request has heard so. */
  private async declare(entry: KeyEntry, slot: Slot, request: KeyedRequest): Promise<boolean> {
    const { clock, log, slots } = this.parts
    const before = entry.intent
    try {
      const place = await request.become(entry.messageId, entry.timestampMs, null)
      const sequence = slot.nextSequences.get(nameOf(place)) ?? 0
      entry.intent = { ...place, ...slot.id, sequence }
      await log.append(stateRecord(entry.digest, stateOf(entry), clock.now()), 'beginning')
      return true
    } catch (error) {
      const isWritten = entry.intent !== before && !(error instanceof HeldBack)
      if (isWritten) slots.drop(slot)
      else {
        entry.intent = before
        slots.giveBack(slot)
      }
      this.giveUp(entry, (error as Error).message)
      return false
    }
  }

  /** There is an intent, and nobody here knows what came of it: Kafka does, by the message's numbers. */
  private async resume(entry: KeyEntry): Promise<void> {
    const { clock } = this.parts
    const intent = entry.intent as Intent
    const request = waiterOf(entry)
    await request.become(entry.messageId, entry.timestampMs, intent)
    if (clock.now() - entry.timestampMs > numbersTrustedMs) {
      const finding = await this.look(entry)
      if (finding === 'found') return this.conclude(entry, null, foundStored)
      if (finding === 'unclear') return this.leaveOpen(entry, notFoundYet)
    }
    await this.send(entry, null, request)
  }

  private async send(entry: KeyEntry, slot: Slot | null, request: KeyedRequest): Promise<void> {
    const { append, clock } = this.parts
    const { kafkaTopic, partition, producerId, producerEpoch, sequence } = entry.intent as Intent
    waiterOf(entry).leaves(entry.messageId)
    const outcome = await append({
      ...{ topic: kafkaTopic, partition, records: [request.record()] },
      numbers: { producerId, producerEpoch, baseSequence: sequence },
      deadlineMs: clock.monotonic() + this.options.deliveryTimeoutMs,
    })
    if (outcome.kind === 'superseded') return this.lookAfter(entry, slot)
    // Only the first to send knows that nobody else has sent under these numbers.
    if (slot === null && outcome.kind === 'notStored') return this.leaveOpen(entry, outcome.detail)
    await this.conclude(entry, slot, outcome)
  }

  /** The numbers can never be stored any more, so that what the partition holds now is the whole truth. */
  private async lookAfter(entry: KeyEntry, slot: Slot | null): Promise<void> {
    if (slot !== null) this.parts.slots.drop(slot)
    const finding = await this.look(entry)
    if (finding === 'found') return this.conclude(entry, null, foundStored)
    if (finding === 'unclear') return this.leaveOpen(entry, notFoundYet)
    await this.begin(entry)
  }

  private async conclude(entry: KeyEntry, slot: Slot | null, outcome: Settled): Promise<void> {
    const intent = entry.intent as Intent
    if (outcome.kind === 'stored') {
      entry.state = 'stored'
      entry.intent = null
      const { partition } = intent
      tell(entry, waiter => waiter.done({ kind: 'stored', partition, offset: outcome.offset }))
      await this.writeDown(entry, slot, intent)
    } else if (outcome.kind === 'unknown') {
      if (slot !== null) this.parts.slots.drop(slot)
      this.leaveOpen(entry, outcome.detail)
    } else {
      tell(entry, waiter => waiter.done(outcome))
      if (await this.writeDown(entry, slot, intent)) this.free(entry)
      else this.leaveOpen(entry, notFoundYet)
    }
  }

  /** Writes what became of the message. Only then may its numbers' slot be used for another. */
  private async writeDown(entry: KeyEntry, slot: Slot | null, intent: Intent): Promise<boolean> {
    const { clock, log, slots } = this.parts
    const isStored = entry.state === 'stored'
    const nowMs = clock.now()
    const record = isStored
      ? stateRecord(entry.digest, stateOf(entry), nowMs)
      : freeRecord(entry.digest, nowMs)
    try {
      await log.append(record, 'outcome')
      if (slot !== null) {
        if (isStored) slot.nextSequences.set(nameOf(intent), intent.sequence + 1)
        slots.giveBack(slot)
      }
      return true
    } catch {
      // The log's owner has been told; the next one finds the intent and asks Kafka.
      if (slot !== null) slots.drop(slot)
      return false
    }
  }

  /** The key may be used anew; who came meanwhile is the first to do so. */
  private free(entry: KeyEntry): void {
    const { waiter } = entry
    this.ledger.free(entry)
    entry.waiter = null
    if (waiter !== null) this.take(waiter)
  }

  /** Not now: without an intent in the log the key was never used, with one the next request asks Kafka. */
  private giveUp(entry: KeyEntry, detail: string): void {
    if (entry.intent === null) this.ledger.free(entry)
    else entry.state = 'open'
    tell(entry, waiter => waiter.refused({ kind: 'unavailable', detail }))
  }

  /** The next request with the key goes on from here. */
  private leaveOpen(entry: KeyEntry, detail: string): void {
    entry.state = 'open'
    tell(entry, waiter => waiter.done({ kind: 'unknown', detail }))
  }

  private look(entry: KeyEntry): Promise<Finding> {
    return this.parts.find(entry.intent as Intent, entry.messageId, entry.timestampMs)
  }
}

type Settled = Exclude<NumberedOutcome, { kind: 'superseded' }>

const foundStored: Settled = { kind: 'stored', offset: -1 }
const notSent: Settled = { kind: 'notStored', cause: 'deadline', detail: 'its sender was answered before' }
const lostOwner = 'another frontend takes over the keys that this one belongs to'
const waitsInItsPlace = 'a later request with the same key waits in its place'
const notFoundYet = 'an earlier try with this key may have stored it, and Kafka is still being searched'

function waiterOf(entry: KeyEntry): KeyedRequest {
  return entry.waiter as KeyedRequest
}

/** The last word to who waits. */
function tell(entry: KeyEntry, say: (waiter: KeyedRequest) => void): void {
  const { waiter } = entry
  entry.waiter = null
  if (waiter !== null) say(waiter)
}

function nameOf({ kafkaTopic, partition }: { kafkaTopic: string; partition: number }): string {
  return `${kafkaTopic}/${partition}`
}
