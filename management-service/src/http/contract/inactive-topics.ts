/**
 * What the route of inactive topics promises.
 */
import { z } from 'zod'
import { inactiveTopic } from '../../inactive/judge-topics.js'
import { json, type ResourceContract } from './contract.js'

const example = {
  topic: 'demo.orders',
  lastPublishedTsMs: 1_795_368_211_123,
  notificationTsMs: [],
  whitelisted: true,
}

export const inactiveTopicContract: ResourceContract = {
  tag: 'Inactive topics',
  description: 'Topics that nobody publishes to any more.',
  routes: {
    'GET /inactive-topics': {
      summary: 'Lists what the last daily look found',
      right: 'admin',
      answers: { 200: json(z.array(inactiveTopic), [example]) },
    },
  },
}
