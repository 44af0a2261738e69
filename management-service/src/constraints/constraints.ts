/**
 * Limits on how many consumers processes share the work of a topic or subscription.
 * Takes bodies and names of the API. Gives all limits, or what became of one. What is limited need not exist.
 */
import type { Principal } from '@iris/common/access/principal'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import {
  parseSubscriptionConstraints,
  parseTopicConstraints,
  workloadConstraintsJson,
  type NamedConstraints,
} from '@iris/common/domain/workload-constraints'
import { seesGroupOf } from '../access/visible.js'
import { entityOf } from '../requests.js'
import type { ConstraintStore } from '../store/constraints.js'

/** All limits that the caller may read, those of topics and those of subscriptions apart. */
export async function listConstraints(store: ConstraintStore, principal: Principal): Promise<JsonObject> {
  const all = [...(await store.constraints())]
    .filter(([name]) => seesGroupOf(principal, name.split('$', 1)[0] ?? ''))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  const those = (areMeant: boolean): JsonObject =>
    Object.fromEntries(
      all
        .filter(([name]) => name.includes('$') === areMeant)
        .map(([name, constraints]) => [name, workloadConstraintsJson(constraints)]),
    )
  return { topicConstraints: those(false), subscriptionConstraints: those(true) }
}

/** Sets the limit of a topic's subscriptions. */
export function putTopicConstraints(store: ConstraintStore, body: unknown): Promise<'created' | 'updated'> {
  return put(store, parseTopicConstraints(entityOf(body)))
}

/** Sets the limit of one subscription, whatever that of its topic says. */
export function putSubscriptionConstraints(
  store: ConstraintStore,
  body: unknown,
): Promise<'created' | 'updated'> {
  return put(store, parseSubscriptionConstraints(entityOf(body)))
}

async function put(
  store: ConstraintStore,
  { name, constraints }: NamedConstraints,
): Promise<'created' | 'updated'> {
  if (constraints !== null) return store.putConstraints(name, constraints)
  await store.removeConstraints(name)
  return 'updated'
}
