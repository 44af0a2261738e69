/**
 * `/topics/{t}/subscriptions`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, textAnswer, writing, type ApiRoute } from '@iris/common/http/api'
import type { DeadLetterParts } from '../../dead-letters/open-letters.js'
import { taggedAnswer } from '../tagged-answer.js'
import { subscriptionNamesOf as namesOf, topicOfPath } from '../../requests.js'
import { changeState, readState } from '../../subscriptions/change-state.js'
import { readConsumerGroups, type ConsumerGroupParts } from '../../subscriptions/consumer-groups.js'
import { createSubscription, type SubscriptionParts } from '../../subscriptions/create-subscription.js'
import { deleteSubscription, type SubscriptionRemovalParts } from '../../subscriptions/delete-subscription.js'
import { clearParkedKeys, listParkedKeys } from '../../subscriptions/parked-keys.js'
import {
  listSubscriptions,
  readLastUndelivered,
  readSubscription,
} from '../../subscriptions/read-subscriptions.js'
import { listUndelivered } from '../../subscriptions/undelivered.js'
import { updateSubscription } from '../../subscriptions/update-subscription.js'

export interface SubscriptionRouteParts {
  readonly subscriptions: SubscriptionParts
  readonly removal: SubscriptionRemovalParts
  readonly consumerGroups: ConsumerGroupParts
  readonly deadLetters: DeadLetterParts
}

const all = '/topics/:topic/subscriptions'
const one = `${all}/:subscription`

/** The routes of subscriptions. */
export function subscriptionRoutes(parts: SubscriptionRouteParts): readonly ApiRoute[] {
  return [
    ...definitionRoutes(parts),
    ...stateRoutes(parts),
    ...parkedKeyRoutes(parts),
    ...insightRoutes(parts),
  ]
}

function definitionRoutes({ subscriptions, removal }: SubscriptionRouteParts): readonly ApiRoute[] {
  const { store } = subscriptions
  return [
    reading('GET', all, async ({ params, query }) => {
      const isTracked = query.get('tracked') === 'true'
      return jsonAnswer(await listSubscriptions(store, topicOfPath(params['topic']), isTracked))
    }),
    writing('POST', all, async ({ params, body, principal }) => {
      await createSubscription({ ...subscriptions, principal }, topicOfPath(params['topic']), body)
      return emptyAnswer(201)
    }),
    reading('GET', one, async ({ params }) => {
      const { topic, name } = namesOf(params)
      return taggedAnswer(await readSubscription(store, topic, name))
    }),
    writing('PUT', one, async ({ params, body, header, principal }) => {
      await updateSubscription({ ...subscriptions, principal }, namesOf(params), body, header('if-match'))
      return emptyAnswer()
    }),
    reading('DELETE', one, async ({ params, header }) => {
      const { topic, name } = namesOf(params)
      await deleteSubscription(removal, topic, name, header('if-match'))
      return emptyAnswer()
    }),
  ]
}

function stateRoutes({ subscriptions }: SubscriptionRouteParts): readonly ApiRoute[] {
  return [
    reading('GET', `${one}/state`, async ({ params }) => {
      const { topic, name } = namesOf(params)
      return jsonAnswer(await readState(subscriptions.store, topic, name))
    }),
    writing('PUT', `${one}/state`, async ({ params, body, header }) => {
      await changeState(subscriptions, namesOf(params), body, header('if-match'))
      return emptyAnswer()
    }),
  ]
}

function parkedKeyRoutes({ subscriptions: { store } }: SubscriptionRouteParts): readonly ApiRoute[] {
  return [
    reading('GET', `${one}/parked-keys`, async ({ params }) =>
      jsonAnswer(await listParkedKeys(store, namesOf(params))),
    ),
    reading('DELETE', `${one}/parked-keys`, async ({ params }) => {
      await clearParkedKeys(store, namesOf(params), null)
      return emptyAnswer()
    }),
    reading('DELETE', `${one}/parked-keys/:key`, async ({ params }) => {
      await clearParkedKeys(store, namesOf(params), params['key'] ?? '')
      return emptyAnswer()
    }),
  ]
}

function insightRoutes(parts: SubscriptionRouteParts): readonly ApiRoute[] {
  const { store } = parts.subscriptions
  const { clusterName } = parts.consumerGroups
  return [
    reading('GET', `${one}/undelivered/last`, async ({ params }) => {
      const { topic, name } = namesOf(params)
      return textAnswer(await readLastUndelivered(store, topic, name), 'application/json')
    }),
    reading('GET', `${one}/undelivered`, async ({ params }) =>
      jsonAnswer(await listUndelivered({ ...parts, clusterName }, namesOf(params))),
    ),
    reading('GET', `${one}/consumer-groups`, async ({ params }) => {
      const { topic, name } = namesOf(params)
      return jsonAnswer(await readConsumerGroups(parts.consumerGroups, topic, name))
    }),
  ]
}
