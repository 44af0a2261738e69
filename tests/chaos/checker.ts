// pure
/**
 * The oracle: all checks over one joined run.
 * Takes a run. Gives the verdict: findings by check, repeats by cause, figures.
 * Promises: a run is good only if every check found nothing and something was published at all.
 */
import { findChanged } from './checks/changed.js'
import { findDoubled } from './checks/doubled.js'
import { findEarlyCommits } from './checks/early-commit.js'
import { findEarlyDeliveries } from './checks/early-delivery.js'
import { findFalseCounters } from './checks/false-counter.js'
import { findInvented } from './checks/invented.js'
import { findInverted } from './checks/inverted.js'
import { findKillRepeats, type KillRepeats } from './checks/kill-repeats.js'
import { findLeaks } from './checks/leak.js'
import { findLost } from './checks/lost.js'
import { findMissing } from './checks/missing.js'
import { findOverBound } from './checks/over-bound.js'
import { findOtherAnswers } from './checks/other-answer.js'
import { findRepeated, type RepeatsByCause } from './checks/repeated.js'
import { findSkipped } from './checks/skipped.js'
import { findStuck } from './checks/stuck.js'
import { findUntrueStatuses } from './checks/untrue-status.js'
import { findWrong } from './checks/wrong.js'
import { figuresOf, type Figures } from './figures.js'
import type { Findings } from './findings.js'
import type { JoinedRun } from './joined-run.js'

export interface Verdict {
  readonly isGood: boolean
  readonly findings: readonly Findings[]
  readonly repeats: RepeatsByCause
  /** What came again after each kill, and how much may have. */
  readonly kills: readonly KillRepeats[]
  readonly figures: Figures
}

/** Runs every check. */
export function check(run: JoinedRun): Verdict {
  const repeats = findRepeated(run)
  const ofKills = findKillRepeats(run)
  const findings = [
    findLost(run),
    findMissing(run),
    findDoubled(run),
    findInverted(run),
    findInvented(run),
    findChanged(run),
    findWrong(run),
    findOtherAnswers(run),
    findEarlyDeliveries(run),
    findUntrueStatuses(run),
    findSkipped(run),
    repeats,
    ofKills,
    findEarlyCommits(run),
    findOverBound(run),
    findStuck(run),
    findLeaks(run),
    findFalseCounters(run),
  ]
  const figures = figuresOf(run)
  const isGood = figures.acknowledged > 0 && findings.every(each => each.count === 0)
  return { isGood, findings, repeats, kills: ofKills.kills, figures }
}

/** How often `name` found something. */
export function countOf(verdict: Verdict, name: string): number {
  return verdict.findings.find(each => each.check === name)?.count ?? 0
}
