// pure
/**
 * What attempts since the last change of speed say about it.
 * Takes outcomes with a weight: a message that failed before says less, so that one nobody can process does
 * not slow the others down. Gives whether it is too fast, and by which sign. Bound: a few sums a second.
 */

/** Why it is too fast. */
export type Pressure = 'failing' | 'throttled' | 'slow'

/** Fewer outcomes or less time prove little. */
const totalMin = 10
const ageMinMs = 100
/** After so long without a finding, or so many seconds without enough outcomes, it begins anew. */
const calmMs = 1_000
const staleMs = 5_000
/** Standard deviations by which a share must exceed what is tolerated. */
const deviations = 2.5
/** Answers are slow when they take so many times as long as usual, and this part of the time limit. */
const slowFactor = 3
const slowShare = 1 / 2
const piledUpMs = 20
const newestShare = 1 / 8
const baselineMs = 30_000

/** What is normal for the endpoint. */
export interface Tolerance {
  /** Share of failures, whatever the speed. */
  readonly failures: number
  /** Share of answers that ask for less. */
  readonly throttled: number
  readonly timeoutMs: number
}

export class Evidence {
  private startMs = -Infinity
  private total = 0
  private bad = 0
  private throttled = 0
  private answered = 0
  private latencySumMs = 0
  /** Of what was delivered, with more weight on the newest. */
  latencyMs = 0
  /** Lowest mean latency of this and of the former half minute. */
  private baseline = { sinceMs: -Infinity, lowMs: Infinity, formerMs: Infinity }

  good(tookMs: number, nowMs: number): void {
    this.start(nowMs)
    this.total++
    this.latencySumMs += tookMs
    this.latencyMs = this.answered++ === 0 ? tookMs : this.latencyMs + newestShare * (tookMs - this.latencyMs)
  }

  failed(weight: number, isThrottled: boolean, nowMs: number): void {
    this.start(nowMs)
    this.total += weight
    this.bad += weight
    if (isThrottled) this.throttled += weight
  }

  /** Share of what failed or was throttled. */
  badShare(): number {
    return this.total === 0 ? 0 : this.bad / this.total
  }

  /** Mean time in calm; Infinity before it is known. */
  usualMs(): number {
    return Math.min(this.baseline.lowMs, this.baseline.formerMs)
  }

  /** Whether the endpoint asks for less; that is believed at once. */
  isThrottled(tolerated: number): boolean {
    return exceeds(this.throttled, this.total, tolerated)
  }

  /** Whether enough was seen to tell how much the endpoint takes. */
  isEnough(nowMs: number): boolean {
    return this.total >= totalMin && nowMs - this.startMs >= ageMinMs
  }

  /** Whether answers take so much longer than usual that messages wait at the endpoint. */
  isPiledUp(): boolean {
    const usualMs = this.usualMs()
    return this.latencyMs > Math.max(slowFactor * usualMs, usualMs + piledUpMs)
  }

  pressure({ failures, throttled, timeoutMs }: Tolerance, nowMs: number): Pressure | null {
    if (!this.isEnough(nowMs)) return null
    if (this.isThrottled(throttled)) return 'throttled'
    if (exceeds(this.bad, this.total, failures)) return 'failing'
    const slowMs = Math.max(slowFactor * this.usualMs(), slowShare * timeoutMs)
    return this.answered >= totalMin && this.latencyMs > slowMs ? 'slow' : null
  }

  /** Whether enough was seen to call the present speed good. */
  isCalm(nowMs: number): boolean {
    return this.total >= totalMin && nowMs - this.startMs >= calmMs
  }

  isStale(nowMs: number): boolean {
    return nowMs - this.startMs >= staleMs
  }

  /** Takes the present latency for the usual one. */
  learnLatency(nowMs: number, isNewUsual = false): void {
    if (this.answered < totalMin) return
    const { baseline } = this
    if (isNewUsual) baseline.lowMs = baseline.formerMs = Infinity
    if (nowMs - baseline.sinceMs > baselineMs) {
      baseline.formerMs = baseline.lowMs
      baseline.lowMs = Infinity
      baseline.sinceMs = nowMs
    }
    baseline.lowMs = Math.min(baseline.lowMs, this.latencySumMs / this.answered)
  }

  clear(): void {
    this.startMs = -Infinity
    this.total = this.bad = this.throttled = this.answered = this.latencySumMs = 0
  }

  private start(nowMs: number): void {
    if (this.startMs === -Infinity) this.startMs = nowMs
  }
}

/** Whether `part` of `total` is more than chance makes of a share. */
function exceeds(part: number, total: number, share: number): boolean {
  return part > share * total + deviations * Math.sqrt(share * (1 - share) * total)
}
