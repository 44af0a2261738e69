/**
 * What the route that tries filters promises.
 */
import { filterTrial, trialShape } from '../../filters/try-filters.js'
import { json, type ResourceContract } from './contract.js'

const example = {
  message: 'eyJjb3VudHJ5IjoiREUifQ==',
  filters: [{ type: 'jsonpath', path: '$.country', matcher: 'DE' }],
}

export const filterContract: ResourceContract = {
  tag: 'Filters',
  description: 'Which messages a subscription gets.',
  routes: {
    'POST /filters/:topic': {
      summary: 'Tries filters on a message',
      description: '`message` is base64; `headers`, an addition of Iris, are for header filters.',
      right: 'reader',
      onlyAsks: true,
      body: { schema: trialShape, example, required: ['message', 'filters'] },
      answers: { 200: json(filterTrial, { status: 'MATCHED' }) },
      errors: ['SCHEMA_REPOSITORY_INTERNAL_ERROR'],
    },
  },
}
