/**
 * What the console asks for: its settings, its page, and addresses of things that others show.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { jsonAnswer, reading, textAnswer, type ApiRoute } from '@iris/common/http/api'
import {
  dashboardOf,
  offlineClientsOf,
  trackingUrlsOf,
  type LinkSubject,
  type LinkTemplates,
} from '../../console/links.js'
import type { StartPage } from '../../console/start-page.js'
import { subscriptionNamesOf, topicOfPath } from '../../requests.js'

const htmlType = 'text/html;charset=utf-8'
const topic = '/topics/:topic'
const subscription = `${topic}/subscriptions/:subscription`

/** The routes of the console; `startPage` is what each page of it begins with. */
export function consoleRoutes(
  settings: JsonObject,
  templates: LinkTemplates,
  startPage: StartPage,
): readonly ApiRoute[] {
  const { html, headers } = startPage
  const page: ApiRoute['handle'] = () => Promise.resolve({ ...textAnswer(html, htmlType), headers })
  const about = (path: string, answer: (subject: LinkSubject) => unknown): ApiRoute =>
    reading('GET', path, async ({ params }) => {
      await Promise.resolve()
      return jsonAnswer(answer(subjectOf(params)))
    })
  return [
    reading('GET', '/console', () => Promise.resolve(jsonAnswer(settings))),
    // A page is given whatever is asked for: browsers list many types, and deep links end here.
    reading('GET', '/', page, null),
    reading('GET', '/ui', page, null),
    reading('GET', '/ui/*rest', page, null),
    about(`/dashboards${topic}`, subject => dashboardOf(templates, subject)),
    about(`/dashboards${subscription}`, subject => dashboardOf(templates, subject)),
    about(`/tracking-urls${topic}`, subject => trackingUrlsOf(templates, subject)),
    about(`/tracking-urls${subscription}`, subject => trackingUrlsOf(templates, subject)),
    about(`${topic}/offline-clients-source`, subject => offlineClientsOf(templates, subject.topic)),
  ]
}

function subjectOf(params: Readonly<Record<string, string>>): LinkSubject {
  if (params['subscription'] === undefined) return { topic: topicOfPath(params['topic']), subscription: null }
  const { topic: ofTopic, name } = subscriptionNamesOf(params)
  return { topic: ofTopic, subscription: name }
}
