/**
 * What the routes promise that describe the API.
 */
import { z } from 'zod'
import { json, text, type ResourceContract } from './contract.js'

export const docsContract: ResourceContract = {
  tag: 'Descriptions',
  description: 'This API, told to programs and to people.',
  routes: {
    'GET /openapi.json': {
      summary: 'Describes this API, and that of the frontends for publishers, in OpenAPI 3.1',
      right: 'anyone',
      answers: { 200: json(z.object({ openapi: z.string() }).loose()) },
    },
    'GET /docs': {
      summary: 'Shows the same as a page',
      right: 'anyone',
      answers: { 200: text('<!doctype html>', 'text/html; charset=utf-8') },
    },
  },
}
