/**
 * Configuration keys of what management tells the console (`GET /console`), and of addresses of other pages.
 * Names: the member's path in the answer behind `console` and a dot, as in Hermes.
 */
import { z } from 'zod'
import { count, flag, key, list, text, type ConfigKey } from '@iris/common/config/declare'
import { retentionUnits, ackLevels } from '@iris/common/domain/topic-form'

const url = text(1024)
const label = text(200)

/** A list of objects: JSON text in the environment, a list in the file. */
function objects<S extends z.ZodRawShape>(shape: S) {
  const read = (value: unknown): unknown => (typeof value === 'string' ? jsonOf(value) : value)
  return z.preprocess(read, z.array(z.object(shape)).max(100)).describe('list of objects, as JSON')
}

function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value // the check says what is expected
  }
}

/** `{"value": …, "label": …}`, for the choices of a list. */
const choices = objects({ value: z.string(), label: z.string() })
const choice = (value: string): { value: string; label: string } => ({ value, label: value })

/** Metadata of an address resolver that the console asks for, by key, as JSON text. */
const metadata = z
  .preprocess(
    value => (typeof value === 'string' ? jsonOf(value) : value),
    z.record(
      z.string(),
      z.object({
        title: z.string(),
        type: z.string(),
        hint: z.string(),
        options: z.array(z.string()).optional(),
      }),
    ),
  )
  .describe('object, as JSON')

function consoleKey<T>(path: string, schema: z.ZodType<T>, fallback: T, prose: string): ConfigKey<T> {
  return key(['console', ...path.split('/')].join('.'), schema, fallback, `Console: ${prose}`)
}

function isHttp(value: string): boolean {
  return value === '' || (/^http:\/\//.test(value) && URL.canParse(value))
}

export const consoleKeys = {
  consoleDirectory: consoleKey(
    'directory',
    url,
    '',
    "folder with another console, such as Hermes', that is served at `/ui`; empty for Iris' own",
  ),
  inboxUrl: consoleKey(
    'inboxUrl',
    url.refine(isHttp, 'an http address'),
    '',
    'address of the webhook inbox of a local stack, whose messages management shows; empty for none',
  ),
  consoleTitle: consoleKey('console/title', label, 'hermes console', 'title of the page'),
  consoleContact: consoleKey('console/contactLink', url, '', 'where its users find help'),
  environmentName: consoleKey('console/environmentName', label, 'LOCAL', 'name of this installation'),
  isCritical: consoleKey('console/criticalEnvironment', flag(), false, 'whether changes are asked for twice'),
  knownEnvironments: consoleKey(
    'console/knownEnvironments',
    objects({ name: z.string(), url: z.string() }),
    [],
    'other installations to go to',
  ),
  dashboardMetrics: consoleKey('dashboard/metrics', url, 'http://localhost:8082', 'link to metrics'),
  dashboardDocs: consoleKey('dashboard/docs', url, 'http://hermes-pubsub.rtfd.org', 'link to documentation'),
  isDashboardUrlFetched: consoleKey(
    'metrics/fetchingDashboardUrlEnabled',
    flag(),
    false,
    'whether it asks for the addresses of dashboards',
  ),
  isOAuthEnabled: consoleKey('auth/oauth/enabled', flag(), false, 'whether its users log in'),
  oAuthUrl: consoleKey('auth/oauth/url', url, 'localhost:8092', 'address of the identity provider'),
  oAuthAuthorization: consoleKey(
    'auth/oauth/authorizationEndpoint',
    url,
    '/auth/oauth/authorize',
    'path of the log-in there',
  ),
  oAuthToken: consoleKey('auth/oauth/tokenEndpoint', url, '/auth/oauth/token', 'path of tokens there'),
  oAuthClientId: consoleKey('auth/oauth/clientId', label, 'hermes', 'its client id there'),
  oAuthScope: consoleKey('auth/oauth/scope', label, 'hermes', 'the scope it asks for'),
  ownerSources: consoleKey(
    'owner/sources',
    objects({ name: z.string(), placeholder: z.string() }),
    [{ name: 'Plaintext', placeholder: 'Name of the owner' }],
    'sources of owners in its forms',
  ),
  isPreviewShown: consoleKey('topic/messagePreviewEnabled', flag(), true, 'whether it shows last messages'),
  areOfflineClientsShown: consoleKey(
    'topic/offlineClientsEnabled',
    flag(),
    false,
    'whether it shows offline clients',
  ),
  isReadOnlyShown: consoleKey('topic/readOnlyModeEnabled', flag(), false, 'whether topics are read-only'),
  ackDefault: consoleKey('topic/defaults/ack', z.enum(ackLevels), 'LEADER', 'ack of a new topic'),
  contentTypeDefault: consoleKey(
    'topic/defaults/contentType',
    z.enum(['JSON', 'AVRO']),
    'JSON',
    'content type of a new topic',
  ),
  retentionDefault: consoleKey(
    'topic/defaults/retentionTime/duration',
    count(0, 1_000_000),
    1,
    'retention of a new topic',
  ),
  retentionUnitDefault: consoleKey(
    'topic/defaults/retentionTime/retentionUnit',
    z.enum(retentionUnits),
    'DAYS',
    'unit of that retention',
  ),
  isOfflineStoredDefault: consoleKey(
    'topic/defaults/offlineStorage/enabled',
    flag(),
    false,
    'whether a new topic is stored offline',
  ),
  offlineRetentionDefault: consoleKey(
    'topic/defaults/offlineStorage/retentionTime/duration',
    count(0, 1_000_000),
    1,
    'retention there',
  ),
  offlineRetentionUnitDefault: consoleKey(
    'topic/defaults/offlineStorage/retentionTime/retentionUnit',
    z.enum(retentionUnits),
    'DAYS',
    'unit of that retention',
  ),
  retentionUnitChoices: consoleKey('topic/retentionUnits', choices, [choice('DAYS')], 'units in its forms'),
  isOfflineRetransmissionShown: consoleKey(
    'topic/offlineRetransmission/enabled',
    flag(),
    false,
    'whether it offers offline retransmission',
  ),
  offlineRetransmissionText: consoleKey(
    'topic/offlineRetransmission/description',
    text(1000),
    'Offline retransmission',
    'what it says about it',
  ),
  offlineViewDocs: consoleKey(
    'topic/offlineRetransmission/fromViewDocsUrl',
    url,
    '',
    'link to the documentation of views',
  ),
  offlineQueueUrl: consoleKey(
    'topic/offlineRetransmission/globalTaskQueueUrl',
    url,
    '',
    'link to the queue of tasks',
  ),
  offlineMonitoringDocs: consoleKey(
    'topic/offlineRetransmission/monitoringDocsUrl',
    url,
    '',
    'link to the documentation of its monitoring',
  ),
  resolverMetadata: consoleKey(
    'subscription/endpointAddressResolverMetadata',
    metadata,
    {},
    'members of `endpointAddressResolverMetadata` in its forms',
  ),
  requestTimeoutWarning: consoleKey(
    'subscription/requestTimeoutWarningThreshold',
    count(0, 1_000_000),
    1_001,
    'milliseconds of a request timeout from which on it warns',
  ),
  messageTtlDefault: consoleKey(
    'subscription/defaults/subscriptionPolicy/messageTtl',
    count(0, 1_000_000),
    3_600,
    'seconds to live in a new subscription',
  ),
  requestTimeoutDefault: consoleKey(
    'subscription/defaults/subscriptionPolicy/requestTimeout',
    count(0, 1_000_000),
    1_000,
    'milliseconds of a request in a new subscription',
  ),
  deliveryTypeDefault: consoleKey(
    'subscription/defaults/deliveryType',
    z.enum(['SERIAL', 'BATCH']),
    'SERIAL',
    'delivery type of a new subscription',
  ),
  deliveryTypeChoices: consoleKey(
    'subscription/deliveryTypes',
    choices,
    [choice('SERIAL'), choice('BATCH')],
    'delivery types in its forms',
  ),
  groupBatchMax: consoleKey(
    'consistency/maxGroupBatchSize',
    count(1, 1_000),
    10,
    'groups whose consistency it asks for at a time',
  ),
  areCostsShown: consoleKey('costs/enabled', flag(), false, 'whether it shows costs'),
  costsGlobalUrl: consoleKey('costs/globalDetailsUrl', url, '', 'link to all costs'),
  costsTopicFrame: consoleKey('costs/topicIframeUrl', url, '', 'page of costs inside that of a topic'),
  costsTopicUrl: consoleKey('costs/topicDetailsUrl', url, '', 'link to the costs of a topic'),
  costsSubscriptionFrame: consoleKey(
    'costs/subscriptionIframeUrl',
    url,
    '',
    'page of costs inside that of a subscription',
  ),
  costsSubscriptionUrl: consoleKey(
    'costs/subscriptionDetailsUrl',
    url,
    '',
    'link to the costs of a subscription',
  ),
} as const

const templates = 'with `{topic}`, `{group}`, `{name}` and `{subscription}`'
const named = list(20).refine(all => all.every(each => /^[^=]+=.+$/.test(each)), 'entries `name=address`')

/** Addresses of things that others show. */
export const linkKeys = {
  topicDashboard: key(
    'management.dashboards.topicUrl',
    url,
    '',
    `Dashboard of a topic, ${templates}; empty for none`,
  ),
  subscriptionDashboard: key(
    'management.dashboards.subscriptionUrl',
    url,
    '',
    `Dashboard of a subscription, ${templates}; empty for none`,
  ),
  offlineClients: key(
    'management.offlineClients.sourceUrl',
    url,
    '',
    `Page with the clients that read a topic offline, ${templates}; empty for none`,
  ),
  topicTracking: key(
    'management.tracking.topicUrls',
    named,
    [],
    `Pages with the tracked messages of a topic, \`name=address\` ${templates}`,
  ),
  subscriptionTracking: key(
    'management.tracking.subscriptionUrls',
    named,
    [],
    `Pages with the tracked messages of a subscription, \`name=address\` ${templates}`,
  ),
  offlineLogsUrl: key(
    'management.offlineRetransmission.logsUrl',
    url,
    '',
    'Logs of an offline retransmission, with `{taskId}`',
  ),
  offlineMetricsUrl: key(
    'management.offlineRetransmission.metricsUrl',
    url,
    '',
    'Metrics of an offline retransmission, with `{taskId}`',
  ),
  offlineJobUrl: key(
    'management.offlineRetransmission.jobDetailsUrl',
    url,
    '',
    'Details of an offline retransmission, with `{taskId}`',
  ),
} as const
