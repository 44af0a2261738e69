/**
 * `/topics/{t}/browse`, the live tail and the trial of filters on messages: parse, call, answer.
 */
import { everybody } from '@iris/common/access/principal'
import {
  eventStreamAnswer,
  eventStreamType,
  reading,
  textAnswer,
  writing,
  type ApiRoute,
} from '@iris/common/http/api'
import { readMessagesQuery } from '../../messages/message-query.js'
import { readableTopic, readMessages } from '../../messages/read-messages.js'
import { messageJson } from '../../messages/shown-message.js'
import { readTailChoice } from '../../messages/tail/tail-choice.js'
import type { Tails } from '../../messages/tail/tails.js'
import { tryFiltersOn, type TryParts } from '../../messages/try-filters.js'
import { topicOfPath } from '../../requests.js'

const jsonType = 'application/json'

/** The routes of messages. */
export function messageRoutes(parts: TryParts, tails: Pick<Tails, 'open'>): readonly ApiRoute[] {
  return [
    reading('GET', '/topics/:topic/browse', async ({ params, query, principal }) => {
      const asked = {
        ...{ from: query.get('from'), partition: query.get('partition'), key: query.get('key') },
        ...{ max: query.get('max'), next: query.get('next') },
      }
      const wish = readMessagesQuery(asked)
      const topic = await readableTopic(parts, topicOfPath(params['topic']), principal)
      const { messages, next } = await readMessages(parts, topic, wish)
      const items = messages.map(message => messageJson(message, parts.masks)).join(',')
      const rest = JSON.stringify({ next, complete: next === null }).slice(1)
      return textAnswer(`{"items":[${items}],${rest}`, jsonType)
    }),
    reading(
      'GET',
      '/topics/:topic/tail',
      async ({ params, query, principal, address, judgeAgain }) => {
        const topic = await readableTopic(parts, topicOfPath(params['topic']), principal)
        const choice = readTailChoice(query, topic)
        const caller = principal === everybody ? address : principal.name
        return eventStreamAnswer(await tails.open({ topic, choice, caller, judgeAgain }))
      },
      eventStreamType,
    ),
    writing('POST', '/topics/:topic/filters/try', async ({ params, body, principal }) => {
      const topic = await readableTopic(parts, topicOfPath(params['topic']), principal)
      return textAnswer(await tryFiltersOn(parts, topic, body), jsonType)
    }),
  ]
}
