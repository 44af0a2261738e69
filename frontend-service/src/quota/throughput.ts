// pure
/**
 * Hermes' throughput limits: refusal by the average rate of body bytes, of a topic and of all together.
 * Takes the bytes of each body and the time. Gives null, or the sentence of the refusal.
 * Promises: `fixed` and `dynamic` decide as in Hermes, but a topic's lowered limit ends with the overload:
 * Hermes keeps it until the topic is silent. Bound: a meter a topic in use.
 */

/** How the limit is found. */
export type ThroughputRule =
  | { readonly type: 'unlimited' }
  | { readonly type: 'fixed'; readonly max: number }
  | {
      readonly type: 'dynamic'
      readonly max: number
      /** Bytes a second of all topics from which limits are lowered. */
      readonly threshold: number
      /** Bytes a second that the busiest topics share then. */
      readonly desired: number
      /** A topic with no more is left out. */
      readonly idle: number
      readonly checkMs: number
    }

/** Bytes a second over about a minute. */
export class RateMeter {
  private uncounted = 0
  private rate = 0
  private isFirst = true
  private tickedMs: number

  constructor(nowMs: number) {
    this.tickedMs = nowMs
  }

  add(bytes: number, nowMs: number): void {
    this.tick(nowMs)
    this.uncounted += bytes
  }

  /** Bytes a second. */
  perSecond(nowMs: number): number {
    this.tick(nowMs)
    return this.rate
  }

  /** Weighs every five seconds with what came in them, the first five as they are. */
  private tick(nowMs: number): void {
    const ticks = Math.floor((nowMs - this.tickedMs) / tickMs)
    if (ticks <= 0) return
    this.tickedMs += ticks * tickMs
    const instant = this.uncounted / (tickMs / 1_000)
    this.uncounted = 0
    this.rate = this.isFirst ? instant : this.rate + weight * (instant - this.rate)
    this.isFirst = false
    // Ticks in which nothing came.
    this.rate *= (1 - weight) ** (ticks - 1)
  }
}

const tickMs = 5_000
/** Of a tick in the average of one minute. */
const weight = 1 - Math.exp(-tickMs / 60_000)

export interface Throughput {
  /** What is wrong with a further message of the topic now; null where nothing is. */
  problem(topic: string, nowMs: number): string | null
  /** A body has come. */
  received(topic: string, bytes: number, nowMs: number): void
  /** A topic is gone. */
  forget(topic: string): void
}

const globalProblem = 'Global throughput exceeded. Sorry for the inconvenience.'

/** Makes the limits of a rule; null where it never refuses. */
export function createThroughput(rule: ThroughputRule, startMs: number): Throughput | null {
  if (rule.type === 'unlimited') return null
  const all = new RateMeter(startMs)
  const meters = new Map<string, RateMeter>()
  let lowered = new Map<string, number>()
  let checkedMs = startMs

  const lower = (nowMs: number): void => {
    if (rule.type !== 'dynamic' || nowMs - checkedMs < rule.checkMs) return
    checkedMs = nowMs
    lowered = all.perSecond(nowMs) > rule.threshold ? busiest(meters, rule, nowMs) : new Map<string, number>()
  }
  return {
    problem(topic, nowMs) {
      lower(nowMs)
      const limit = lowered.get(topic) ?? rule.max
      const current = Math.floor(meters.get(topic)?.perSecond(nowMs) ?? 0)
      if (current > limit)
        return `Current throughput exceeded limit [current:${current}, limit:${Math.floor(limit)}].`
      return rule.type === 'dynamic' && all.perSecond(nowMs) > rule.max ? globalProblem : null
    },
    received(topic, bytes, nowMs) {
      let meter = meters.get(topic)
      if (meter === undefined) meters.set(topic, (meter = new RateMeter(nowMs)))
      meter.add(bytes, nowMs)
      all.add(bytes, nowMs)
    },
    forget(topic) {
      meters.delete(topic)
      lowered.delete(topic)
    },
  }
}

/** New limits of the topics with at least the mean rate. */
function busiest(
  meters: ReadonlyMap<string, RateMeter>,
  rule: { readonly idle: number; readonly desired: number },
  nowMs: number,
): Map<string, number> {
  const rates = [...meters].map(([topic, meter]) => [topic, meter.perSecond(nowMs)] as const)
  const busy = rates.filter(([, rate]) => rate > rule.idle)
  const mean = busy.reduce((sum, [, rate]) => sum + rate, 0) / busy.length
  return new Map(
    busy.filter(([, rate]) => rate >= mean).map(([topic]) => [topic, rule.desired / busy.length]),
  )
}
