import specs from '@asyncapi/specs'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { parseTopic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'
import { noSchemas } from '@iris/common/schema/json/stored'
import { schemaProblems } from '@iris/common/schema/json/testing/schema-problems'
import { catalogOf } from '../catalog/in-memory.js'
import { asyncApiRoutes } from '../http/routes/asyncapi.js'
import { callRoute } from '../http/testing/call-route.js'
import { createMemoryStore } from '../store/in-memory.js'
import { topicsMax } from './describe-topics.js'

const official = specs.schemasWithoutId['3.0.0'] as JsonObject

const orderSchema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', required: ['id'] }
const record = { type: 'record', name: 'Order', fields: [{ name: 'id', type: 'string' }] }

function setUp(...topics: readonly (readonly [name: string, contentType: 'JSON' | 'AVRO'])[]) {
  const memory = createMemoryStore()
  for (const [name, contentType] of topics) {
    const owner = { source: 'Plaintext', id: 'x' }
    const form = { name, contentType, owner, description: `All of ${name}`, retentionTime: { duration: 1 } }
    memory.held.groups.add(name.split('.')[0] as never)
    memory.held.topics.set(name, { value: parseTopic(form), version: 0 })
  }
  const versions = [{ version: 1, createdAtMs: 0 }]
  const routes = asyncApiRoutes({
    catalog: catalogOf(memory),
    store: {
      schemas: name => {
        const stored = name === 'demo.orders' ? { ...noSchemas, versions } : noSchemas
        return Promise.resolve({ stored, nodeVersion: 0 })
      },
      text: () => Promise.resolve(JSON.stringify(orderSchema)),
    },
    schemas: {
      version: topic =>
        topic.endsWith('away')
          ? Promise.reject(refusal('SCHEMA_REPOSITORY_INTERNAL_ERROR', { problem: 'away' }))
          : Promise.resolve({ text: JSON.stringify(record), version: 1, id: 1 }),
    },
    version: '1',
    frontendUrl: 'https://publish.example/iris',
  })
  return async (query = ''): Promise<Record<string, Record<string, Record<string, unknown>>>> => {
    const { status, body } = await callRoute(routes, 'GET', `/asyncapi.json${query}`)
    expect(status).toBe(200)
    return body as never
  }
}

const all = [
  ['demo.orders', 'JSON'],
  ['demo.free', 'JSON'],
  ['demo.records', 'AVRO'],
  ['other.away', 'AVRO'],
] as const

describe('the AsyncAPI document', () => {
  it('is one by the official schema, which refuses what is none', async () => {
    const document = await setUp(...all)()

    expect(schemaProblems(official, document)).toBeNull()
    expect(schemaProblems(official, { ...document, channels: { one: { address: 1 } } })).not.toBeNull()
  })

  it('says where a message goes and how it looks, also where the schema cannot be read', async () => {
    const { channels, servers, operations } = await setUp(...all)()
    const payloadOf = (name: string): unknown => {
      const { message } = channels?.[name]?.['messages'] as Record<string, Record<string, unknown>>
      return message?.['payload'] ?? message?.['description']
    }

    expect(servers?.['frontend']).toMatchObject({
      host: 'publish.example',
      pathname: '/iris',
      protocol: 'https',
    })
    expect(channels?.['demo.orders']).toMatchObject({
      address: '/topics/demo.orders',
      description: 'All of demo.orders',
    })
    expect(operations?.['publish.demo.orders']).toMatchObject({ action: 'receive' })
    expect(payloadOf('demo.orders')).toEqual({
      schemaFormat: 'application/schema+json;version=draft-07',
      schema: orderSchema,
    })
    expect(payloadOf('demo.records')).toEqual({
      schemaFormat: 'application/vnd.apache.avro+json;version=1.9.0',
      schema: record,
    })
    expect(payloadOf('demo.free')).toBe('Any message of its content type')
    expect(payloadOf('other.away')).toBe('Its schema could not be read now; ask again')
  })

  it('is of one group where one is asked for, and refuses one that is not there', async () => {
    const { channels } = await setUp(...all)('?group=other')
    const routes = asyncApiRoutes({ catalog: catalogOf(createMemoryStore()) } as never)

    expect(Object.keys(channels ?? {})).toEqual(['other.away'])
    expect(await callRoute(routes, 'GET', '/asyncapi.json?group=none')).toMatchObject({
      status: 404,
      body: { code: 'GROUP_NOT_EXISTS' },
    })
  })

  it('goes on in a further document behind its bound', async () => {
    const names = Array.from(
      { length: topicsMax + 1 },
      (_, index) => `demo.t${String(index).padStart(4, '0')}`,
    )
    const ask = setUp(...names.map(name => [name, 'JSON'] as const))
    const first = await ask()
    const second = await ask(`?after=${first['x-iris-next'] as unknown as string}`)

    expect(Object.keys(first['channels'] ?? {})).toHaveLength(topicsMax)
    expect(Object.keys(second['channels'] ?? {})).toEqual([names[topicsMax]])
    expect(second).not.toHaveProperty('x-iris-next')
  })
})
