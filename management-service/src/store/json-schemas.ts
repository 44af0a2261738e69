/**
 * The JSON Schemas of topics in ZooKeeper: a node a topic, and a node below it for each version's text.
 * Takes topics. Gives what is stored, and changes it. Promises: text and list change together or not at all;
 * who lost to another writer hears so.
 */
import type { TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import {
  noSchemas,
  readStoredSchemas,
  storedSchemasData,
  type StoredSchemas,
} from '@iris/common/schema/json/stored'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooOperation, ZooSession } from '@iris/common/zookeeper/session'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { orRefuse } from './zookeeper-failures.js'

/** A change of the texts that goes with a change of the list. */
export type TextChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'add'; readonly version: number; readonly text: string }
  | { readonly kind: 'remove'; readonly version: number }

export interface JsonSchemaStore {
  schemas(topic: TopicName): Promise<{ readonly stored: StoredSchemas; readonly nodeVersion: number }>
  text(topic: TopicName, version: number): Promise<string | null>
  save(topic: TopicName, stored: StoredSchemas, nodeVersion: number, change: TextChange): Promise<void>
  /** Nothing happens where there are none. */
  forgetSchemas(topic: TopicName): Promise<void>
}

/** Of a node that is not there. */
const absent = -1

/** Makes the port. */
export function createJsonSchemaStore(session: ZooSession, paths: ZooPaths): JsonSchemaStore {
  const { jsonSchema, jsonSchemaVersion } = paths.iris
  const present = async (topic: TopicName): ReturnType<JsonSchemaStore['schemas']> => {
    const node = await orRefuse(session.read(jsonSchema(topic)))
    if (node === null) return { stored: noSchemas, nodeVersion: absent }
    const { version: nodeVersion } = node.stat
    if (node.data.length === 0) return { stored: noSchemas, nodeVersion }
    const stored = readStoredSchemas(node.data)
    if (stored !== null) return { stored, nodeVersion }
    throw refusal('INTERNAL_ERROR', { problem: `The node ${jsonSchema(topic)} cannot be read` })
  }
  return {
    schemas: present,
    async text(topic, version) {
      const node = await orRefuse(session.read(jsonSchemaVersion(topic, version)))
      return node === null ? null : node.data.toString()
    },
    async save(topic, stored, nodeVersion, change) {
      const path = jsonSchema(topic)
      if (nodeVersion === absent) await orRefuse(session.ensure(path))
      const version = nodeVersion === absent ? 0 : nodeVersion
      await orRefuse(
        session.transaction([
          { kind: 'write', path, data: storedSchemasData(stored), version },
          ...textOperations(change, each => jsonSchemaVersion(topic, each)),
        ]),
      )
    },
    async forgetSchemas(topic) {
      const names = (await orRefuse(session.children(jsonSchema(topic)))) ?? []
      const operations = [...names.map(name => jsonSchemaVersion(topic, Number(name))), jsonSchema(topic)]
      try {
        await orRefuse(session.transaction(operations.map(path => ({ kind: 'remove', path }) as const)))
      } catch (error) {
        if (!(error instanceof NoNodeError)) throw error
      }
    },
  }
}

function textOperations(change: TextChange, pathOf: (version: number) => string): readonly ZooOperation[] {
  if (change.kind === 'none') return []
  const path = pathOf(change.version)
  return change.kind === 'remove'
    ? [{ kind: 'remove', path }]
    : [{ kind: 'create', path, data: Buffer.from(change.text) }]
}
