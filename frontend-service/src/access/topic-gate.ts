/**
 * What stands between a publisher and a topic beside the topic's own limits: permission, an operator's stop,
 * throughput limits and quotas.
 * Takes a topic once, when it changes, and then its messages. Gives a gate, or null where nothing stands
 * there, so that most topics pay a look at a field. Promises: what a fellow passes on was judged and counted
 * there, by who really sent it, and is neither judged by another name nor counted again.
 */
import { splitTopicName } from '@iris/common/domain/names'
import type { Topic } from '@iris/common/domain/topic'
import { type HermesError, refusal, withHeaders } from '@iris/common/errors/hermes-error'
import type { Clock } from '@iris/common/time/clock'
import { callerOf, type Sender } from '../publish/sender.js'
import type { Quotas, TopicQuota } from '../quota/quotas.js'
import type { Throughput } from '../quota/throughput.js'
import type { Authenticate } from './authentication.js'
import { permissionOf } from './authorization.js'

/** The gate of one topic. */
export interface TopicGate {
  /** Whether it asks who the caller is. */
  readonly asksWho: boolean
  /** Whether the caller may publish here at all. */
  permit(sender: Sender): HermesError | null
  /** Whether there is quota left; counts what is known of the message. */
  charge(sender: Sender): HermesError | null
  /** The name that the caller has proved; null where it has proved none, or the topic does not ask. */
  nameOf(sender: Sender): string | null
  /** The body has come: counts what was not known before. */
  received(sender: Sender, bytes: number): HermesError | null
}

export interface TopicGateParts {
  readonly clock: Clock
  /** Null where callers are not asked who they are. */
  readonly authenticate: Authenticate | null
  /** Whether credentials are judged also where a topic does not ask for them. */
  readonly isProactive: boolean
  readonly quotas: Quotas
  readonly throughput: Throughput | null
  /** Lower-case name of the header that names a publisher without an account; empty for its address. */
  readonly publisherHeader: string
  /** Told of a refusal by a throughput limit. */
  readonly onThroughput: (topic: string) => void
}

const publisherLettersMax = 200

/** Makes the gates of an installation. */
export function createTopicGates(parts: TopicGateParts): (topic: Topic) => TopicGate | null {
  return topic => {
    const quota = parts.quotas.of(topic.name, topic.quotas)
    const asksWho = parts.authenticate !== null && (parts.isProactive || topic.auth.enabled)
    if (quota === null && !asksWho && topic.blocked === null && parts.throughput === null) return null
    return new Gate(parts, topic, { quota, authenticate: asksWho ? parts.authenticate : null })
  }
}

class Gate implements TopicGate {
  readonly asksWho: boolean
  private readonly blocked: HermesError | null
  private readonly group: string
  private readonly quota: TopicQuota | null
  private readonly authenticate: Authenticate | null

  constructor(
    private readonly parts: TopicGateParts,
    private readonly topic: Topic,
    own: { readonly quota: TopicQuota | null; readonly authenticate: Authenticate | null },
  ) {
    this.quota = own.quota
    this.authenticate = own.authenticate
    this.asksWho = own.authenticate !== null
    this.group = splitTopicName(topic.name)?.group ?? ''
    this.blocked = topic.blocked === null ? null : blockedRefusal(topic.name, topic.blocked.reason)
  }

  permit(sender: Sender): HermesError | null {
    if (this.authenticate !== null && sender.isForwarded !== true) {
      const permission = permissionOf(this.topic.auth, this.group, this.authenticate(callerOf(sender)))
      if (permission === 'unauthenticated') return unauthenticated(this.authenticate.challenge)
      if (permission === 'unclear') return refusal('AUTHENTICATION_UNAVAILABLE', {}, 'frontend')
      if (permission === 'forbidden') return refusal('AUTH_ERROR', {}, 'frontend')
    }
    return this.blocked
  }

  charge(sender: Sender): HermesError | null {
    if (sender.isForwarded === true) return null
    const late = this.overThroughput()
    if (late !== null || this.quota === null) return late
    const publisher = this.publisherOf(sender)
    const refused = this.quota.take(publisher, Math.max(0, sender.announcedBytes))
    sender.note?.(this.quota.headers(publisher))
    return refused
  }

  received(sender: Sender, bytes: number): HermesError | null {
    if (sender.isForwarded === true) return null
    if (sender.announcedBytes < 0) this.quota?.addBytes(this.publisherOf(sender), bytes)
    this.parts.throughput?.received(this.topic.name, bytes, this.parts.clock.monotonic())
    return this.overThroughput()
  }

  private overThroughput(): HermesError | null {
    const problem = this.parts.throughput?.problem(this.topic.name, this.parts.clock.monotonic()) ?? null
    if (problem === null) return null
    this.parts.onThroughput(this.topic.name)
    return refusal('THROUGHPUT_QUOTA_VIOLATION', { problem }, 'frontend')
  }

  nameOf(sender: Sender): string | null {
    const caller = this.authenticate?.(callerOf(sender)) ?? null
    return caller?.kind === 'principal' ? caller.principal.name : null
  }

  /** Who the caller is where it says so; else what the header says; else where the request came from. */
  private publisherOf(sender: Sender): string {
    if (this.quota?.isPerPublisher !== true) return ''
    const name = this.nameOf(sender)
    if (name !== null) return `account ${name}`
    const { publisherHeader } = this.parts
    const named = publisherHeader === '' ? undefined : callerOf(sender).headers[publisherHeader]
    if (typeof named === 'string' && named !== '') return `header ${named.slice(0, publisherLettersMax)}`
    return `address ${sender.address ?? ''}`
  }
}

function blockedRefusal(topic: string, reason: string): HermesError {
  return refusal('TOPIC_BLOCKED', { topic, reason: reason === '' ? 'no reason given' : reason }, 'frontend')
}

/** Nobody said who they are, or not truly; `challenge` says how to. */
export function unauthenticated(challenge: string): HermesError {
  return withHeaders(refusal('UNAUTHENTICATED', {}, 'frontend'), { 'WWW-Authenticate': challenge })
}
