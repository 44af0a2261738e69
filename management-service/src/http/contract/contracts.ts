/**
 * The contracts of all routes of management, in the order in which they are described.
 */
import { accessContract } from './access.js'
import type { ResourceContract } from './contract.js'
import { consistencyContract } from './consistency.js'
import { consoleContract } from './console-pages.js'
import { constraintContract } from './constraints.js'
import { deadLetterContract } from './dead-letters.js'
import { diagnosisContract } from './diagnosis.js'
import { docsContract } from './docs.js'
import { filterContract } from './filters.js'
import { graphContract } from './graph.js'
import { groupContract } from './groups.js'
import { installationContract } from './installation.js'
import { inactiveTopicContract } from './inactive-topics.js'
import { jsonSchemaContract } from './json-schemas.js'
import { historyContract } from './history.js'
import { inboxContract } from './inbox.js'
import { messageContract } from './messages.js'
import { metricsContract } from './metrics.js'
import { keyContract } from './keys.js'
import { oAuthProviderContract } from './oauth-providers.js'
import { offlineTaskContract } from './offline-tasks.js'
import { ownerContract } from './owners.js'
import { publishingContract } from './publishing.js'
import { queryContract } from './queries.js'
import { readinessContract } from './readiness.js'
import { readingContract } from './reading.js'
import { retransmissionContract } from './retransmission.js'
import { scheduledContract } from './scheduled.js'
import { schemaContract } from './schemas.js'
import { auditContract } from './audit.js'
import { secretsContract } from './secrets.js'
import { signingKeyContract } from './signing-keys.js'
import { statusContract } from './status.js'
import { subscriptionContract } from './subscriptions.js'
import { taskContract } from './tasks.js'
import { topicContract } from './topics.js'
import { traceContract } from './traces.js'

/** Those that frontends serve, and management only describes. */
export const frontendContracts: readonly ResourceContract[] = [publishingContract, readingContract]

/** All that management serves. */
export const contracts: readonly ResourceContract[] = [
  groupContract,
  topicContract,
  schemaContract,
  jsonSchemaContract,
  subscriptionContract,
  signingKeyContract,
  retransmissionContract,
  deadLetterContract,
  taskContract,
  scheduledContract,
  messageContract,
  traceContract,
  diagnosisContract,
  filterContract,
  queryContract,
  graphContract,
  metricsContract,
  installationContract,
  historyContract,
  oAuthProviderContract,
  ownerContract,
  constraintContract,
  consistencyContract,
  offlineTaskContract,
  inactiveTopicContract,
  readinessContract,
  auditContract,
  secretsContract,
  keyContract,
  consoleContract,
  inboxContract,
  accessContract,
  statusContract,
  docsContract,
]
