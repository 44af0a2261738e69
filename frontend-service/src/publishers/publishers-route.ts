/**
 * Who publishes a topic, told to management.
 * Takes the table of this process. Gives the route of its page. Refuses with 403 who does not show the token
 * of this frontend: publishers reach this port too, and networks of people are nobody's business but of who
 * may read the topic.
 */
import { answerEmpty, answerWhole, jsonHeaders, type Route } from '@iris/common/http/router'
import { publishersPath, type PublishersPage } from '@iris/common/metrics/publishers'
import type { Clock } from '@iris/common/time/clock'
import type { Company } from '../fellows/company.js'
import type { CountedPublisher, Publishers, TopicTold } from './publishers.js'

/** A difference of the two clocks that is no more than their steps. */
const clockStepMs = 100

/** Makes the route. */
export function publishersRoute(
  clock: Clock,
  { publishers }: { readonly publishers: Pick<Publishers, 'tell'> },
  company: Pick<Company, 'isForwarded'>,
): Route {
  const aheadMs = wallAhead(clock)
  return {
    method: 'GET',
    path: `${publishersPath}/:topic`,
    handle(request, response, { topic = '' }) {
      if (!company.isForwarded(request)) return answerEmpty(response, 403)
      const page = pageOf(publishers.tell(topic, clock.monotonic()), aheadMs())
      answerWhole(response, 200, jsonHeaders, JSON.stringify(page))
    },
  }
}

/**
 * How far the clock of the wall is ahead of the one that only goes forward, by which the table counts: the
 * same at each look, so that a moment keeps its date, unless the clock was put right meanwhile.
 */
function wallAhead(clock: Clock): () => number {
  const difference = (): number => Math.round(clock.now() - clock.monotonic())
  let aheadMs = difference()
  return () => {
    const nowAheadMs = difference()
    if (Math.abs(nowAheadMs - aheadMs) > clockStepMs) aheadMs = nowAheadMs
    return aheadMs
  }
}

function pageOf(told: TopicTold, aheadMs: number): PublishersPage {
  const date = (atMs: number): number => Math.round(atMs + aheadMs)
  const row = ({ publisher, firstMs, lastMs, accepted, refused }: CountedPublisher) => {
    const { name, isProven: proven, network, client } = publisher
    const dates = { firstMs: date(firstMs), lastMs: date(lastMs) }
    return { name, proven, network, client, accepted, refused, ...dates }
  }
  return {
    sinceMs: date(told.sinceMs),
    publishers: told.publishers.map(row),
    others: told.others === null ? null : { ...told.others, lastMs: date(told.others.lastMs) },
  }
}
