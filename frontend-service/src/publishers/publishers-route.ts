/**
 * Who publishes a topic, told to management.
 * Takes the table of this process. Gives the route of its page. Refuses with 403 who does not show the token
 * of this frontend: publishers reach this port too, and networks of people are nobody's business but of who
 * may read the topic.
 */
import type { ServerResponse } from 'node:http'
import { answerEmpty, type Route } from '@iris/common/http/router'
import { publishersPath, type PublishersPage } from '@iris/common/metrics/publishers'
import type { Clock } from '@iris/common/time/clock'
import type { Company } from '../fellows/company.js'
import type { CountedPublisher, Publishers } from './publishers.js'

/** Makes the route. */
export function publishersRoute(
  clock: Clock,
  { publishers }: { readonly publishers: Pick<Publishers, 'tell'> },
  company: Pick<Company, 'isForwarded'>,
): Route {
  return {
    method: 'GET',
    path: `${publishersPath}/:topic`,
    handle(request, response, { topic = '' }) {
      if (company.isForwarded(request)) answerPage(response, pageOf(publishers, topic, clock))
      else answerEmpty(response, 403)
    },
  }
}

/** The table keeps a clock that only goes forward; who looks wants dates. */
function pageOf(publishers: Pick<Publishers, 'tell'>, topic: string, clock: Clock): PublishersPage {
  const nowMs = clock.monotonic()
  const aheadMs = clock.now() - nowMs
  const date = (atMs: number): number => Math.round(atMs + aheadMs)
  const told = publishers.tell(topic, nowMs)
  const row = ({ publisher, firstMs, lastMs, accepted, refused }: CountedPublisher) => {
    const { name, network, client } = publisher
    return { name, network, client, accepted, refused, firstMs: date(firstMs), lastMs: date(lastMs) }
  }
  return {
    sinceMs: date(told.sinceMs),
    publishers: told.publishers.map(row),
    others: told.others === null ? null : { ...told.others, lastMs: date(told.others.lastMs) },
  }
}

function answerPage(response: ServerResponse, page: PublishersPage): void {
  const body = JSON.stringify(page)
  const length = String(Buffer.byteLength(body))
  response.writeHead(200, ['Content-Length', length, 'Content-Type', 'application/json'])
  response.end(body)
}
