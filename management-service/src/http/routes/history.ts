/**
 * `/history` of the installation, of a topic and of a subscription: parse, call, answer.
 */
import { everything, may } from '@iris/common/access/principal'
import { subscriptionId } from '@iris/common/domain/names'
import { invalidMember } from '@iris/common/errors/member-about'
import { frameworkError, jsonAnswer, reading, type ApiAnswer, type ApiRoute } from '@iris/common/http/api'
import type { Clock } from '@iris/common/time/clock'
import type { HistoryMemory } from '../../history/memory.js'
import { subscriptionNamesOf, topicOfPath } from '../../requests.js'
import { existingSubscription, existingTopic } from '../../store/existing.js'
import type { SubscriptionStore, TopicStore } from '../../store/ports.js'

export interface HistoryParts {
  readonly memory: HistoryMemory
  readonly stepMs: number
  readonly minutesMax: number
  readonly clock: Pick<Clock, 'now'>
  readonly store: Pick<TopicStore & SubscriptionStore, 'topic' | 'subscription'>
}

const minutesDefault = 30
const minuteMs = 60_000

/** The routes of what moved lately. */
export function historyRoutes(parts: HistoryParts): readonly ApiRoute[] {
  const { store } = parts
  return [
    reading('GET', '/history', ({ query, principal }) => {
      // It is of all groups together.
      if (!may(principal, 'reader', everything)) return Promise.reject(frameworkError(403))
      return Promise.resolve(historyOf(parts, null, query))
    }),
    reading('GET', '/topics/:topic/history', async ({ params, query }) => {
      const topic = topicOfPath(params['topic'])
      await existingTopic(store, topic)
      return historyOf(parts, topic, query)
    }),
    reading('GET', '/topics/:topic/subscriptions/:subscription/history', async ({ params, query }) => {
      const names = subscriptionNamesOf(params)
      await existingSubscription(store, names)
      return historyOf(parts, subscriptionId(names.topic, names.name), query)
    }),
  ]
}

function historyOf(parts: HistoryParts, id: string | null, query: URLSearchParams): ApiAnswer {
  const { memory, stepMs, minutesMax, clock } = parts
  const asked = query.get('minutes') ?? String(Math.min(minutesDefault, minutesMax))
  const minutes = /^\d{1,5}$/.test(asked) ? Number(asked) : 0
  if (minutes < 1 || minutes > minutesMax)
    throw invalidMember('minutes', `must be a number from 1 to ${minutesMax}: so long is kept`)
  const { fromMs, toMs, series } = memory.read(id, clock.now(), Math.ceil((minutes * minuteMs) / stepMs))
  return jsonAnswer({
    stepMs,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    series,
  })
}
