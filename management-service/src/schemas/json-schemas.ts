/**
 * The JSON Schemas of a topic without a registry: settings, versions, trials.
 * Takes topics and schemas. Gives what the API answers.
 * Promises: a version never changes and its number is never given twice; a new one is held against the
 * former by the topic's compatibility before it is stored. Bound: `versionsMax` versions a topic.
 */
import type { TopicName } from '@iris/common/domain/names'
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { invalidMember } from '@iris/common/errors/member-about'
import { breaksBetween, compatibilities, type SchemaBreak } from '@iris/common/schema/json/compatibility'
import { schemaModes, type StoredSchemas } from '@iris/common/schema/json/stored'
import { compileJsonSchema } from '@iris/common/schema/json/validator'
import type { Clock } from '@iris/common/time/clock'
import { existingTopic } from '../store/existing.js'
import type { JsonSchemaStore } from '../store/json-schemas.js'
import type { ChangeGuard, TopicStore } from '../store/ports.js'

export interface JsonSchemaParts {
  readonly store: TopicStore & ChangeGuard & JsonSchemaStore
  readonly clock: Clock
}

/** The most versions that a topic keeps. */
const versionsMax = 100

/** Mode, compatibility and versions. */
export async function readJsonSchemas({ store }: JsonSchemaParts, topic: TopicName): Promise<JsonObject> {
  await jsonTopic(store, topic)
  const { stored } = await store.schemas(topic)
  const { mode, compatibility, versions } = stored
  return {
    ...{ mode, compatibility, latest: versions.at(-1)?.version ?? null },
    versions: versions.map(({ version, createdAtMs }) => ({ version, createdAt: createdAtMs / 1000 })),
  }
}

/** Changes mode and compatibility. */
export async function setJsonSchemas(parts: JsonSchemaParts, topic: TopicName, body: unknown): Promise<void> {
  if (!isJsonObject(body)) throw invalid('The body must be an object with mode or compatibility')
  await change(parts, topic, async ({ stored, nodeVersion }) => {
    const mode = wordOf(body, 'mode', schemaModes, stored.mode)
    const compatibility = wordOf(body, 'compatibility', compatibilities, stored.compatibility)
    if (mode !== 'off' && stored.versions.length === 0)
      throw invalid(`mode ${mode} needs a schema: put version ${stored.lastVersion + 1} first`)
    await parts.store.save(topic, { ...stored, mode, compatibility }, nodeVersion, { kind: 'none' })
  })
}

/** What came of a version: what it breaks, and whether it was there before. */
export interface PutVersion {
  readonly version: number
  readonly breaks: readonly SchemaBreak[]
  readonly isNew: boolean
}

/** Adds a version; `isTrial` only says what it would break. */
export async function putJsonSchema(
  parts: JsonSchemaParts,
  topic: TopicName,
  version: number,
  { schema, isTrial }: { readonly schema: unknown; readonly isTrial: boolean },
): Promise<PutVersion> {
  const text = JSON.stringify(schema)
  const compiled = compileJsonSchema(text)
  if ('problem' in compiled || !isJsonObject(schema))
    throw invalid('problem' in compiled ? compiled.problem : 'the schema must be a JSON object')
  return change(parts, topic, async ({ stored, nodeVersion }) => {
    if (stored.versions.some(each => each.version === version)) {
      if ((await parts.store.text(topic, version)) === text) return { version, breaks: [], isNew: false }
      throw refusal('CONFLICT', {
        problem: `Version ${version} is there already, and a version never changes`,
      })
    }
    if (version !== stored.lastVersion + 1) throw invalid(`The next version is ${stored.lastVersion + 1}`)
    if (stored.versions.length >= versionsMax)
      throw invalid(`A topic keeps at most ${versionsMax} versions; remove one that nobody needs`)
    const breaks = await breaksOf(parts.store, topic, stored, schema)
    if (isTrial) return { version, breaks, isNew: true }
    if (breaks.length > 0)
      throw invalid(`Version ${version} is not ${stored.compatibility}. ${sentences(breaks)}`)
    const versions = [...stored.versions, { version, createdAtMs: parts.clock.now() }]
    await parts.store.save(topic, { ...stored, versions, lastVersion: version }, nodeVersion, {
      kind: 'add',
      version,
      text,
    })
    return { version, breaks, isNew: true }
  })
}

/** The schema's text. */
export async function readJsonSchema(
  { store }: JsonSchemaParts,
  topic: TopicName,
  version: number,
): Promise<string> {
  const text = await store.text(topic, version)
  if (text === null) throw refusal('SCHEMA_VERSION_DOES_NOT_EXIST', { version })
  return text
}

/** Removes a version; the one before it is the latest then. */
export async function removeJsonSchema(
  parts: JsonSchemaParts,
  topic: TopicName,
  version: number,
): Promise<void> {
  await change(parts, topic, async ({ stored, nodeVersion }) => {
    const versions = stored.versions.filter(each => each.version !== version)
    if (versions.length === stored.versions.length)
      throw refusal('SCHEMA_VERSION_DOES_NOT_EXIST', { version })
    if (versions.length === 0 && stored.mode !== 'off')
      throw invalid(`It is the only version, and the mode is ${stored.mode}: set it to off first`)
    await parts.store.save(topic, { ...stored, versions }, nodeVersion, { kind: 'remove', version })
  })
}

/** Holds a message against a version without publishing it. */
export async function tryMessage(
  parts: JsonSchemaParts,
  topic: TopicName,
  version: number,
  message: unknown,
): Promise<JsonObject> {
  const compiled = compileJsonSchema(await readJsonSchema(parts, topic, version))
  if ('problem' in compiled) throw invalid(compiled.problem)
  const errors = compiled.errors(message)
  return { valid: errors === null, errors: errors ?? [] }
}

async function breaksOf(
  store: JsonSchemaStore,
  topic: TopicName,
  { versions, compatibility }: StoredSchemas,
  schema: JsonObject,
): Promise<readonly SchemaBreak[]> {
  const latest = versions.at(-1)
  const text = latest === undefined ? null : await store.text(topic, latest.version)
  return text === null ? [] : breaksBetween(JSON.parse(text) as JsonObject, schema, compatibility)
}

/** One change of a topic's schemas at a time. */
async function change<T>(
  { store }: JsonSchemaParts,
  topic: TopicName,
  work: (present: { readonly stored: StoredSchemas; readonly nodeVersion: number }) => Promise<T>,
): Promise<T> {
  return store.exclusively(topic, async () => {
    await jsonTopic(store, topic)
    return work(await store.schemas(topic))
  })
}

async function jsonTopic(store: TopicStore, topic: TopicName): Promise<void> {
  const stored = await existingTopic(store, topic)
  if (stored.value.contentType !== 'JSON') throw invalid('JSON Schemas are for JSON topics; this one is AVRO')
}

function wordOf<const W extends string>(
  body: JsonObject,
  member: string,
  words: readonly W[],
  present: W,
): W {
  const value = body[member]
  if (value === undefined) return present
  const word = words.find(each => each === value)
  if (word === undefined) throw invalidMember(member, `must be one of ${words.join(', ')}`)
  return word
}

function sentences(breaks: readonly SchemaBreak[]): string {
  return breaks
    .map(({ pointer, breaks: whom, problem }) => `${pointer || '/'} (${whom}): ${problem}`)
    .join('; ')
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
