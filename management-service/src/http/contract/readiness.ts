/**
 * What the routes of the data centres' readiness promise.
 */
import { z } from 'zod'
import { datacenterReadiness } from '../../readiness/datacenter-readiness.js'
import { json, nothing, type ResourceContract } from './contract.js'

const mark = z.object({ isReady: z.boolean().optional().describe('Missing means not ready, as in Hermes') })

export const readinessContract: ResourceContract = {
  tag: 'Readiness of data centres',
  description: 'Which data centres take part.',
  routes: {
    'GET /readiness/datacenters': {
      summary: 'Lists the data centres with their marks',
      right: 'admin',
      answers: { 200: json(z.array(datacenterReadiness), [{ datacenter: 'dc', status: 'READY' }]) },
    },
    'POST /readiness/datacenters/:datacenter': {
      summary: 'Marks a data centre',
      right: 'admin',
      body: { schema: mark, example: { isReady: false } },
      answers: { 202: nothing },
      errors: ['OTHER 400', 'CONFLICT'],
    },
  },
}
