/**
 * What the routes of subscriptions promise.
 */
import { z } from 'zod'
import { batchPolicyShape, serialPolicyShape } from '@iris/common/domain/policy-form'
import { subscriptionShape, subscriptionStates } from '@iris/common/domain/subscription-form'
import { consumerGroupAnswer } from '../../subscriptions/consumer-groups.js'
import { parkedKeysAnswer } from '../../subscriptions/parked-keys.js'
import { undeliveredMessage } from '../../subscriptions/undelivered.js'
import { definition, json, nothing, secretsProblem, versioned, type ResourceContract } from './contract.js'
import { flag } from './parameters.js'

const required = ['topicName', 'name', 'endpoint', 'description', 'owner']

/** What every subscription in an answer has. */
const always = [
  ...required,
  'autoDeleteWithTopicEnabled',
  'contentType',
  'createdAt',
  'deliveryType',
  'endpointAddressResolverMetadata',
  'filters',
  'headers',
  'http2Enabled',
  'metricsConfig',
  'mode',
  'modifiedAt',
  'monitoringDetails',
  'profilingEnabled',
  'profilingThresholdMs',
  'state',
  'subscriptionIdentityHeadersEnabled',
  'subscriptionPolicy',
  'trackingEnabled',
  'trackingMode',
]

const policies = {
  subscriptionPolicy: z
    .union([serialPolicyShape.meta({ id: 'SerialPolicy' }), batchPolicyShape.meta({ id: 'BatchPolicy' })])
    .optional()
    .describe('The members that go with `deliveryType`'),
}
const changeForm = z.object({ ...subscriptionShape.shape, ...policies }).meta({ id: 'SubscriptionPatch' })
const createForm = z
  .object({
    ...changeForm.shape,
    startPosition: z
      .string()
      .nullish()
      .describe('`now` (default), `earliest`, or a date and time with offset: used once and not stored'),
  })
  .meta({ id: 'SubscriptionForm' })
const seconds = z.number().describe('Seconds since the epoch, with a fraction')

/** A subscription with every default, passwords masked. */
export const subscriptionAnswerShape = z
  .object({ ...changeForm.shape, createdAt: seconds, modifiedAt: seconds, secretsProblem })
  .meta({ id: 'Subscription', required: always })

/** The same without its times, as queries answer it. */
export const subscriptionQueryShape = changeForm.meta({
  id: 'QueriedSubscription',
  required: always.filter(member => member !== 'createdAt' && member !== 'modifiedAt'),
})

const example = {
  topicName: 'demo.orders',
  name: 'billing',
  description: 'Writes invoices',
  endpoint: 'https://billing.example/in',
  owner: { source: 'Plaintext', id: 'Billing team' },
  subscriptionPolicy: { rate: 100 },
}
const answerExample = {
  ...example,
  state: 'ACTIVE',
  subscriptionPolicy: {
    rate: 100,
    messageTtl: 3600,
    messageBackoff: 100,
    requestTimeout: 1000,
    socketTimeout: 0,
    sendingDelay: 0,
    backoffMultiplier: 1,
    backoffMaxIntervalInSec: 600,
    retryClientErrors: false,
  },
  trackingEnabled: false,
  trackingMode: 'trackingOff',
  monitoringDetails: { severity: 'NON_IMPORTANT', reaction: '' },
  contentType: 'JSON',
  deliveryType: 'SERIAL',
  filters: [],
  mode: 'ANYCAST',
  headers: [],
  endpointAddressResolverMetadata: {},
  http2Enabled: false,
  profilingEnabled: false,
  profilingThresholdMs: 0,
  subscriptionIdentityHeadersEnabled: false,
  autoDeleteWithTopicEnabled: false,
  metricsConfig: { messageProcessing: { enabled: false, thresholdsMilliseconds: [] } },
  createdAt: 1_795_368_211.123,
  modifiedAt: 1_795_368_211.123,
}

const definitions: ResourceContract['routes'] = {
  'GET /topics/:topic/subscriptions': {
    summary: "Lists the names of a topic's subscriptions",
    right: 'reader',
    query: { tracked: flag('Only subscriptions whose deliveries are tracked') },
    answers: { 200: json(z.array(z.string()), ['billing']) },
  },
  'POST /topics/:topic/subscriptions': {
    summary: 'Creates a subscription',
    description:
      'It gets every message that is acknowledged after this answer. Who may read the topic may subscribe, as an ' +
      'owner of the subscription, unless the topic restricts that.',
    right: 'reader',
    body: { schema: createForm, example, required },
    answers: { 201: nothing },
    errors: [
      'PERMISSION_DENIED',
      'NOT_READY',
      'SUBSCRIPTION_ALREADY_EXISTS',
      'PARTITIONS_NOT_FOUND_FOR_TOPIC',
      'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
      'CONFLICT',
      'COMMAND_TOPIC_TAKEN',
    ],
  },
  'GET /topics/:topic/subscriptions/:subscription': {
    summary: 'Shows a subscription with every default',
    description: 'Passwords are masked with stars.',
    right: 'reader',
    answers: { 200: definition(subscriptionAnswerShape, answerExample) },
  },
  'PUT /topics/:topic/subscriptions/:subscription': {
    summary: 'Changes a subscription',
    description:
      'A merge patch: members that are absent stay. A masked password that is sent back stays as it was.',
    right: 'owner',
    headers: versioned,
    body: { schema: changeForm, example: { subscriptionPolicy: { rate: 50 } } },
    answers: { 200: nothing },
    errors: [
      'PERMISSION_DENIED',
      'NOT_READY',
      'PAUSE_NOT_CONFIRMED',
      'BROKERS_CLUSTER_COMMUNICATION_EXCEPTION',
      'CONFLICT',
    ],
  },
  'DELETE /topics/:topic/subscriptions/:subscription': {
    summary: 'Removes a subscription',
    description: 'Its consumer group is removed from Kafka some minutes later.',
    right: 'owner',
    headers: versioned,
    answers: { 200: nothing },
    errors: ['CONFLICT'],
  },
}

const state = z.enum(subscriptionStates)

const states: ResourceContract['routes'] = {
  'GET /topics/:topic/subscriptions/:subscription/state': {
    summary: 'Tells the state',
    right: 'reader',
    answers: { 200: json(state, 'ACTIVE') },
  },
  'PUT /topics/:topic/subscriptions/:subscription/state': {
    summary: 'Suspends a subscription, or lets it go on',
    description: 'A suspension is answered when nobody sends any more.',
    right: 'owner',
    headers: versioned,
    body: { schema: state, example: 'SUSPENDED', isOptional: true },
    answers: { 200: nothing },
    errors: ['PAUSE_NOT_CONFIRMED', 'CONFLICT'],
  },
}

const parkedKeys: ResourceContract['routes'] = {
  'GET /topics/:topic/subscriptions/:subscription/parked-keys': {
    summary: 'Lists the parked keys',
    right: 'owner',
    shows: 'contents',
    answers: { 200: json(parkedKeysAnswer, { items: [], max: 1000 }) },
  },
  'DELETE /topics/:topic/subscriptions/:subscription/parked-keys': {
    summary: 'Clears all parked keys',
    right: 'owner',
    answers: { 200: nothing },
    errors: ['CONFLICT'],
  },
  'DELETE /topics/:topic/subscriptions/:subscription/parked-keys/:key': {
    summary: 'Clears one parked key',
    right: 'owner',
    answers: { 200: nothing },
    errors: ['CONFLICT'],
  },
}

const insight: ResourceContract['routes'] = {
  'GET /topics/:topic/subscriptions/:subscription/undelivered': {
    summary: 'Lists the last undelivered messages',
    description: 'Up to 100 of the newest dead letters, in the form of Hermes.',
    right: 'owner',
    answers: { 200: json(z.array(undeliveredMessage), []) },
    errors: ['BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'],
  },
  'GET /topics/:topic/subscriptions/:subscription/undelivered/last': {
    summary: 'Shows the last undelivered message',
    right: 'owner',
    answers: { 200: json(z.unknown()) },
    errors: ['OTHER 404'],
  },
  'GET /topics/:topic/subscriptions/:subscription/consumer-groups': {
    summary: "Shows the subscription's consumer group in Kafka",
    right: 'reader',
    answers: { 200: json(z.array(consumerGroupAnswer), []) },
    errors: ['BROKERS_CLUSTER_COMMUNICATION_EXCEPTION'],
  },
}

export const subscriptionContract: ResourceContract = {
  tag: 'Subscriptions',
  description: 'A subscription brings the messages of a topic to an endpoint.',
  routes: { ...definitions, ...states, ...parkedKeys, ...insight },
}
