import { describe, expect, it } from 'vitest'
import type { TopicName } from '@iris/common/domain/names'
import { HermesError } from '@iris/common/errors/hermes-error'
import { silentLog } from '@iris/common/lifecycle/log'
import type { OpenRegistry } from '@iris/common/schema/open'
import { RegistryFailure } from '@iris/common/schema/registry'
import { createMemoryRegistry, type MemoryRegistry } from '@iris/common/schema/testing/memory-registry'
import { createTopicSchemas, type TopicSchemas } from './topic-schemas.js'

const topic = 'g.t' as TopicName
const metadata = { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null }
const schema = (...fields: readonly unknown[]): string =>
  JSON.stringify({ type: 'record', name: 'A', fields })
const good = schema(metadata)

function setUp(isMetadataRequired = true): { schemas: TopicSchemas; registry: MemoryRegistry } {
  const registry = createMemoryRegistry()
  const open = { registry, subjectOf: (name: string) => `s-${name}` } as unknown as OpenRegistry
  return { registry, schemas: createTopicSchemas({ log: silentLog, registry: open, isMetadataRequired }) }
}

async function said(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'taken',
    (error: unknown) =>
      error instanceof HermesError ? `${error.status} ${error.code}: ${error.message}` : String(error),
  )
}

describe('the schema of a new topic', () => {
  it.each<[string, string | null, string]>([
    ['nothing', null, '400 OTHER: Message schema cannot be empty'],
    ['blanks', ' ', '400 OTHER: Message schema cannot be empty'],
    ['no JSON', 'nope', '400 FORMAT_ERROR: Error while trying to validate schema: the schema is not JSON'],
    ['no schema', '{"type":"nope"}', '400 FORMAT_ERROR: Error while trying to validate schema: '],
    ['no record', '"string"', '400 OTHER: Not a record: "string"'],
    [
      'no metadata',
      schema(),
      '400 FORMAT_ERROR: Error while trying to validate schema: Missing Hermes __metadata field',
    ],
    [
      'metadata that is no union',
      schema({ name: '__metadata', type: 'string' }),
      '400 OTHER: Not a union: "string"',
    ],
    [
      'metadata of other types',
      schema({ ...metadata, type: ['null', 'string'] }),
      '400 FORMAT_ERROR: Error while trying to validate schema: Invalid types used in field __metadata',
    ],
  ])('is refused when it is %s', async (_what, text, refused) => {
    const { schemas, registry } = setUp()

    expect(await said(schemas.checkNew(topic, text))).toContain(refused)
    expect(registry.asked).toEqual([])
  })

  it('needs no metadata where none is required', async () => {
    expect(await said(setUp(false).schemas.checkNew(topic, schema()))).toBe('taken')
  })

  it('is refused where there is one already, or no registry', async () => {
    const { schemas, registry } = setUp()
    expect(await said(schemas.checkNew(topic, good))).toBe('taken')
    registry.add('s-g.t', good)

    expect(await schemas.versions(topic)).toEqual([1])
    expect(await said(schemas.checkNew(topic, good))).toBe(
      '400 SCHEMA_ALREADY_EXISTS: Schema already exists for topic g.t, please remove it before creating topic.',
    )
    const none = createTopicSchemas({ log: silentLog, registry: null, isMetadataRequired: true })
    expect(await said(none.checkNew(topic, good))).toMatch(
      /^400 VALIDATION_ERROR: .*schema\.repository\.serverUrl$/,
    )
    expect(await none.version(topic, 'latest')).toBeNull()
    expect(await none.versions(topic)).toEqual([])
  })

  it('of a topic that is JSON still is registered unjudged, and ignored where there is no registry', async () => {
    const { schemas, registry } = setUp()
    const unfit = schema({ name: 'a', type: 'int' })
    await schemas.registerAhead(topic, unfit)
    expect((await registry.version('s-g.t', 'latest'))?.text).toBe(unfit)

    const none = createTopicSchemas({ log: silentLog, registry: null, isMetadataRequired: true })
    expect(await said(none.registerAhead(topic, unfit))).toBe('taken')
  })

  it.each([
    [409, '400 SCHEMA_BAD_REQUEST: Bad schema request for subject s-g.t, server response: 409 no'],
    [422, '400 SCHEMA_BAD_REQUEST: Bad schema request for subject s-g.t, server response: 422 no'],
    [500, '500 SCHEMA_REPOSITORY_INTERNAL_ERROR: it said no'],
    [null, '500 OTHER: it said no'],
  ])('passes on what the registry said with %s', async (status, refused) => {
    const { schemas, registry } = setUp()
    registry.register = () => Promise.reject(new RegistryFailure(status, 'no', 'it said no'))

    expect(await said(schemas.register(topic, good))).toBe(refused)
  })

  it('is found by its number only where it is the topic’s', async () => {
    const { schemas, registry } = setUp()
    const { id } = registry.add('s-g.t', good)
    const other = registry.add('s-else', schema(metadata, { name: 'a', type: 'int' }))

    expect(await schemas.byId(topic, id)).toBe(good)
    expect(await schemas.byId(topic, other.id)).toBeNull()
    expect(await schemas.byId(topic, 99)).toBeNull()
  })
})
