// pure
/**
 * The templates of addresses as the configuration gives them.
 */
import type { ManagementConfig } from '../base.js'
import type { LinkTemplates, NamedTemplate } from './links.js'

/** Reads them; entries of lists are `name=address`. */
export function linkTemplates(config: ManagementConfig): LinkTemplates {
  return {
    topicDashboard: config.topicDashboard,
    subscriptionDashboard: config.subscriptionDashboard,
    offlineClients: config.offlineClients,
    topicTracking: config.topicTracking.map(namedTemplate),
    subscriptionTracking: config.subscriptionTracking.map(namedTemplate),
  }
}

function namedTemplate(entry: string): NamedTemplate {
  const equals = entry.indexOf('=')
  return { name: entry.slice(0, equals), url: entry.slice(equals + 1) }
}
