/**
 * Delivery methods: who delivers, at what price.
 * Takes `PUT /methods/:id {"price"}`. Gives `GET /methods/:id`, and a snapshot event for every change.
 * Promises: versions of a method grow, also over a restart of the example.
 */
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import type { IrisApi } from '@iris/local-stack/iris-api'
import { publishEvent } from '../shared/iris.js'
import { createJsonService, type JsonService } from '../shared/json-service.js'
import { topics, type MethodSnapshot } from './events.js'

/** Makes the service. `workMs` is what a question costs it. */
export function createMethods(api: IrisApi, workMs: number): JsonService {
  const methods = new Map<string, MethodSnapshot>()
  return createJsonService({
    'GET /methods/:id': async ({ id }) => {
      await sleep(systemScheduler, workMs)
      const method = methods.get(id)
      return method === undefined ? { status: 404 } : { status: 200, body: method }
    },
    'PUT /methods/:id': async ({ id, body }) => {
      const { price } = body as { readonly price: number }
      const version = Math.max(systemClock.now(), (methods.get(id)?.version ?? 0) + 1)
      const snapshot: MethodSnapshot = { method: id, version, price }
      await publishEvent(api, { topic: topics.methods, key: id, body: snapshot })
      methods.set(id, snapshot)
      return { status: 200, body: snapshot }
    },
  })
}
