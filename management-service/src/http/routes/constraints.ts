/**
 * `/workload-constraints`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import {
  listConstraints,
  putSubscriptionConstraints,
  putTopicConstraints,
} from '../../constraints/constraints.js'
import { subscriptionNamesOf, topicOfPath } from '../../requests.js'
import type { ConstraintStore } from '../../store/constraints.js'

const all = '/workload-constraints'

/** The routes of workload constraints. */
export function constraintRoutes(store: ConstraintStore): readonly ApiRoute[] {
  const statusOf = (put: 'created' | 'updated'): number => (put === 'created' ? 201 : 200)
  return [
    reading('GET', all, async ({ principal }) => jsonAnswer(await listConstraints(store, principal))),
    writing('PUT', `${all}/topic`, async ({ body }) =>
      emptyAnswer(statusOf(await putTopicConstraints(store, body))),
    ),
    writing('PUT', `${all}/subscription`, async ({ body }) =>
      emptyAnswer(statusOf(await putSubscriptionConstraints(store, body))),
    ),
    reading('DELETE', `${all}/topic/:topic`, async ({ params }) => {
      await store.removeConstraints(topicOfPath(params['topic']))
      return emptyAnswer()
    }),
    reading('DELETE', `${all}/subscription/:topic/:subscription`, async ({ params }) => {
      const { topic, name } = subscriptionNamesOf(params)
      await store.removeConstraints(`${topic}$${name}`)
      return emptyAnswer()
    }),
  ]
}
