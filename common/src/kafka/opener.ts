/**
 * What takes a message out of a log entry, by the content type of its topic and of its reader.
 * Takes entries. Gives their content: plain for JSON topics; for AVRO topics the record as JSON or as it is.
 * Promises: an entry whose schema the registry cannot give now is not opened and not lost: it waits, and so
 * does its partition. An entry that no schema can read, or whose version the registry denies for `deniedMs`,
 * is a problem with its reason, never a throw. Bound: `missingMax` schemas that are waited for.
 */
import type { LogEntry } from './log-entry.js'
import { openEnvelope } from './envelope.js'
import { openAvroEntry, schemaIdOf, schemaVersionOf } from './open-avro.js'
import { headersOf, openEntry, unreadableContent, type LetterContent } from './open-entry.js'
import { noRegistry, type OpenRegistry } from '../schema/open.js'
import type { KnownSchema, SchemaAnswer } from '../schema/schemas.js'
import type { Clock } from '../time/clock.js'
import type { Cancel, Scheduler } from '../time/scheduler.js'

export interface Opener {
  /** Whether all is at hand to open it. Otherwise it is asked for, and `ready` is called in the end. */
  canOpen(entry: LogEntry): boolean
  open(entry: LogEntry): LetterContent
  /** Why these wait that could not be opened, in plain words; null where none still does. */
  waitsFor(entries: Iterable<LogEntry>): string | null
  update(plan: OpenerPlan): void
  stop(): void
}

export interface OpenerParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Null where none is configured. */
  readonly registry: OpenRegistry | null
  /** Whether records are read by the schema's number in the registry where they have no version. */
  readonly areIdsUsed: boolean
  /** A record of an AVRO topic was read, or was to be and could not. */
  avroRead(isById: boolean, isProblem: boolean): void
  /** A header line that HTTP cannot carry was left out. */
  dropped(): void
  /** Entries that could not be opened may be now. */
  ready(): void
}

/** What is to be made of a topic's entries. */
export interface OpenerPlan {
  /** The topic's name, by which the registry knows its schemas. */
  readonly topic: string
  readonly isAvroTopic: boolean
  /** Whether records of an AVRO topic are wanted as they are, and not as JSON. */
  readonly isAvroWanted: boolean
}

/** Between two questions for a schema that the registry did not give. */
const askAgainMs = 1_000
/**
 * After the registry has said twice, so far apart, that there is no such schema, there is none: a version is
 * in the registry before a record names it, and its replicas lag by seconds.
 */
const deniedMs = 60_000
/** A partition waits for one at a time; more are those that were waited for before. */
const missingMax = 1_000

/** What a record says of its schema: the version, or the number in the whole registry. */
interface Wanted {
  readonly version: number | null
  readonly id: number
}

/** A schema that was asked for and is not known. */
interface Missing {
  isAsked: boolean
  /** The registry's last words of it; null before there are any. */
  reason: string | null
  deniedSinceMs: number | null
  /** Nobody waits for it any longer. */
  isLost: boolean
  cancel: Cancel | null
}

/** Makes the opener of a subscription, or of another reader of a topic. */
export function createOpener(parts: OpenerParts, firstPlan: OpenerPlan): Opener {
  const { registry, clock, scheduler, dropped, avroRead } = parts
  const missing = new Map<string, Missing>()
  let plan = firstPlan
  let isStopped = false

  const wantedOf = (entry: LogEntry): Wanted | null => {
    if (!plan.isAvroTopic || entry.problem !== null) return null
    const version = schemaVersionOf(entry)
    if (version !== null) return { version, id: 0 }
    const id = parts.areIdsUsed ? schemaIdOf(entry) : null
    return id === null ? null : { version, id }
  }
  const known = ({ version, id }: Wanted): KnownSchema | undefined => {
    if (registry === null) return undefined
    const subject = registry.subjectOf(plan.topic)
    const { schemas } = registry
    return version === null ? schemas.knownById(subject, id) : schemas.known(subject, version)
  }
  const load = ({ schemas, subjectOf }: OpenRegistry, { version, id }: Wanted): Promise<SchemaAnswer> => {
    const subject = subjectOf(plan.topic)
    return version === null ? schemas.loadById(subject, id) : schemas.load(subject, version)
  }
  const missingOf = (key: string): Missing => {
    const present = missing.get(key)
    if (present !== undefined) return present
    const [oldest] = missing.keys()
    if (missing.size >= missingMax && oldest !== undefined) forget(oldest)
    const made = { isAsked: false, reason: null, deniedSinceMs: null, isLost: false, cancel: null }
    missing.set(key, made)
    return made
  }
  const forget = (key: string): void => {
    missing.get(key)?.cancel?.()
    missing.delete(key)
  }

  const ask = async (from: OpenRegistry, wanted: Wanted): Promise<void> => {
    const key = keyOf(wanted)
    const schema = missingOf(key)
    if (schema.isAsked) return
    schema.isAsked = true
    const answer = await load(from, wanted)
    if (isStopped) return
    if (!('absence' in answer)) {
      forget(key)
      return parts.ready()
    }
    const nowMs = clock.monotonic()
    schema.reason = answer.detail
    if (answer.isCertain) schema.deniedSinceMs ??= nowMs
    schema.isLost = answer.isCertain && nowMs - (schema.deniedSinceMs ?? nowMs) >= deniedMs
    schema.cancel = scheduler.after(askAgainMs, () => {
      schema.isAsked = false
      parts.ready()
    })
    if (schema.isLost) parts.ready()
  }
  return {
    canOpen(entry) {
      const wanted = wantedOf(entry)
      if (wanted === null) return true
      if (known(wanted) !== undefined) {
        if (missing.size > 0) forget(keyOf(wanted))
        return true
      }
      // What was lost may be there again: it is asked for beside the dead letters.
      if (registry !== null) void ask(registry, wanted)
      return missing.get(keyOf(wanted))?.isLost ?? false
    },
    open(entry) {
      if (!plan.isAvroTopic) return openEntry(entry, dropped)
      const wanted = wantedOf(entry)
      const schema = wanted === null ? undefined : known(wanted)
      if (wanted !== null && schema !== undefined) {
        const content = openAvroEntry(entry, schema, plan.isAvroWanted, dropped)
        avroRead(wanted.version === null, content.problem !== null)
        return content
      }
      if (wanted !== null) {
        avroRead(wanted.version === null, true)
        const { messageId, lines, event } = headersOf(entry, dropped)
        const reason = missing.get(keyOf(wanted))?.reason ?? noRegistry
        return { ...unreadableContent(entry, messageId ?? '', reason), propagated: lines, event }
      }
      // Dead letters in their delivered form, and what a topic held before it became AVRO.
      if (entry.problem !== null || entry.value === null || openEnvelope(entry.value) !== 'raw')
        return openEntry(entry, dropped)
      return unreadableContent(entry, '', 'the record says no schema version (Kafka header sv)')
    },
    waitsFor(entries) {
      for (const entry of entries) {
        const wanted = wantedOf(entry)
        if (wanted === null || known(wanted) !== undefined) continue
        const reason = missing.get(keyOf(wanted))?.reason ?? 'the registry is being asked'
        return `its messages wait for their schema: ${registry === null ? noRegistry : reason}`
      }
      return null
    },
    update(next) {
      plan = next
    },
    stop() {
      isStopped = true
      for (const key of [...missing.keys()]) forget(key)
    },
  }
}

function keyOf({ version, id }: Wanted): string {
  return version === null ? `id ${id}` : `version ${version}`
}
