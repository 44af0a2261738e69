/**
 * What takes a message out of a log entry, by the content type of its topic and of its subscription.
 * Takes entries. Gives their content: plain for JSON topics; for AVRO topics the record as JSON or as it is.
 * Promises: an entry whose schema the registry cannot give now is not opened and not lost: it waits, and so
 * does its partition; an entry that no schema can read is a problem with its reason, never a throw.
 */
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { openEnvelope } from '@iris/common/kafka/envelope'
import { openAvroEntry, schemaIdOf, schemaVersionOf } from '@iris/common/kafka/open-avro'
import { openEntry, unreadableContent, type LetterContent } from '@iris/common/kafka/open-entry'
import type { OpenRegistry } from '@iris/common/schema/open'
import type { KnownSchema } from '@iris/common/schema/schemas'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { DeliveryPlan } from './plan.js'

export interface Opener {
  /** Whether all is at hand to open it. Otherwise it is asked for, and `ready` is called in the end. */
  canOpen(entry: LogEntry): boolean
  open(entry: LogEntry): LetterContent
  /** Why entries wait, in plain words, or null. */
  waitsFor(): string | null
  update(plan: DeliveryPlan): void
  stop(): void
}

export interface OpenerParts {
  readonly scheduler: Scheduler
  /** Null where none is configured. */
  readonly registry: OpenRegistry | null
  /** Whether records are read by the schema's number in the registry where they have no version. */
  readonly areIdsUsed: boolean
  /** A header line that HTTP cannot carry was left out. */
  dropped(): void
  /** Entries that could not be opened may be now. */
  ready(): void
}

/** Between two questions for a schema that the registry did not give. */
const askAgainMs = 1_000

/** Makes the opener of a subscription. */
export function createOpener(parts: OpenerParts, firstPlan: DeliveryPlan): Opener {
  const { registry, scheduler, dropped } = parts
  let plan = firstPlan
  let reason: string | null = null
  let isAsking = false
  let cancel: Cancel | null = null
  let isStopped = false

  const schemaOf = (entry: LogEntry): KnownSchema | undefined => {
    const subject = registry?.subjectOf(plan.topic) ?? ''
    const version = schemaVersionOf(entry)
    if (version !== null) return registry?.schemas.known(subject, version)
    const id = parts.areIdsUsed ? schemaIdOf(entry) : null
    return id === null ? undefined : registry?.schemas.knownById(subject, id)
  }
  const hasSchema = (entry: LogEntry): boolean =>
    plan.isAvroTopic &&
    entry.problem === null &&
    (schemaVersionOf(entry) !== null || (parts.areIdsUsed && schemaIdOf(entry) !== null))

  const ask = async (entry: LogEntry): Promise<void> => {
    if (registry === null || isAsking) return
    isAsking = true
    const subject = registry.subjectOf(plan.topic)
    const version = schemaVersionOf(entry)
    const { schemas } = registry
    const answer = await (version === null
      ? schemas.loadById(subject, schemaIdOf(entry) ?? 0)
      : schemas.load(subject, version))
    const again = (): void => {
      isAsking = false
      parts.ready()
    }
    if (isStopped) return
    reason = 'absence' in answer ? answer.detail : null
    if (reason === null) again()
    else cancel = scheduler.after(askAgainMs, again)
  }
  return {
    canOpen(entry) {
      if (!hasSchema(entry) || schemaOf(entry) !== undefined) return true
      void ask(entry)
      return false
    },
    open(entry) {
      if (!plan.isAvroTopic) return openEntry(entry, dropped)
      const known = hasSchema(entry) ? schemaOf(entry) : undefined
      if (known !== undefined) return openAvroEntry(entry, known, plan.isAvroWanted, dropped)
      // Dead letters in their delivered form, and what a topic held before it became AVRO.
      if (entry.problem !== null || entry.value === null || openEnvelope(entry.value) !== 'raw')
        return openEntry(entry, dropped)
      return unreadableContent(entry, '', 'the record says no schema version (Kafka header sv)')
    },
    waitsFor: () => (reason === null ? null : `its messages wait for their schema: ${reason}`),
    update(next) {
      plan = next
    },
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}
