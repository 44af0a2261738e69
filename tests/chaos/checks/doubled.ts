// pure
/**
 * Doubled: one message that Kafka holds twice.
 * The lanes promise this away even when answers get lost, and a key promises it away even when publishers
 * repeat themselves. Excused is only what is documented: a process died between Kafka's word and its note of
 * it, for messages from the spool and for those that waited for their time.
 */
import { never } from '../columns.js'
import { collectFindings, type Findings } from '../findings.js'
import { type FaultSpan, type JoinedRun, type StoredRecord } from '../joined-run.js'
import { ways } from '../ways.js'
import { commitless, onTheLink } from './repeated.js'

/** By way: the faults after which a message may be in Kafka once more. */
const excuses: Readonly<Record<number, ReadonlySet<string>>> = {
  [ways.spooled]: new Set(['frontend-kill']),
  [ways.scheduled]: new Set(['consumers-kill', 'consumers-leader-kill', 'consumers-pause']),
}

/** Kafka knows no repeat of a batch whose producer it has forgotten, so what is repeated then is stored. */
const forgotten = 'producer-ids-lost'

export function findDoubled(run: JoinedRun): Findings {
  const findings = collectFindings('doubled')
  const first = new Map<number, StoredRecord>()
  for (const each of run.log) {
    const earlier = first.get(each.id)
    if (earlier === undefined) {
      first.set(each.id, each)
      continue
    }
    if (earlier.messageId === each.messageId && run.faults.some(fault => isExcuse(run, fault, each.id)))
      continue
    const places = [earlier, each].map(place => `${place.partition}/${place.offset}`).join(' and ')
    findings.add(each.id, -1, () => `stored twice, at partition/offset ${places}`)
  }
  return findings.done()
}

/** It hit the message between its acceptance and the note of its end. */
function isExcuse(run: JoinedRun, { kind, begin, end }: FaultSpan, id: number): boolean {
  const isForgotten = kind === forgotten && begin <= run.messages.closedAt.get(id) + run.plan.graceMs
  if (excuses[run.messages.way.get(id)]?.has(kind) !== true && !isForgotten) return false
  if (end < run.messages.invokedAt.get(id) || end < run.messages.dueAt.get(id)) return false
  const arrivals = run.settlements.map(each => each.firstArrivalAt.get(id)).filter(at => at !== never)
  return arrivals.length === 0 || begin <= notedBy(run, Math.min(...arrivals))
}

/** Soon after its first arrival; while Kafka, or its word, is away, nobody can note anything. */
function notedBy({ plan, faults }: JoinedRun, arrivedAt: number): number {
  let until = arrivedAt + plan.commitLagMs
  for (const { kind, begin, end } of faults) {
    if (wordless.has(kind) && begin <= until && end >= arrivedAt)
      until = Math.max(until, end + plan.commitLagMs)
  }
  return until
}

const wordless: ReadonlySet<string> = new Set([...commitless, ...onTheLink])
