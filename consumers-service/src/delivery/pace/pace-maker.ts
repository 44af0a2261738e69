/**
 * The choice between the two rate controllers, made once for a process.
 * Takes the options of both. Gives, for a subscription's log, the way to make its pace.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import { AdaptiveController, type AdaptiveOptions } from './adaptive.js'
import type { PaceLimits, RateController } from './controller.js'
import { HermesController, type HermesOptions } from './hermes.js'
import { createPace, type Pace } from './pace.js'

export interface PaceOptions {
  readonly controller: 'adaptive' | 'hermes'
  readonly adaptive: AdaptiveOptions
  readonly hermes: HermesOptions
}

/** Makes the pace of a subscription within these limits. */
export type MakePace = (limits: PaceLimits) => Pace

/** Makes the maker. */
export function createPaceMaker(
  { clock }: { readonly clock: Clock },
  options: PaceOptions,
): (log: Log) => MakePace {
  const controller = (limits: PaceLimits, nowMs: number): RateController =>
    options.controller === 'hermes'
      ? new HermesController(options.hermes, limits, nowMs)
      : new AdaptiveController(options.adaptive, limits, nowMs)
  return log => limits => createPace({ clock, log, controller }, limits)
}
