/**
 * The schemas of subjects as a process knows them: versions and compiled texts.
 * Takes subjects and versions. Gives a schema at once where it is known, otherwise when the registry has
 * said. Promises: one question of a kind at a time; while the registry is down, what is known stays in use
 * until it is `expireMs` old; who asks what is not known hears so within the registry's limit.
 * Bounds: `subjectsMax` subjects, `compiledMax` schemas; beyond it those unused for longest are forgotten.
 */
import type { Log } from '../lifecycle/log.js'
import type { Clock } from '../time/clock.js'
import { compileAvroSchema, type AvroSchema } from './avro/schema.js'
import type { RegisteredSchema, Registry } from './registry.js'

/** A version of a subject, ready for messages. */
export interface KnownSchema {
  readonly version: number
  readonly id: number
  readonly schema: AvroSchema
}

/** `noVersion`: the registry has others. `unavailable`: it has none, cannot be asked, or holds no schema. */
export type SchemaAnswer = KnownSchema | SchemaAbsence
export interface SchemaAbsence {
  readonly absence: 'noVersion' | 'unavailable'
  /**
   * Whether the registry was asked, has other schemas of the subject, and this one not, or not as one of
   * Avro. A registry without the subject may be the wrong one, or have lost what it had.
   */
  readonly isCertain: boolean
  readonly detail: string
}

export interface Schemas {
  /** A version, the latest for null, where it is known and not too old. */
  known(subject: string, version: number | null): KnownSchema | undefined
  /** The same, asking the registry where need be. Never rejects. */
  load(subject: string, version: number | null): Promise<SchemaAnswer>
  /** By the schema's number in the whole registry. */
  knownById(subject: string, id: number): KnownSchema | undefined
  loadById(subject: string, id: number): Promise<SchemaAnswer>
  /** The versions may have changed: what is known is asked for again, and used until then. */
  refresh(subject: string): void
  /** The subject is gone; one of the same name begins anew. */
  forget(subject: string): void
}

export interface SchemasParts {
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Log
}

export interface SchemasOptions {
  /** A list of versions this old is asked for again, beside its use. */
  readonly refreshMs: number
  /** A list of versions this old is used no longer. */
  readonly expireMs: number
  /** A compiled schema that nobody used for so long is forgotten. */
  readonly compiledIdleMs: number
  readonly compiledMax: number
}

const subjectsMax = 10_000
/** After a failure nobody asks again for this long. */
const failureMs = 1_000
/** A list this young that has no schema at all is not asked for again. */
const youngMs = 200

interface Subject {
  versions: readonly number[]
  latest: KnownSchema | null
  readAtMs: number
  failedAtMs: number
  failure: string
  reading: Promise<void> | null
}

interface Compiled {
  readonly known: KnownSchema
  usedMs: number
}

/** Makes an empty memory of schemas. */
export function createSchemas(parts: SchemasParts, options: SchemasOptions): Schemas {
  const { registry, clock, log } = parts
  const subjects = new Map<string, Subject>()
  const compiled = new Map<string, Compiled>()
  const loading = new Map<string, Promise<SchemaAnswer>>()

  const compile = (subject: string, { id, version, text }: RegisteredSchema): SchemaAnswer => {
    const schema = compileAvroSchema(text)
    if (!('problem' in schema)) return { version, id, schema }
    log.warn('schema.notUnderstood', { subject, version, problem: schema.problem })
    return unavailable(`version ${version} of ${subject} is no Avro schema: ${schema.problem}`, true)
  }
  const keep = (key: string, known: KnownSchema): void => {
    if (compiled.size >= options.compiledMax) forgetOldest()
    compiled.set(key, { known, usedMs: clock.monotonic() })
  }
  const forgetOldest = (): void => {
    const idleSinceMs = clock.monotonic() - options.compiledIdleMs
    let oldest: readonly [string, Compiled] | null = null
    for (const entry of compiled) {
      if (entry[1].usedMs <= idleSinceMs) compiled.delete(entry[0])
      else if (oldest === null || entry[1].usedMs < oldest[1].usedMs) oldest = entry
    }
    if (oldest !== null && compiled.size >= options.compiledMax) compiled.delete(oldest[0])
  }
  const forgetCompiled = (subject: string): void => {
    for (const key of compiled.keys()) if (key.endsWith(` ${subject}`)) compiled.delete(key)
  }
  const used = (key: string): KnownSchema | undefined => {
    const found = compiled.get(key)
    if (found === undefined) return undefined
    found.usedMs = clock.monotonic()
    return found.known
  }
  /** One question a key at a time. */
  const once = (key: string, ask: () => Promise<SchemaAnswer>): Promise<SchemaAnswer> => {
    const present = loading.get(key)
    if (present !== undefined) return present
    const asked = ask()
      .catch((error: unknown) => unavailable((error as Error).message))
      .finally(() => loading.delete(key))
    loading.set(key, asked)
    return asked
  }
  const fetch = (subject: string, version: number): Promise<SchemaAnswer> =>
    once(keyOf(subject, version), async () => {
      const found = await registry.version(subject, version)
      if (found === null) return noVersion(subject, version)
      const answer = compile(subject, found)
      if (!('absence' in answer)) keep(keyOf(subject, version), answer)
      return answer
    })

  const entryOf = (subject: string): Subject => {
    const present = subjects.get(subject)
    if (present !== undefined) return present
    const oldest = subjects.keys().next()
    if (subjects.size >= subjectsMax && oldest.done !== true) subjects.delete(oldest.value)
    const entry: Subject = {
      ...{ versions: [], latest: null, readAtMs: -Infinity, failedAtMs: -Infinity },
      ...{ failure: '', reading: null },
    }
    subjects.set(subject, entry)
    return entry
  }
  /**
   * The latest version as the registry has it now: a subject that was removed and made anew counts its
   * versions from one again, and what is known of the former one must not be taken for it.
   */
  const latestOf = async (subject: string, version: number): Promise<SchemaAnswer> => {
    const found = await registry.version(subject, version)
    if (found === null) return noVersion(subject, version)
    const known = used(keyOf(subject, version))
    if (known?.id === found.id) return known
    if (known !== undefined) forgetCompiled(subject)
    const answer = compile(subject, found)
    if (!('absence' in answer)) keep(keyOf(subject, version), answer)
    return answer
  }
  /** Reads the list of versions, and the latest of them, before either is used. */
  const read = (subject: string, entry: Subject): Promise<void> =>
    (entry.reading ??= (async () => {
      try {
        const versions = await registry.versions(subject)
        const version = versions.at(-1)
        const latest = version === undefined ? null : await latestOf(subject, version)
        if (latest !== null && 'absence' in latest) throw new Error(latest.detail)
        Object.assign(entry, { versions, latest, readAtMs: clock.monotonic(), failedAtMs: -Infinity })
      } catch (error) {
        entry.failedAtMs = clock.monotonic()
        entry.failure = (error as Error).message
        log.warn('schema.notRead', { subject, error })
      } finally {
        entry.reading = null
      }
    })())

  const isUsable = (entry: Subject): boolean => clock.monotonic() - entry.readAtMs < options.expireMs
  const hasJustFailed = (entry: Subject): boolean => clock.monotonic() - entry.failedAtMs < failureMs

  return {
    known(subject, version) {
      const entry = subjects.get(subject)
      if (entry === undefined || !isUsable(entry)) return undefined
      const isOld = clock.monotonic() - entry.readAtMs >= options.refreshMs
      if (isOld && !hasJustFailed(entry)) void read(subject, entry)
      if (version === null) return entry.latest ?? undefined
      return entry.versions.includes(version) ? used(keyOf(subject, version)) : undefined
    },
    async load(subject, version) {
      const entry = entryOf(subject)
      const wanted = version ?? entry.versions.at(-1)
      const isKnown = isUsable(entry) && wanted !== undefined && entry.versions.includes(wanted)
      // A version that somebody names may have been registered a moment ago: no list is too young for it.
      const isYoung = version === null && clock.monotonic() - entry.readAtMs < youngMs
      if (!isKnown && !isYoung && !hasJustFailed(entry)) {
        const isUnderWay = entry.reading !== null
        await read(subject, entry)
        // What was asked before this call may not have seen what the caller knows of.
        if (isUnderWay && version !== null && !entry.versions.includes(version)) await read(subject, entry)
      }
      if (!isUsable(entry)) return unavailable(entry.failure)
      const none = hasJustFailed(entry) ? entry.failure : `the registry has no schema of ${subject}`
      if (version === null) return entry.latest ?? unavailable(none)
      if (entry.versions.includes(version)) return used(keyOf(subject, version)) ?? fetch(subject, version)
      // A list that could not be read again says nothing about a version that it does not have.
      if (hasJustFailed(entry)) return unavailable(entry.failure)
      return noVersion(subject, version, entry.versions.length > 0)
    },
    knownById: (subject, id) => used(idKeyOf(subject, id)),
    loadById: (subject, id) =>
      once(idKeyOf(subject, id), async () => {
        const known = used(idKeyOf(subject, id))
        if (known !== undefined) return known
        const text = await registry.textOf(id)
        const found = text === null ? null : await registry.find(subject, text)
        if (found === null) return unavailable(`the registry has no schema ${id} of ${subject}`)
        const answer = compile(subject, { ...found, id })
        if (!('absence' in answer)) keep(idKeyOf(subject, id), answer)
        return answer
      }),
    refresh(subject) {
      const entry = subjects.get(subject)
      if (entry !== undefined) void read(subject, entry)
    },
    forget(subject) {
      subjects.delete(subject)
      forgetCompiled(subject)
    },
  }
}

function keyOf(subject: string, version: number): string {
  return `${version} ${subject}`
}

function idKeyOf(subject: string, id: number): string {
  return `id ${id} ${subject}`
}

function unavailable(detail: string, isCertain = false): SchemaAbsence {
  return { absence: 'unavailable', detail, isCertain }
}

function noVersion(subject: string, version: number, isCertain = true): SchemaAbsence {
  return { absence: 'noVersion', detail: `the registry has no version ${version} of ${subject}`, isCertain }
}
