/**
 * What the routes of API keys promise.
 */
import { z } from 'zod'
import { json, nothing, type ResourceContract } from './contract.js'

const role = z
  .string()
  .describe('`admin`, or `owner`, `publisher` or `reader` with a group: `publisher:shop`, `reader:*`')
const team = z.string().describe('An id of owners that the key is, beside its name')
const time = z.string().describe('Such as 2030-01-31T12:00:00Z')

const keyShape = z
  .object({
    name: z.string(),
    roles: z.array(role),
    teams: z.array(team),
    createdAt: time,
    expiresAt: time.optional(),
    secrets: z.array(
      z.object({
        label: z.string().describe('Begin of the hash: it tells secrets apart'),
        createdAt: time,
        validUntil: time.optional(),
      }),
    ),
  })
  .meta({ id: 'ApiKey' })
const shownOnce = z
  .object({ ...keyShape.shape, key: z.string().describe('The secret; it is shown here and never again') })
  .meta({ id: 'ApiKeyWithSecret' })

const example = {
  ...{ name: 'orders-service', roles: ['publisher:demo'], teams: [] },
  createdAt: '2026-05-01T12:00:00.000Z',
  secrets: [{ label: 'f151e3eb', createdAt: '2026-05-01T12:00:00.000Z' }],
}
const withSecret = { ...example, key: 'iris_47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU' }

export const keyContract: ResourceContract = {
  tag: 'API keys',
  description: 'Credentials of services and people, with roles in groups. Only hashes of them are kept.',
  routes: {
    'GET /keys': {
      summary: 'Lists all keys, without their secrets',
      right: 'admin',
      shows: 'contents',
      answers: { 200: json(z.array(keyShape), [example]) },
    },
    'GET /keys/:name': {
      summary: 'Shows a key, without its secrets',
      right: 'admin',
      shows: 'contents',
      answers: { 200: json(keyShape, example) },
    },
    'POST /keys': {
      summary: 'Makes a key',
      right: 'admin',
      body: {
        schema: z.object({
          name: z.string(),
          roles: z.array(role).optional(),
          teams: z.array(team).optional(),
          expiresAt: time.optional(),
        }),
        example: { name: 'orders-service', roles: ['publisher:demo'] },
        required: ['name'],
      },
      answers: { 201: json(shownOnce, withSecret) },
      errors: ['API_KEY_ALREADY_EXISTS', 'CONFLICT'],
    },
    'POST /keys/:name/rotate': {
      summary: 'Gives a key another secret',
      right: 'admin',
      body: {
        schema: z.object({
          oldValidForSeconds: z
            .int()
            .optional()
            .describe('How long the old secret goes on; 0 ends it at once'),
        }),
        example: { oldValidForSeconds: 3_600 },
        isOptional: true,
      },
      answers: { 200: json(shownOnce, withSecret) },
      errors: ['CONFLICT'],
    },
    'DELETE /keys/:name': {
      summary: 'Revokes a key, with all its secrets',
      right: 'admin',
      answers: { 200: nothing },
    },
  },
}
