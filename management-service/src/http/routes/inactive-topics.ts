/**
 * `/inactive-topics`: parse, call, answer.
 */
import { jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import type { InactiveTopicStore } from '../../store/inactive-topics.js'

/** The route of topics that nobody publishes to. */
export function inactiveTopicRoutes(store: InactiveTopicStore): readonly ApiRoute[] {
  return [reading('GET', '/inactive-topics', async () => jsonAnswer(await store.inactiveTopics()))]
}
