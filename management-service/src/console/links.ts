// pure
/**
 * Addresses of things that others show: dashboards, tracked messages, clients that read a topic offline.
 * Takes templates of the configuration, with `{topic}`, `{group}`, `{name}` (the topic without its group) and
 * `{subscription}`. Gives URLs; refuses with Hermes' 404 where nothing is configured.
 */
import { splitTopicName, type TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'

/** A template with the name that people see. */
export interface NamedTemplate {
  readonly name: string
  readonly url: string
}

export interface LinkTemplates {
  /** Empty where there is none. */
  readonly topicDashboard: string
  readonly subscriptionDashboard: string
  readonly offlineClients: string
  readonly topicTracking: readonly NamedTemplate[]
  readonly subscriptionTracking: readonly NamedTemplate[]
}

/** What an address is about. */
export interface LinkSubject {
  readonly topic: TopicName
  readonly subscription: string | null
}

/** The dashboard of a topic or subscription. */
export function dashboardOf(templates: LinkTemplates, subject: LinkSubject): { readonly url: string } {
  const template = subject.subscription === null ? templates.topicDashboard : templates.subscriptionDashboard
  if (template === '') throw absent('Dashboard url')
  return { url: filled(template, subject) }
}

/** Where the clients are listed that read a topic's messages from an offline storage. */
export function offlineClientsOf(templates: LinkTemplates, topic: TopicName): { readonly source: string } {
  if (templates.offlineClients === '') throw absent('Offline clients')
  return { source: filled(templates.offlineClients, { topic, subscription: null }) }
}

/** Where tracked messages of it are shown. */
export function trackingUrlsOf(templates: LinkTemplates, subject: LinkSubject): readonly NamedTemplate[] {
  const all = subject.subscription === null ? templates.topicTracking : templates.subscriptionTracking
  return all.map(({ name, url }) => ({ name, url: filled(url, subject) }))
}

function filled(template: string, { topic, subscription }: LinkSubject): string {
  const parts = splitTopicName(topic)
  const values: Readonly<Record<string, string>> = {
    topic,
    group: parts?.group ?? '',
    name: parts?.topic ?? '',
    subscription: subscription ?? '',
  }
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : encodeURIComponent(value)
  })
}

function absent(what: string): Error {
  return refusal('IMPLEMENTATION_ABSENT', { what })
}
