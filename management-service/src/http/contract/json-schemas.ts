/**
 * What the routes of JSON Schemas promise.
 */
import { z } from 'zod'
import { compatibilities } from '@iris/common/schema/json/compatibility'
import { schemaModes } from '@iris/common/schema/json/stored'
import { json, nothing, type ResourceContract } from './contract.js'
import { flag } from './parameters.js'

const settings = z.object({
  mode: z.enum(schemaModes).optional().describe('What becomes of a message that does not fit'),
  compatibility: z.enum(compatibilities).optional(),
})
const overview = z.object({
  mode: z.enum(schemaModes),
  compatibility: z.enum(compatibilities),
  latest: z.int().nullable(),
  versions: z.array(z.object({ version: z.int(), createdAt: z.number() })),
})
const schema = z.record(z.string(), z.unknown()).describe('A JSON Schema')
const example = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } }
const put = z.object({
  version: z.int(),
  breaks: z
    .array(
      z.object({
        pointer: z.string().describe('Into the schema that is stricter there'),
        breaks: z.enum(['publishers', 'subscribers']),
        problem: z.string(),
        isCertain: z.boolean().describe('False where it was too much to judge'),
      }),
    )
    .describe('What it would break'),
})
const trial = z.object({
  valid: z.boolean(),
  errors: z.array(z.object({ pointer: z.string(), problem: z.string() }).loose()),
})
const missing = ['SCHEMA_VERSION_DOES_NOT_EXIST', 'VALIDATION_ERROR', 'CONFLICT'] as const

export const jsonSchemaContract: ResourceContract = {
  tag: 'JSON Schemas',
  description: 'Schemas of JSON topics, kept without a registry. An addition of Iris.',
  routes: {
    'GET /topics/:topic/json-schema': {
      summary: 'Shows mode, compatibility and versions',
      right: 'reader',
      answers: {
        200: json(overview, {
          mode: 'enforce',
          compatibility: 'BACKWARD',
          latest: 1,
          versions: [{ version: 1, createdAt: 1_795_368_211.123 }],
        }),
      },
      errors: ['VALIDATION_ERROR'],
    },
    'PUT /topics/:topic/json-schema': {
      summary: 'Changes mode or compatibility',
      right: 'owner',
      body: { schema: settings, example: { mode: 'enforce', compatibility: 'FULL' } },
      answers: { 200: nothing },
      errors: ['CONFLICT'],
    },
    'GET /topics/:topic/json-schema/versions/:version': {
      summary: 'Gives a version',
      right: 'reader',
      answers: { 200: json(schema, example) },
      errors: ['SCHEMA_VERSION_DOES_NOT_EXIST'],
    },
    'PUT /topics/:topic/json-schema/versions/:version': {
      summary: 'Adds a version',
      description: 'A version never changes: sent again, the same text is answered 200 and another 409.',
      right: 'owner',
      query: { dryRun: flag('Only say what it would break') },
      body: { schema, example },
      answers: { 200: json(put, { version: 1, breaks: [] }), 201: json(put, { version: 1, breaks: [] }) },
      errors: ['CONFLICT'],
    },
    'DELETE /topics/:topic/json-schema/versions/:version': {
      summary: 'Removes a version',
      right: 'owner',
      answers: { 200: nothing },
      errors: missing,
    },
    'POST /topics/:topic/json-schema/versions/:version/check': {
      summary: 'Holds a message against a version without publishing it',
      right: 'reader',
      onlyAsks: true,
      body: { schema: z.unknown().describe('The message'), example: { id: 'order-7' } },
      answers: { 200: json(trial, { valid: true, errors: [] }) },
      errors: ['SCHEMA_VERSION_DOES_NOT_EXIST'],
    },
  },
}
