/**
 * The schemas of topics in the registry, as management reads and changes them.
 * Takes topics and schema texts. Gives what the registry holds; refusals are Hermes' codes and texts.
 * Promises: nothing is registered that did not pass our rules; what the registry does not take is a 400 with
 * its words, a registry that fails or is away is a 500.
 */
import type { TopicName } from '@iris/common/domain/names'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import type { Log } from '@iris/common/lifecycle/log'
import { noRegistry, type OpenRegistry } from '@iris/common/schema/open'
import { RegistryFailure, type RegisteredSchema, type Registry } from '@iris/common/schema/registry'
import { checkSchema } from './schema-rules.js'

export interface TopicSchemas {
  /** Refuses where there is no registry, the schema breaks a rule, or the subject has one already. */
  checkNew(topic: TopicName, text: string | null): Promise<void>
  /** Adds a version; a text that the latest version has already adds none. */
  register(topic: TopicName, text: string): Promise<void>
  /** The same for a topic that is JSON still, as in Hermes; nothing happens where there is no registry. */
  registerAhead(topic: TopicName, text: string): Promise<void>
  /** Refuses a schema that breaks our rules. */
  check(text: string | null): void
  /** Takes back what a creation registered that failed later; logged where the registry will not. */
  undo(topic: TopicName): Promise<void>
  /** Lowest first; none where the registry has none, or there is no registry. */
  versions(topic: TopicName): Promise<readonly number[]>
  /** Null where there is none, or no registry. */
  version(topic: TopicName, version: number | 'latest'): Promise<RegisteredSchema | null>
  /** The text of a schema by its number, where it is one of the topic's. */
  byId(topic: TopicName, id: number): Promise<string | null>
  remove(topic: TopicName): Promise<void>
}

export interface TopicSchemaParts {
  readonly log: Log
  /** Null where none is configured. */
  readonly registry: OpenRegistry | null
  readonly isMetadataRequired: boolean
}

/** Makes them. */
export function createTopicSchemas({
  log,
  registry: open,
  isMetadataRequired,
}: TopicSchemaParts): TopicSchemas {
  const registryOrRefusal = (): OpenRegistry => {
    if (open === null) throw refusal('VALIDATION_ERROR', { problem: noRegistry })
    return open
  }
  const asked = async <T>(
    topic: TopicName,
    ask: (registry: Registry, subject: string) => Promise<T>,
  ): Promise<T> => {
    const { registry, subjectOf } = registryOrRefusal()
    const subject = subjectOf(topic)
    try {
      return await ask(registry, subject)
    } catch (error) {
      throw error instanceof RegistryFailure ? refusalOf(error, subject) : error
    }
  }
  const schemas: TopicSchemas = {
    async checkNew(topic, text) {
      registryOrRefusal()
      checkSchema(text, isMetadataRequired)
      await asked(topic, async (registry, subject) => {
        if ((await registry.versions(subject)).length > 0) throw refusal('SCHEMA_ALREADY_EXISTS', { topic })
        const { isCompatible, said } = await registry.compatibility(subject, text ?? '')
        if (!isCompatible) throw refusal('SCHEMA_BAD_REQUEST', { subject, response: said })
      })
    },
    register: (topic, text) => asked(topic, (registry, subject) => registry.register(subject, text)),
    registerAhead: async (topic, text) => {
      if (open !== null) await schemas.register(topic, text)
    },
    check: text => checkSchema(text, isMetadataRequired),
    async undo(topic) {
      try {
        await schemas.remove(topic)
      } catch (error) {
        log.warn('schema.leftInRegistry', { topic, error })
      }
    },
    async versions(topic) {
      return open === null ? [] : asked(topic, (registry, subject) => registry.versions(subject))
    },
    async version(topic, version) {
      return open === null ? null : asked(topic, (registry, subject) => registry.version(subject, version))
    },
    async byId(topic, id) {
      if (open === null) return null
      return asked(topic, async (registry, subject) => {
        const text = await registry.textOf(id)
        return text === null || (await registry.find(subject, text)) === null ? null : text
      })
    },
    remove: topic => asked(topic, (registry, subject) => registry.remove(subject)),
  }
  return schemas
}

function refusalOf({ status, detail, message }: RegistryFailure, subject: string): HermesError {
  if (status === null) return new HermesError('OTHER', message)
  if (status >= 400 && status < 500)
    return refusal('SCHEMA_BAD_REQUEST', { subject, response: `${status} ${detail}` })
  return refusal('SCHEMA_REPOSITORY_INTERNAL_ERROR', { problem: message })
}
