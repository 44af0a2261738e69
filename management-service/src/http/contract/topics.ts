/**
 * What the routes of topics promise.
 */
import { z } from 'zod'
import { topicShape } from '@iris/common/domain/topic-form'
import { messageTextPreview } from '../../topics/preview-topic.js'
import { publishersShape } from '../../topics/publisher-sums.js'
import { definition, json, nothing, text, versioned, type ResourceContract } from './contract.js'
import { flag, words } from './parameters.js'

const required = ['name', 'description', 'owner', 'contentType', 'retentionTime']

/** What every topic in an answer has. */
const always = [
  ...required,
  'ack',
  'auth',
  'chaos',
  'createdAt',
  'fallbackToRemoteDatacenterEnabled',
  'jsonToAvroDryRun',
  'maxMessageSize',
  'migratedFromJsonType',
  'modifiedAt',
  'offlineStorage',
  'subscribingRestricted',
  'trackingEnabled',
]

const form = topicShape.meta({ id: 'TopicForm' })
const seconds = z.number().describe('Seconds since the epoch, with a fraction')

/** A topic with every default. */
export const topicAnswerShape = z
  .object({ ...topicShape.shape, createdAt: seconds, modifiedAt: seconds })
  .meta({ id: 'Topic', required: always })

const example = {
  name: 'demo.orders',
  description: 'Orders of the shop',
  owner: { source: 'Plaintext', id: 'Shop team' },
  contentType: 'JSON',
  retentionTime: { duration: 1, retentionUnit: 'DAYS' },
  ack: 'ALL',
}
const answerExample = {
  ...example,
  jsonToAvroDryRun: false,
  fallbackToRemoteDatacenterEnabled: false,
  chaos: { mode: 'DISABLED', datacenterPolicies: {} },
  trackingEnabled: false,
  migratedFromJsonType: false,
  maxMessageSize: 51_200,
  auth: { publishers: [], enabled: false, unauthenticatedAccessEnabled: true },
  subscribingRestricted: false,
  offlineStorage: { enabled: false, retentionTime: { duration: 0, infinite: false } },
  createdAt: 1_795_368_211.123,
  modifiedAt: 1_795_368_211.123,
}

const publishersExample = {
  since: '2026-05-01T06:00:00.000Z',
  complete: true,
  problems: [],
  publishers: [
    {
      ...{ name: 'shop', proven: true, network: null, client: 'hermes-client', accepted: 1_204, refused: 0 },
      ...{ firstAt: '2026-05-01T06:00:07.100Z', lastAt: '2026-05-01T12:00:00.000Z', frontends: 2 },
    },
    {
      ...{ name: null, proven: false, network: '192.0.2.0/24', client: 'curl', accepted: 3, refused: 1 },
      ...{ firstAt: '2026-05-01T11:40:00.000Z', lastAt: '2026-05-01T11:41:12.000Z', frontends: 1 },
    },
  ],
  others: null,
}

const names = z.array(z.string())

export const topicContract: ResourceContract = {
  tag: 'Topics',
  description: 'A topic takes messages; Kafka keeps them.',
  routes: {
    'GET /topics': {
      summary: 'Lists the names of topics',
      right: 'reader',
      isForEachCaller: true,
      query: {
        groupName: words('Only topics of this group'),
        tracked: flag('Only topics whose messages are tracked'),
      },
      answers: { 200: json(names, ['demo.orders']) },
      errors: ['GROUP_NOT_EXISTS'],
    },
    'POST /topics': {
      summary: 'Creates a topic',
      description: 'The Kafka topic exists when this is answered; a failure leaves nothing behind.',
      right: 'owner',
      body: { schema: form, example, required },
      answers: { 201: nothing },
      errors: [
        'PERMISSION_DENIED',
        'GROUP_NOT_EXISTS',
        'TOPIC_ALREADY_EXISTS',
        'SCHEMA_ALREADY_EXISTS',
        'SCHEMA_BAD_REQUEST',
        'SCHEMA_REPOSITORY_INTERNAL_ERROR',
        'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
        'CONFLICT',
      ],
    },
    'GET /topics/:topic': {
      summary: 'Shows a topic with every default',
      right: 'reader',
      answers: { 200: definition(topicAnswerShape, answerExample) },
      errors: ['SCHEMA_REPOSITORY_INTERNAL_ERROR'],
    },
    'PUT /topics/:topic': {
      summary: 'Changes a topic',
      description: 'A merge patch: members that are absent stay, `null` brings the default back.',
      right: 'owner',
      headers: versioned,
      body: { schema: form, example: { description: 'Orders of all shops', maxMessageSize: 100_000 } },
      answers: { 200: nothing },
      errors: [
        'PERMISSION_DENIED',
        'SCHEMA_BAD_REQUEST',
        'SCHEMA_COULD_NOT_BE_LOADED',
        'SCHEMA_REPOSITORY_INTERNAL_ERROR',
        'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
        'CONFLICT',
        'COMMAND_TOPIC_TAKEN',
      ],
    },
    'DELETE /topics/:topic': {
      summary: 'Removes a topic that has no subscriptions, with its messages',
      description: 'Subscriptions that go with their topic aside; nor may others forward to it.',
      right: 'owner',
      headers: versioned,
      answers: { 200: nothing },
      errors: [
        'TOPIC_NOT_EMPTY',
        'NOT_READY',
        'OPERATION_DISABLED',
        'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
        'SCHEMA_REPOSITORY_INTERNAL_ERROR',
        'CONFLICT',
      ],
    },
    'GET /topics/:topic/clients': {
      summary: "Lists the owners of the topic's subscriptions",
      right: 'reader',
      answers: { 200: json(names, ['Billing team']) },
    },
    'GET /topics/:topic/publishers': {
      summary: 'Tells who publishes the topic lately',
      description:
        'From the memory of the frontends, which are asked now: who was quiet for a day, and what a frontend ' +
        'knew that has ended, is forgotten. An addition of Iris.',
      right: 'reader',
      shows: 'contents',
      answers: { 200: json(publishersShape, publishersExample) },
      errors: ['OVERLOADED'],
    },
    'GET /topics/:topic/preview': {
      summary: 'Shows the last messages as they are stored',
      description: 'As far as the frontends leave them; an unknown topic has none.',
      right: 'owner',
      answers: {
        200: json(z.array(messageTextPreview), [
          { content: '{"metadata":{},"message":{}}', truncated: false },
        ]),
      },
    },
    'GET /topics/:topic/preview/:index': {
      summary: 'Gives the bytes of one of them',
      right: 'owner',
      answers: { 200: { content: { 'application/octet-stream': { schema: null } } } },
    },
    'GET /topics/:topic/preview/cluster/:cluster/partition/:partition/offset/:offset': {
      summary: 'Gives a stored message as text, from Kafka',
      right: 'admin',
      answers: { 200: text('{"metadata":{},"message":{}}', 'application/json') },
      errors: [
        'SCHEMA_COULD_NOT_BE_LOADED',
        'SCHEMA_REPOSITORY_INTERNAL_ERROR',
        'SINGLE_MESSAGE_READER_EXCEPTION',
        'INTERNAL_ERROR',
        'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
      ],
    },
  },
}
