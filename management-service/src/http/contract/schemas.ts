/**
 * What the routes of AVRO schemas promise.
 */
import { z } from 'zod'
import { json, nothing, type ResourceContract } from './contract.js'
import { flag } from './parameters.js'

const schema = z.unknown().describe('An AVRO schema')
const example = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'string' },
    { name: '__metadata', type: ['null', { type: 'map', values: 'string' }], default: null },
  ],
}
const answers = { 200: json(schema, example), 204: { ...nothing, description: 'There is none' } }
const registry = ['SCHEMA_REPOSITORY_INTERNAL_ERROR', 'SCHEMA_BAD_REQUEST', 'OTHER 400'] as const

export const schemaContract: ResourceContract = {
  tag: 'AVRO schemas',
  description: 'Schemas of AVRO topics, kept by a schema registry.',
  routes: {
    'GET /topics/:topic/schema': {
      summary: 'Gives the latest schema',
      right: 'reader',
      answers,
      errors: registry,
    },
    'GET /topics/:topic/schema/versions': {
      summary: 'Lists the versions of the schema',
      description: 'Their numbers as the registry gives them, lowest first. An addition of Iris.',
      right: 'reader',
      answers: { 200: json(z.array(z.int()), [1, 2]) },
      errors: registry,
    },
    'GET /topics/:topic/schema/versions/:version': {
      summary: 'Gives a version of the schema',
      right: 'reader',
      answers,
      errors: registry,
    },
    'GET /topics/:topic/schema/ids/:id': {
      summary: 'Gives the schema with an id of the registry',
      right: 'reader',
      answers,
      errors: [...registry, 'OTHER 404'],
    },
    'POST /topics/:topic/schema': {
      summary: 'Registers a version',
      right: 'owner',
      query: { validate: flag('Whether our own rules are asked; `true` unless it is `false`') },
      body: { schema, example },
      answers: { 201: nothing },
      errors: registry,
    },
    'DELETE /topics/:topic/schema': {
      summary: 'Removes all versions, where that is allowed',
      right: 'owner',
      answers: { 200: nothing },
      errors: [...registry, 'OPERATION_DISABLED'],
    },
  },
}
