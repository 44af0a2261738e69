import { describe, expect, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import { schemaLine, schemaVersionHeader } from '@iris/common/kafka/open-avro'
import { silentLog } from '@iris/common/lifecycle/log'
import type { OpenRegistry } from '@iris/common/schema/open'
import { createSchemas } from '@iris/common/schema/schemas'
import { createMemoryRegistry } from '@iris/common/schema/testing/memory-registry'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import { holdTopic } from '../changes/testing/held.js'
import { createMemoryStore } from '../store/in-memory.js'
import { previewMessage, type PreviewParts } from './preview-message.js'

const topic = 'g.t' as TopicName
const place = { cluster: 'primary-dc', topic, partition: '0', offset: '7' }
/** A record with one number: 5 in zig-zag. */
const fits = Buffer.from([10])

function partsWith(value: Buffer, sizes = { versions: 1 }): PreviewParts {
  const store = createMemoryStore()
  holdTopic(store, topic, { contentType: 'AVRO' })
  const [registry, clock] = [createMemoryRegistry(), createVirtualTime()]
  const fields = [{ name: 'a', type: 'int' }]
  for (let added = 0; added < sizes.versions; added++)
    registry.add(topic, JSON.stringify({ type: 'record', name: 'A', fields }))
  const bounds = { refreshMs: 1_000, expireMs: 1_000, compiledIdleMs: 1_000, compiledMax: 10 }
  const schemas = createSchemas({ registry, clock, log: silentLog }, bounds)
  const [name, version] = schemaLine(schemaVersionHeader, 1)
  const header = (asked: string): Buffer | null => (asked === name ? version : null)
  const record = { partition: 0, offset: 7, timestampMs: 1, key: null, value, header }
  return {
    ...{ store, clusterName: 'primary-dc', namespace: { namespace: '', separator: '_' } },
    registry: { registry, schemas, subjectOf: (each: string) => each } as unknown as OpenRegistry,
    kafka: {
      range: () => Promise.resolve({ first: 5, next: 8 }),
      read: () => Promise.resolve([record]),
    },
  }
}

describe('a stored message of an AVRO topic', () => {
  it('is shown by the schema that it was written with', async () => {
    expect(await previewMessage(partsWith(fits), place)).toBe('{"a":5}')
  })

  it('that is none of its schema cannot be read, and one whose schema is gone neither', async () => {
    await expect(previewMessage(partsWith(Buffer.alloc(0)), place)).rejects.toMatchObject({
      ...{ status: 500, code: 'SINGLE_MESSAGE_READER_EXCEPTION' },
      message: expect.stringMatching(/^The record is none of version 1 of its schema: /) as string,
    })
    await expect(previewMessage(partsWith(fits, { versions: 0 }), place)).rejects.toMatchObject({
      code: 'SCHEMA_COULD_NOT_BE_LOADED',
    })
  })

  it('is not found where there is none', async () => {
    await expect(previewMessage(partsWith(fits), { ...place, offset: '8' })).rejects.toMatchObject({
      status: 404,
      message: 'Message not found for brokers cluster primary-dc, topic g.t, partition 0 and offset 8',
    })
  })
})
