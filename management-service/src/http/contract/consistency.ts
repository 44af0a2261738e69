/**
 * What the routes of consistency promise.
 */
import { z } from 'zod'
import { json, nothing, type ResourceContract, type RouteContract } from './contract.js'
import { words } from './parameters.js'

const names = z.array(z.string())
const metadata = z.array(z.object({ datacenter: z.string(), content: z.string().optional() }))
const differing = { name: z.string(), inconsistentMetadata: metadata }
const group = z.object({
  ...differing,
  inconsistentTopics: z.array(
    z.object({ ...differing, inconsistentSubscriptions: z.array(z.object(differing)) }),
  ),
})

const syncing = (what: string): RouteContract => ({
  summary: `Copies ${what} from one storage to the others`,
  description: 'With one data centre there is nothing to copy.',
  right: 'admin',
  query: { primaryDatacenter: words('Name of the data centre that is right') },
  answers: { 200: nothing },
  errors: ['OTHER 400'],
})

export const consistencyContract: ResourceContract = {
  tag: 'Consistency',
  description: 'Whether storages and Kafka agree about what there is.',
  routes: {
    'GET /consistency/groups': {
      summary: 'Lists the groups of all storages',
      right: 'admin',
      answers: { 200: json(names, ['demo']) },
      errors: ['NOT_READY'],
    },
    'GET /consistency/inconsistencies/groups': {
      summary: 'Lists those of the groups that differ between storages',
      right: 'admin',
      query: { groupNames: names.optional().describe('Names of groups, repeatable') },
      answers: { 200: json(z.array(group), []) },
    },
    'POST /consistency/sync/groups/:group': syncing('a group'),
    'POST /consistency/sync/topics/:topic': syncing('a topic'),
    'POST /consistency/sync/topics/:topic/subscriptions/:subscription': syncing('a subscription'),
    'GET /consistency/inconsistencies/topics': {
      summary: 'Lists the Kafka topics that belong to no topic',
      right: 'admin',
      answers: { 200: json(names, ['left.over']) },
      errors: ['NOT_READY', 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'],
    },
    'DELETE /consistency/inconsistencies/topics': {
      summary: 'Removes such a Kafka topic with its messages',
      description: 'One that belongs to a topic, to Kafka or to Iris itself is refused.',
      right: 'admin',
      query: { topicName: words('Name of the Kafka topic') },
      answers: { 200: nothing },
      errors: ['VALIDATION_ERROR', 'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION', 'CONFLICT'],
    },
  },
}
