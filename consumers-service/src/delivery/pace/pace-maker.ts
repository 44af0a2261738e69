/**
 * The choice between the two rate controllers, made once for a process.
 * Takes the options of both. Gives, for a subscription's plan and log, the way to make its pace.
 * Batches, which Hermes never slows down, always have ours: it holds back only what an endpoint cannot take.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { DeliveryPlan } from '../plan.js'
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
): (plan: Pick<DeliveryPlan, 'deliveryType'>, log: Log) => MakePace {
  const { adaptive, hermes } = options
  const ours = (limits: PaceLimits, nowMs: number): RateController =>
    new AdaptiveController(adaptive, limits, nowMs)
  const theirs = (limits: PaceLimits, nowMs: number): RateController =>
    new HermesController(hermes, limits, nowMs)
  return ({ deliveryType }, log) => {
    const controller = options.controller === 'hermes' && deliveryType === 'SERIAL' ? theirs : ours
    return limits => createPace({ clock, log, controller }, limits)
  }
}
