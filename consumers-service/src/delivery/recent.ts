// pure
/**
 * What came of a subscription's attempts in the last minute, for who asks why it is slow.
 * Takes attempts as they end. Gives counts by outcome, and how long they took.
 * Bound: `bucketCount` buckets of fixed size, made at the first attempt; an idle subscription holds none.
 */
import { causeOfAttempt, type FailureCause } from '@iris/common/domain/failure-cause'
import type { AttemptResult } from '@iris/common/http/client'

/** The last minute, as far as it is over. */
export interface RecentView {
  readonly windowMs: number
  readonly attempts: number
  readonly succeeded: number
  /** What became of messages; one that is still tried is not among them. */
  readonly ended: Readonly<Record<Ending, number>>
  /** Attempts by status of the answer, or `timeout`, `error`, `forbidden`, `ownFault` where none came. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Those that failed, by cause; with the newest of each. */
  readonly failures: Readonly<Record<FailureCause, RecentFailure>>
  /** Of all attempts; null without any. Quantiles are right to an eighth. */
  readonly meanMs: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly lastFailure: { readonly outcome: string; readonly detail: string; readonly agoMs: number } | null
}

/** Attempts that failed for one cause. */
export interface RecentFailure {
  readonly count: number
  /** Of the newest. */
  readonly detail: string
  readonly agoMs: number
}

/** How the way of a message ends. */
export type Ending = 'delivered' | 'givenUp' | 'filtered'

export interface RecentAttempts {
  attempt(result: AttemptResult, isSuccess: boolean, tookMs: number, nowMs: number): void
  ended(ending: Ending, nowMs: number): void
  read(nowMs: number): RecentView
}

const bucketMs = 5_000
const bucketCount = 12
export const recentWindowMs = bucketMs * bucketCount
/** Latency bounds grow by a quarter from 0.5 ms; 64 of them reach ten minutes. */
const firstMs = 0.5
const growth = 1.25
const latencyCount = 64
const logGrowth = Math.log(growth)

const noCounts = { attempts: 0, succeeded: 0, sumMs: 0, delivered: 0, givenUp: 0, filtered: 0 }
const countNames = Object.keys(noCounts) as readonly (keyof typeof noCounts)[]

interface Bucket {
  /** Which five seconds since the start of the clock it holds. */
  epoch: number
  attempts: number
  succeeded: number
  sumMs: number
  delivered: number
  givenUp: number
  filtered: number
  readonly outcomes: Map<string | number, number>
  readonly failures: Map<FailureCause, Failures>
  readonly latencies: Uint32Array
}

interface Failures {
  count: number
  detail: string
  atMs: number
}

/** Makes an empty record. */
export function createRecentAttempts(): RecentAttempts {
  const buckets: Bucket[] = []
  let lastFailure: { outcome: string; detail: string; atMs: number } | null = null

  const bucketAt = (nowMs: number): Bucket => {
    const epoch = Math.floor(nowMs / bucketMs)
    const index = epoch % bucketCount
    const bucket = (buckets[index] ??= emptyBucket())
    if (bucket.epoch !== epoch) clear(bucket, epoch)
    return bucket
  }

  return {
    attempt(result, isSuccess, tookMs, nowMs) {
      const bucket = bucketAt(nowMs)
      const outcome = outcomeOf(result)
      bucket.attempts++
      bucket.sumMs += tookMs
      bucket.outcomes.set(outcome, (bucket.outcomes.get(outcome) ?? 0) + 1)
      const latency = latencyIndex(tookMs)
      bucket.latencies[latency] = (bucket.latencies[latency] ?? 0) + 1
      if (isSuccess) bucket.succeeded++
      else {
        const failure = { count: 1, detail: detailOf(result), atMs: nowMs }
        lastFailure = { outcome: String(outcome), ...failure }
        addFailures(bucket.failures, causeOfAttempt(result), failure)
      }
    },
    ended(ending, nowMs) {
      bucketAt(nowMs)[ending]++
    },
    read(nowMs) {
      const oldest = Math.floor(nowMs / bucketMs) - bucketCount
      const { attempts, succeeded, sumMs, delivered, givenUp, filtered, outcomes, failures, latencies } =
        sumOf(buckets.filter(bucket => bucket.epoch > oldest))
      const failedMs = lastFailure === null ? Infinity : nowMs - lastFailure.atMs
      return {
        windowMs: recentWindowMs,
        attempts,
        succeeded,
        ended: { delivered, givenUp, filtered },
        outcomes: Object.fromEntries(outcomes),
        failures: Object.fromEntries(
          [...failures].map(([cause, { count, detail, atMs }]) => [
            cause,
            { count, detail, agoMs: Math.round(nowMs - atMs) },
          ]),
        ),
        meanMs: attempts === 0 ? null : Math.round(sumMs / attempts),
        p50Ms: quantileMs(latencies, attempts, 0.5),
        p99Ms: quantileMs(latencies, attempts, 0.99),
        lastFailure:
          lastFailure === null || failedMs > recentWindowMs
            ? null
            : { outcome: lastFailure.outcome, detail: lastFailure.detail, agoMs: Math.round(failedMs) },
      }
    },
  }
}

function emptyBucket(): Bucket {
  const latencies = new Uint32Array(latencyCount)
  return { epoch: -1, ...noCounts, outcomes: new Map(), failures: new Map(), latencies }
}

function clear(bucket: Bucket, epoch: number): void {
  Object.assign(bucket, noCounts, { epoch })
  bucket.outcomes.clear()
  bucket.failures.clear()
  bucket.latencies.fill(0)
}

function sumOf(buckets: readonly Bucket[]): Bucket {
  const sum = emptyBucket()
  for (const bucket of buckets) {
    for (const count of countNames) sum[count] += bucket[count]
    for (const [outcome, count] of bucket.outcomes)
      sum.outcomes.set(outcome, (sum.outcomes.get(outcome) ?? 0) + count)
    for (const [cause, failures] of bucket.failures) addFailures(sum.failures, cause, failures)
    bucket.latencies.forEach((count, index) => (sum.latencies[index] = (sum.latencies[index] ?? 0) + count))
  }
  return sum
}

/** What is kept is changed in place and never `added` itself, which may be kept elsewhere. */
function addFailures(into: Map<FailureCause, Failures>, cause: FailureCause, added: Failures): void {
  const known = into.get(cause)
  if (known === undefined) return void into.set(cause, { ...added })
  known.count += added.count
  if (added.atMs < known.atMs) return
  known.atMs = added.atMs
  known.detail = added.detail
}

function outcomeOf(result: AttemptResult): string | number {
  if (result.kind === 'answer') return result.status
  return result.kind === 'error' && result.isOurFault ? 'ownFault' : result.kind
}

function detailOf(result: AttemptResult): string {
  return result.kind === 'answer' ? `answered ${result.status}` : result.detail
}

function latencyIndex(tookMs: number): number {
  if (tookMs <= firstMs) return 0
  return Math.min(latencyCount - 1, Math.ceil(Math.log(tookMs / firstMs) / logGrowth))
}

/** The middle of the bucket that holds the quantile. */
function quantileMs(latencies: Uint32Array, total: number, q: number): number | null {
  let left = Math.ceil(total * q)
  if (left === 0) return null
  for (let index = 0; index < latencyCount; index++) {
    left -= latencies[index] ?? 0
    if (left <= 0) return Math.round(firstMs * growth ** (index - 0.5))
  }
  return null
}
