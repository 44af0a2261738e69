// pure
/**
 * What the console asks for before anything else.
 * Takes the configuration. Gives an object with every member that Hermes' console reads without a look.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import type { ManagementConfig } from '../base.js'

/** The members of `GET /console`. */
export function consoleSettings(config: ManagementConfig): JsonObject {
  return {
    console: {
      title: config.consoleTitle,
      contactLink: config.consoleContact,
      environmentName: config.environmentName,
      criticalEnvironment: config.isCritical,
      knownEnvironments: config.knownEnvironments,
    },
    dashboard: { metrics: config.dashboardMetrics, docs: config.dashboardDocs },
    metrics: { fetchingDashboardUrlEnabled: config.isDashboardUrlFetched },
    auth: {
      oauth: {
        enabled: config.isOAuthEnabled,
        url: config.oAuthUrl,
        authorizationEndpoint: config.oAuthAuthorization,
        tokenEndpoint: config.oAuthToken,
        clientId: config.oAuthClientId,
        scope: config.oAuthScope,
      },
    },
    owner: { sources: config.ownerSources },
    topic: topicSettings(config),
    subscription: subscriptionSettings(config),
    consistency: { maxGroupBatchSize: config.groupBatchMax },
    group: { nonAdminCreationEnabled: config.isNonAdminCreationAllowed },
    costs: {
      enabled: config.areCostsShown,
      globalDetailsUrl: config.costsGlobalUrl,
      topicIframeUrl: config.costsTopicFrame,
      topicDetailsUrl: config.costsTopicUrl,
      subscriptionIframeUrl: config.costsSubscriptionFrame,
      subscriptionDetailsUrl: config.costsSubscriptionUrl,
    },
  }
}

function topicSettings(config: ManagementConfig): JsonObject {
  return {
    messagePreviewEnabled: config.isPreviewShown,
    offlineClientsEnabled: config.areOfflineClientsShown,
    readOnlyModeEnabled: config.isReadOnlyShown,
    defaults: {
      ack: config.ackDefault,
      contentType: config.contentTypeDefault,
      retentionTime: { duration: config.retentionDefault, retentionUnit: config.retentionUnitDefault },
      offlineStorage: {
        enabled: config.isOfflineStoredDefault,
        retentionTime: {
          duration: config.offlineRetentionDefault,
          retentionUnit: config.offlineRetentionUnitDefault,
        },
      },
    },
    contentTypes: config.allowedContentTypes.map(value => ({ value, label: value })),
    retentionUnits: config.retentionUnitChoices,
    offlineRetransmission: {
      enabled: config.isOfflineRetransmissionShown,
      description: config.offlineRetransmissionText,
      fromViewDocsUrl: config.offlineViewDocs,
      globalTaskQueueUrl: config.offlineQueueUrl,
      monitoringDocsUrl: config.offlineMonitoringDocs,
    },
  }
}

function subscriptionSettings(config: ManagementConfig): JsonObject {
  return {
    endpointAddressResolverMetadata: config.resolverMetadata,
    requestTimeoutWarningThreshold: config.requestTimeoutWarning,
    defaults: {
      subscriptionPolicy: {
        messageTtl: config.messageTtlDefault,
        requestTimeout: config.requestTimeoutDefault,
      },
      deliveryType: config.deliveryTypeDefault,
    },
    deliveryTypes: config.deliveryTypeChoices,
  }
}
