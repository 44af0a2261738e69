/**
 * What becomes of a task's messages, told to its ledger and to the traces.
 * Takes the events of a pipeline. Promises: never waits and never throws, as any journal.
 */
import type { TaskFailure } from '@iris/common/tasks/task'
import { failureReasonMax } from '@iris/common/tasks/task'
import type { DeliveryJournal } from '../delivery/journal.js'
import type { Letter } from '../delivery/letter.js'
import type { Ledger } from './ledger.js'
import { publishedPlace } from './redrive-entry.js'

export interface TaskJournalParts {
  readonly ledger: Ledger
  /** Writes traces. */
  readonly inner: DeliveryJournal
  /** The range that a partition is read for. */
  rangeOf(partition: number): number
  /** Whether what fails becomes a dead letter. */
  readonly buries: boolean
}

/** Makes the journal of a task. */
export function createTaskJournal({ ledger, inner, rangeOf, buries }: TaskJournalParts): DeliveryJournal {
  const done = ({ work, entry }: Letter): void => ledger.done(rangeOf(work.partition), entry.offset)
  return {
    update: plan => inner.update(plan),
    read(letter) {
      letter.published = publishedPlace(letter.entry)
      inner.read(letter)
    },
    filtered(letter, by) {
      ledger.filtered(rangeOf(letter.work.partition), letter.entry.offset)
      inner.filtered(letter, by)
    },
    failed: (letter, failure) => inner.failed(letter, failure),
    delivered(letter) {
      done(letter)
      inner.delivered(letter)
    },
    discarded(letter, reason) {
      done(letter)
      inner.discarded(letter, reason)
    },
    buried(letter, reason, deadOffset) {
      ledger.failed(rangeOf(letter.work.partition), letter.entry.offset, failureOf(letter, reason))
      if (buries) inner.buried(letter, reason, deadOffset)
    },
  }
}

function failureOf({ work, entry, content }: Letter, reason: string): TaskFailure {
  return {
    id: `${work.partition}-${entry.offset}`,
    messageId: content.messageId,
    reason: reason.slice(0, failureReasonMax),
  }
}
