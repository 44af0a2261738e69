// pure
/**
 * Quotas of topics and of their publishers: messages and bytes a second.
 * Takes messages as they are announced. Gives null or the refusal, and `RateLimit` headers of the answer.
 * Promises: a frontend grants its share, by the number of live ones; what is refused does not count.
 * Bound: `publishersMax` publishers; the one unseen for longest is forgotten and begins with a full bucket.
 */
import type { TopicQuotas } from '@iris/common/domain/topic-quotas'
import { type HermesError, refusal, withHeaders } from '@iris/common/errors/hermes-error'
import { Bucket, type BucketRate } from './bucket.js'
import { policyHeader, remainingHeader, type ShownLimit } from './rate-limit-headers.js'

/** What a limit counts. */
export type QuotaUnit = 'messages' | 'bytes'
/** Whose limit it is. */
export type QuotaScope = 'topic' | 'publisher'

export interface QuotaOptions {
  /** Limits of topics that name none; 0 for none. */
  readonly defaults: Readonly<Record<keyof TopicQuotas, number>>
  /** How much of a limit may come at once, in seconds of it. */
  readonly windowMs: number
  readonly publishersMax: number
}

export interface QuotaParts {
  readonly nowMs: () => number
  /** How many frontends share each limit now, at least 1. */
  readonly sharers: () => number
  /** Told of each refusal. */
  readonly onExceeded: (topic: string, limit: string) => void
}

export interface Quotas {
  /** The quota of a topic; null where nothing limits it. */
  of(topic: string, own: TopicQuotas | null): TopicQuota | null
  publisherCount(): number
}

/** A limit of a topic. */
interface Limit extends ShownLimit {
  readonly unit: QuotaUnit
  readonly scope: QuotaScope
}

/** The buckets of a topic or a publisher, made when first used. */
type Buckets = Partial<Record<QuotaUnit, Bucket>>

/** Makes quotas that nobody has used. */
export function createQuotas(parts: QuotaParts, options: QuotaOptions): Quotas {
  const publishers = new Map<string, Buckets>()
  const bucketsOf = (topic: string, publisher: string): Buckets => {
    const key = `${topic}\n${publisher}`
    const buckets = publishers.get(key) ?? {}
    // Put last again: the first of the map is the one unseen for longest.
    publishers.delete(key)
    publishers.set(key, buckets)
    const oldest = publishers.keys().next()
    if (publishers.size > options.publishersMax && oldest.done !== true) publishers.delete(oldest.value)
    return buckets
  }
  return {
    of(topic, own) {
      const limits = limitsOf(options, own)
      return limits.length === 0 ? null : new TopicQuota(parts, topic, limits, options.windowMs, bucketsOf)
    },
    publisherCount: () => publishers.size,
  }
}

function limitsOf({ defaults, windowMs }: QuotaOptions, own: TopicQuotas | null): readonly Limit[] {
  const limit = (scope: QuotaScope, unit: QuotaUnit, member: keyof TopicQuotas): Limit[] => {
    const perSecond = own?.[member] ?? defaults[member]
    return perSecond > 0 ? [{ name: `${scope}-${unit}`, scope, unit, perSecond, windowMs }] : []
  }
  return [
    ...limit('topic', 'messages', 'messagesPerSecond'),
    ...limit('topic', 'bytes', 'bytesPerSecond'),
    ...limit('publisher', 'messages', 'publisherMessagesPerSecond'),
    ...limit('publisher', 'bytes', 'publisherBytesPerSecond'),
  ]
}

function unitsOf({ unit }: Limit, bytes: number): number {
  return unit === 'messages' ? 1 : bytes
}

/** The quota of one topic. */
export class TopicQuota {
  /** Whether it matters who publishes. */
  readonly isPerPublisher: boolean
  private readonly own: Buckets = {}
  private readonly policy: string

  constructor(
    private readonly parts: QuotaParts,
    private readonly topic: string,
    private readonly limits: readonly Limit[],
    private readonly windowMs: number,
    private readonly bucketsOf: (topic: string, publisher: string) => Buckets,
  ) {
    this.isPerPublisher = limits.some(({ scope }) => scope === 'publisher')
    this.policy = policyHeader(limits)
  }

  /** Counts a message, and the bytes that are known of it; or refuses it and counts nothing. */
  take(publisher: string, bytes: number): HermesError | null {
    for (const limit of this.limits) {
      const rate = this.rateOf(limit)
      const bucket = this.bucketOf(limit, publisher, rate)
      const units = unitsOf(limit, bytes)
      if (!bucket.allows(units, rate, this.parts.nowMs()))
        return this.refuse(limit, bucket.waitMs(units, rate))
    }
    for (const limit of this.limits) {
      const bucket = this.bucketOf(limit, publisher, this.rateOf(limit))
      bucket.use(unitsOf(limit, bytes))
    }
    return null
  }

  /** Counts bytes that were not announced. */
  addBytes(publisher: string, bytes: number): void {
    for (const limit of this.limits)
      if (limit.unit === 'bytes') this.bucketOf(limit, publisher, this.rateOf(limit)).use(bytes)
  }

  /** The headers of an answer, as a flat list of names and values. */
  headers(publisher: string): readonly string[] {
    const nowMs = this.parts.nowMs()
    const remaining = this.limits.map(limit => {
      const rate = this.rateOf(limit)
      const bucket = this.bucketOf(limit, publisher, rate)
      return { name: limit.name, left: bucket.left(rate, nowMs), fullInMs: bucket.fullInMs(rate) }
    })
    return ['RateLimit-Policy', this.policy, 'RateLimit', remainingHeader(remaining)]
  }

  private bucketOf({ scope, unit }: Limit, publisher: string, rate: BucketRate): Bucket {
    const buckets = scope === 'topic' ? this.own : this.bucketsOf(this.topic, publisher)
    return (buckets[unit] ??= new Bucket(rate, this.parts.nowMs()))
  }

  private rateOf({ perSecond }: Limit): BucketRate {
    const share = perSecond / this.parts.sharers()
    return { perSecond: share, capacity: (share * this.windowMs) / 1_000 }
  }

  private refuse(limit: Limit, waitMs: number): HermesError {
    this.parts.onExceeded(this.topic, limit.name)
    const retryAfterS = Math.max(1, Math.ceil(waitMs / 1_000))
    const whose = limit.scope === 'topic' ? `Topic ${this.topic}` : `A publisher of topic ${this.topic}`
    const problem = `${whose} may have ${limit.perSecond} ${limit.unit} a second [quota:${limit.name}].`
    const about = { limit: limit.perSecond }
    const exceeded = refusal('THROUGHPUT_QUOTA_VIOLATION', { problem }, 'frontend', about)
    return withHeaders(exceeded, { 'Retry-After': `${retryAfterS}` })
  }
}
