/**
 * The gates of topics as the configuration asks for them.
 * Takes settings, time and how many frontends there are. Gives a gate for each topic.
 * Refuses authentication without an account, and a limit of throughput that does not fit its type.
 */
import type { Topic } from '@iris/common/domain/topic'
import { ConfigError } from '@iris/common/config/load'
import type { FrontendBase, FrontendConfig } from '../base.js'
import type { PublishMetrics } from '../publish-metrics.js'
import { createQuotas } from '../quota/quotas.js'
import { createThroughput, type ThroughputRule } from '../quota/throughput.js'
import type { Authenticator } from '@iris/common/access/authenticator'
import { createAuthentication, type Authenticate } from './authentication.js'
import { createTopicGates, type TopicGate } from './topic-gate.js'

export interface Gates {
  /** Null where callers are not asked who they are. */
  readonly authenticate: Authenticate | null
  of(topic: Topic): TopicGate | null
  /** A topic is gone. */
  forget(topic: string): void
}

export interface GateSurroundings {
  readonly metrics: PublishMetrics
  /** Counts the live frontends. */
  readonly sharers: () => number
  /** Null where neither keys nor tokens are taken. */
  readonly keysAndTokens: Authenticator | null
}

/** Makes the gates. */
export function createGates(base: FrontendBase, config: FrontendConfig, around: GateSurroundings): Gates {
  const { clock } = base
  const { metrics, sharers } = around
  const authenticate = authenticationOf(config, around.keysAndTokens)
  const throughput = createThroughput(throughputRuleOf(config), clock.monotonic())
  const nowMs = (): number => clock.monotonic()
  const quotas = createQuotas(
    { nowMs, sharers, onExceeded: (topic, limit) => metrics.overQuota(topic, limit) },
    {
      windowMs: config.quotaWindowMs,
      publishersMax: config.quotaPublishersMax,
      defaults: {
        messagesPerSecond: config.quotaMessages,
        bytesPerSecond: config.quotaBytes,
        publisherMessagesPerSecond: config.quotaPublisherMessages,
        publisherBytesPerSecond: config.quotaPublisherBytes,
      },
    },
  )
  const gateOf = createTopicGates({
    ...{ clock, authenticate, quotas, throughput },
    isProactive: config.authenticationMode === 'pro_active',
    publisherHeader: config.quotaPublisherHeader.toLowerCase(),
    onThroughput: topic => metrics.overQuota(topic, 'throughput'),
  })
  return {
    authenticate,
    of: gateOf,
    forget: topic => throughput?.forget(topic),
  }
}

function authenticationOf(config: FrontendConfig, keysAndTokens: Authenticator | null): Authenticate | null {
  if (!config.isAuthenticating) return null
  if (config.basicAccounts.length > 0 || keysAndTokens !== null)
    return createAuthentication(config.basicAccounts, keysAndTokens)
  const [on, accounts] = [
    'frontend.handlers.authentication.enabled',
    'frontend.handlers.authentication.basic',
  ]
  throw new ConfigError([
    `${on} is true, ${accounts} names no account, and neither keys nor tokens are taken: nobody could publish`,
  ])
}

function throughputRuleOf(config: FrontendConfig): ThroughputRule {
  const type = config.throughputType.toLowerCase()
  if (type === 'fixed') return { type, max: config.throughputFixedMax }
  if (type !== 'dynamic') return { type: 'unlimited' }
  return {
    type,
    max: config.throughputMax,
    threshold: config.throughputThreshold,
    desired: config.throughputDesired,
    idle: config.throughputIdle,
    checkMs: config.throughputCheckMs,
  }
}
