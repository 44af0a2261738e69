/**
 * The topics of a group, or all, with the schemas of their messages.
 * Takes a group and where to go on. Gives a page in the order of names. Bound: `topicsMax` topics.
 * Promises: a schema that cannot be read now keeps no topic out; the page says so.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import type { Topic } from '@iris/common/domain/topic'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { groupOf, type Catalog } from '../catalog/catalog.js'
import type { TopicSchemas } from '../schemas/topic-schemas.js'
import { forEachOf } from '../store/bounded-reads.js'
import type { JsonSchemaStore } from '../store/json-schemas.js'
import { asyncApiDocument, type DescribedTopic, type MessageSchema } from './asyncapi.js'

export interface DescribeParts {
  readonly store: Pick<JsonSchemaStore, 'schemas' | 'text'>
  readonly schemas: Pick<TopicSchemas, 'version'>
  readonly version: string
  readonly frontendUrl: string
}

/** Which topics are asked for. */
export interface TopicPage {
  readonly group: string | null
  /** The last topic of the page before. */
  readonly after: string | null
}

/** Topics of one document. */
export const topicsMax = 200

/** Describes what `catalog` shows. */
export async function describeTopics(
  parts: DescribeParts,
  catalog: Catalog,
  { group, after }: TopicPage,
): Promise<JsonObject> {
  const view = await catalog.view()
  if (group !== null && !view.groups.includes(group)) throw refusal('GROUP_NOT_EXISTS', { group })
  const wanted = view.topics
    .filter(topic => group === null || groupOf(topic) === group)
    .filter(({ name }) => after === null || name > after)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  const page = wanted.slice(0, topicsMax)
  const messages = await forEachOf(page, topic => schemaOf(parts, topic))
  const topics = page.map((topic, index): DescribedTopic => {
    return { topic, message: messages[index] ?? { kind: 'unknown' } }
  })
  const next = wanted.length > page.length ? (page.at(-1)?.name ?? null) : null
  return asyncApiDocument(topics, { version: parts.version, frontendUrl: parts.frontendUrl, next })
}

async function schemaOf({ store, schemas }: DescribeParts, topic: Topic): Promise<MessageSchema> {
  try {
    if (topic.contentType === 'AVRO') {
      const latest = await schemas.version(topic.name, 'latest')
      return latest === null ? { kind: 'none' } : { kind: 'avro', schema: JSON.parse(latest.text) as unknown }
    }
    const { stored } = await store.schemas(topic.name)
    const latest = stored.versions.at(-1)
    const text = latest === undefined ? null : await store.text(topic.name, latest.version)
    const schema: unknown = text === null ? null : JSON.parse(text)
    return isJsonObject(schema) ? { kind: 'json', schema } : { kind: 'none' }
  } catch (error) {
    if (error instanceof HermesError || error instanceof SyntaxError) return { kind: 'unknown' }
    throw error
  }
}
