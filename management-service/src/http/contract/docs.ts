/**
 * What the routes promise that describe the API.
 */
import { z } from 'zod'
import { json, text, type ResourceContract } from './contract.js'
import { words } from './parameters.js'

export const docsContract: ResourceContract = {
  tag: 'Descriptions',
  description: 'This API, told to programs and to people.',
  routes: {
    'GET /openapi.json': {
      summary: 'Describes this API, and that of the frontends for publishers, in OpenAPI 3.1',
      right: 'anyone',
      answers: { 200: json(z.object({ openapi: z.string() }).loose()) },
    },
    'GET /asyncapi.json': {
      summary: 'Describes the topics and their messages in AsyncAPI 3',
      description: 'At most 200 topics at a time: `x-iris-next` is the `after` of the document that goes on.',
      right: 'reader',
      isForEachCaller: true,
      query: {
        group: words('Only topics of this group'),
        after: words('`x-iris-next` of the document before'),
      },
      answers: { 200: json(z.object({ asyncapi: z.string() }).loose()) },
      errors: ['GROUP_NOT_EXISTS', 'NOT_READY'],
    },
    'GET /docs': {
      summary: 'Shows the same as a page',
      right: 'anyone',
      answers: { 200: text('<!doctype html>', 'text/html; charset=utf-8') },
    },
  },
}
