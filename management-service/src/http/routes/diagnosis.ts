/**
 * "Why is it slow?" and Hermes' health of a subscription: parse, call, answer.
 */
import { frameworkError, jsonAnswer, reading, textAnswer, type ApiRoute } from '@iris/common/http/api'
import { collectFacts, type CollectParts, type Names } from '../../diagnosis/collect.js'
import { diagnose } from '../../diagnosis/diagnose.js'
import type { Facts } from '../../diagnosis/facts.js'
import { healthOf } from '../../diagnosis/health.js'
import { pageOf } from '../../diagnosis/page.js'
import type { Gate } from '../../gate.js'
import { subscriptionOfPath, topicOfPath } from '../../requests.js'

const path = '/topics/:topic/subscriptions/:subscription'
const types = ['application/json', 'text/plain'] as const

/** The routes of a diagnosis. */
export function diagnosisRoutes(parts: CollectParts, gate: Gate): readonly ApiRoute[] {
  const factsOf = (params: Readonly<Record<string, string>>): Promise<Facts> =>
    gate(() => collectFacts(parts, namesOf(params)))
  return [
    reading(
      'GET',
      `${path}/why`,
      async ({ params, preferred }) => {
        const type = preferred(types)
        if (type === null) throw frameworkError(406)
        const diagnosis = diagnose(await factsOf(params))
        return type === 'text/plain' ? textAnswer(pageOf(diagnosis), type) : jsonAnswer(diagnosis)
      },
      null,
    ),
    reading('GET', `${path}/health`, async ({ params }) => jsonAnswer(healthOf(await factsOf(params)))),
  ]
}

function namesOf(params: Readonly<Record<string, string>>): Names {
  const topic = topicOfPath(params['topic'])
  return { topic, name: subscriptionOfPath(topic, params['subscription']) }
}
