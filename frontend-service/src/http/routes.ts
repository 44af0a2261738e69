/**
 * The routes of the frontend: publishing, and what it says of itself.
 * Takes the way into the pipeline and the status pages. Gives the listener's handlers.
 * Promises: publishing tolerates a trailing slash and percent-encoding; during the last phase of a stop every
 * path is 503 with an empty body.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { namePattern } from '@iris/common/domain/names'
import { answerEmpty, createRoutes, type Route } from '@iris/common/http/router'
import type { ListenerHandlers } from '@iris/common/http/server'
import { statusRoutes, type StatusPage } from '@iris/common/http/status-routes'
import { figuresPath, topicFigures } from '@iris/common/metrics/figures'
import { inSharedTurns, type TurnTime } from '@iris/common/time/turns'
import type { Metrics } from '@iris/common/metrics/registry'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Bulk } from '../bulk/bulk.js'
import { answerRefusal } from '../publish/answer.js'
import { isBatchOfEvents } from '../publish/decode.js'
import type { PublishRequest } from '../publish/single-request.js'

export interface RouteParts {
  readonly publish: PublishRequest
  readonly publishMany: Bulk['publish']
  /**
   * Judges credentials that take time, where the topic asks for any; null names several topics. Gives null
   * where the request can be gone on with at once, which is nearly every request.
   */
  readonly judge: (request: IncomingMessage, topic: string | null) => Promise<void> | null
  readonly pages: readonly StatusPage[]
  /** Further routes. */
  readonly resources: readonly Route[]
  readonly scheduler: Scheduler
  /** Whether new requests are turned away. */
  readonly isClosed: () => boolean
  readonly onDefect: (error: unknown) => void
}

/** Makes the handlers. */
export function createHandlers(parts: RouteParts): ListenerHandlers {
  const publish: PublishRequest = (request, response, topic) => {
    const judging = parts.judge(request, topic)
    if (judging === null) parts.publish(request, response, topic)
    else publishJudged(judging, parts, { request, response }, topic)
  }
  const publishMany: Bulk['publish'] = (request, response, topic) => {
    const judging = parts.judge(request, topic)
    if (judging === null) parts.publishMany(request, response, topic)
    else publishManyJudged(judging, parts, { request, response }, topic)
  }
  const publishOne: PublishRequest = (request, response, topic) => {
    if (isBatchOfEvents(request.headers['content-type'])) publishMany(request, response, topic)
    else publish(request, response, topic)
  }
  const publishToTopic: Route = {
    method: 'POST',
    path: '/topics/:name{/}',
    handle: (request, response, { name = '' }) => publishOne(request, response, name),
  }
  const publishToNothing: Route = {
    method: 'POST',
    path: '/topics/',
    handle: (request, response) => publish(request, response, ''),
  }
  const publishManyToTopic: Route = {
    method: 'POST',
    path: `/topics/:name/${manyName}{/}`,
    handle: (request, response, { name = '' }) => publishMany(request, response, name),
  }
  // No topic is called so: a topic's name has a dot.
  const publishManyToTopics: Route = {
    method: 'POST',
    path: `/topics/${manyName}{/}`,
    handle: (request, response) => publishMany(request, response, null),
  }
  const publishing = [publishManyToTopics, publishToTopic, publishManyToTopic, publishToNothing]
  const status = statusRoutes(parts.pages, parts.onDefect)
  const route = createRoutes([...publishing, ...parts.resources, ...status], parts.onDefect)
  return {
    handle(request, response) {
      if (parts.isClosed()) return answerEmpty(response, 503)
      const topic = plainTopic(request)
      if (topic === null) route(request, response)
      else publishOne(request, response, topic)
    },
    refuse: (request, response, error) =>
      answerRefusal(parts.scheduler, { id: randomUUID(), request, response }, error),
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Apart from the way of all other requests, which must make no function for each. */
function publishJudged(judging: Promise<void>, parts: RouteParts, each: Exchange, topic: string): void {
  whenJudged(judging, parts, each.request, () => parts.publish(each.request, each.response, topic))
}

function publishManyJudged(
  judging: Promise<void>,
  parts: RouteParts,
  each: Exchange,
  topic: string | null,
): void {
  whenJudged(judging, parts, each.request, () => parts.publishMany(each.request, each.response, topic))
}

/** Goes on when it is known who calls, unless the caller has gone meanwhile. */
function whenJudged(
  judging: Promise<void>,
  { onDefect }: RouteParts,
  request: IncomingMessage,
  goOn: () => void,
): void {
  // Whoever could not be judged is let on as such: the topic's gate answers.
  judging
    .catch(onDefect)
    .then(() => (request.destroyed ? undefined : goOn()))
    .catch(onDefect)
}

/** The page of metrics. */
export function metricsPage(metrics: Metrics): StatusPage {
  return {
    path: metricsPath,
    read: async () => ({ status: 200, body: await metrics.text(), contentType: metrics.contentType }),
  }
}

/** The page that management's rates are told from. */
export function figuresPage(time: TurnTime, metrics: Metrics): StatusPage {
  const figures = inSharedTurns(time, () => topicFigures(metrics))
  return {
    path: figuresPath,
    read: async () => ({ status: 200, body: await figures(), contentType: 'application/json' }),
  }
}

export const metricsPath = '/status/prometheus'
const publishPrefix = '/topics/'
const manyName = 'batch'

/**
 * The topic of a publish request whose path needs no decoding, which is nearly every request.
 * The Router decides about all others; it would say the same about these for a tenth of the processor
 * time of a message (measured).
 */
function plainTopic(request: IncomingMessage): string | null {
  const { method, url } = request
  if (method !== 'POST' || url === undefined || !url.startsWith(publishPrefix)) return null
  const name = url.slice(publishPrefix.length)
  return namePattern.test(name) && name !== manyName ? name : null
}
