// pure
/**
 * Check 7, over the bound: more open requests than the windows allow, more than one of a key where order is
 * asked for, more arrivals than the rate, an attempt begun after the message's time to live.
 */
import { never } from '../columns.js'
import { collectFindings, type AddFinding, type Findings } from '../findings.js'
import type { JoinedRun } from '../joined-run.js'

/**
 * The farm may see the end of one connection after the first bytes of the next; more where it was late
 * itself.
 */
const openToleranceMs = 20
/** Arrivals are counted over this long; a limiter may save up one second's worth. */
const rateWindowMs = 5_000
const rateBurstMs = 1_000
const rateTolerance = 1.05
/** From the decision to send until the request is seen, on a machine that is busy. */
const ttlToleranceMs = 1_000

export function findOverBound(run: JoinedRun): Findings {
  const findings = collectFindings('over the bound')
  const rows = rowsBySubscription(run)
  run.plan.subscriptions.forEach((_, subscription) => {
    const own = rows[subscription] ?? []
    checkOpen(run, subscription, own, findings.add)
    checkKeys(run, subscription, own, findings.add)
    checkRate(run, subscription, own, findings.add)
    checkTtl(run, subscription, own, findings.add)
  })
  return findings.done()
}

function rowsBySubscription(run: JoinedRun): readonly number[][] {
  const rows = run.plan.subscriptions.map((): number[] => [])
  for (let row = 0; row < run.exchanges.count; row++) rows[run.exchanges.subscription.get(row)]?.push(row)
  return rows
}

/** From arrival until the broker may know the answer; a request that is cut is open until then. */
function closedAt(run: JoinedRun, row: number): number {
  return Math.min(run.exchanges.answerBegunAt.get(row), run.exchanges.endedAt.get(row))
}

function checkOpen(run: JoinedRun, subscription: number, rows: readonly number[], add: AddFinding): void {
  const openMax = (run.plan.subscriptions[subscription]?.inflight ?? 0) * run.plan.slotsMax
  const closings = Float64Array.from(rows, row => closedAt(run, row)).sort()
  let closed = 0
  rows.forEach((row, begun) => {
    const arrivedAt = run.exchanges.arrivedAt.get(row)
    while (closed < closings.length && (closings[closed] ?? never) <= arrivedAt) closed++
    const open = begun + 1 - closed
    if (open <= openMax) return
    add(
      run.exchanges.id.get(row),
      subscription,
      () => `${open} requests were open, at most ${openMax} may be`,
    )
  })
}

function checkKeys(run: JoinedRun, subscription: number, rows: readonly number[], add: AddFinding): void {
  if (run.plan.subscriptions[subscription]?.ordering !== 'KEY') return
  const busyUntil = new Map<number, number>()
  for (const row of rows) {
    const id = run.exchanges.id.get(row)
    const key = run.messages.key.get(id)
    const until = busyUntil.get(key) ?? -never
    const earlyMs = Math.round(until - run.exchanges.arrivedAt.get(row))
    if (earlyMs > openToleranceMs && !wasLate(run, run.exchanges.arrivedAt.get(row), until)) {
      add(id, subscription, () => `tried ${earlyMs} ms before the request before it for key ${key} had ended`)
    }
    busyUntil.set(key, Math.max(until, closedAt(run, row)))
  }
}

/** Whether the farm's own standstill can have turned two events around that lie so far apart. */
function wasLate({ lateness }: JoinedRun, from: number, until: number): boolean {
  const around = lateness.filter(each => each.from <= until && each.until >= from)
  return around.some(each => each.until - each.from + openToleranceMs >= until - from)
}

function checkRate(run: JoinedRun, subscription: number, rows: readonly number[], add: AddFinding): void {
  const rate = run.plan.subscriptions[subscription]?.rate ?? never
  const allowed = ((rate * (rateWindowMs + rateBurstMs)) / 1000) * rateTolerance
  let oldest = 0
  rows.forEach((row, index) => {
    const arrivedAt = run.exchanges.arrivedAt.get(row)
    while (run.exchanges.arrivedAt.get(rows[oldest] ?? row) < arrivedAt - rateWindowMs) oldest++
    const seen = index - oldest + 1
    if (seen <= allowed) return
    const seconds = rateWindowMs / 1000
    add(
      run.exchanges.id.get(row),
      subscription,
      () => `${seen} arrivals in ${seconds} s at a rate of ${rate}/s`,
    )
    oldest = index + 1
  })
}

/**
 * A crash before the first note of a message's age is written begins its time anew, so such spans are left
 * out.
 */
function checkTtl(run: JoinedRun, subscription: number, rows: readonly number[], add: AddFinding): void {
  const ttlMs = run.plan.subscriptions[subscription]?.ttlMs ?? never
  const firstArrivalAt = run.settlements[subscription]?.firstArrivalAt
  for (const row of rows) {
    const id = run.exchanges.id.get(row)
    const begun = firstArrivalAt?.get(id) ?? never
    const arrivedAt = run.exchanges.arrivedAt.get(row)
    const overMs = Math.round(arrivedAt - begun - ttlMs)
    if (!(overMs > ttlToleranceMs)) continue
    const isExcused = run.faults.some(each => each.begin <= arrivedAt && each.end + run.plan.graceMs >= begun)
    if (!isExcused) add(id, subscription, () => `tried ${overMs} ms after its time to live`)
  }
}
