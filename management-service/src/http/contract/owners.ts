/**
 * What the routes of owner sources promise.
 */
import { z } from 'zod'
import { ownerAnswer, ownerSourceShape } from '../../owners/owner-sources.js'
import { json, type ResourceContract } from './contract.js'
import { words } from './parameters.js'

const owner = { id: 'Shop team', name: 'Shop team' }

export const ownerContract: ResourceContract = {
  tag: 'Owners',
  description: 'Who can own topics and subscriptions.',
  routes: {
    'GET /owners/sources': {
      summary: 'Lists the sources of owners',
      right: 'reader',
      isForEachCaller: true,
      answers: {
        200: json(z.array(ownerSourceShape), [{ name: 'Plaintext', autocomplete: false, deprecated: false }]),
      },
    },
    'GET /owners/sources/:source': {
      summary: 'Searches a source',
      right: 'reader',
      isForEachCaller: true,
      query: { search: words('A part of the name') },
      answers: { 200: json(z.array(ownerAnswer), [owner]) },
      errors: ['OWNER_SOURCE_DOESNT_SUPPORT_AUTOCOMPLETE'],
    },
    'GET /owners/sources/:source/:id': {
      summary: 'Shows an owner',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: json(ownerAnswer, owner) },
    },
  },
}
