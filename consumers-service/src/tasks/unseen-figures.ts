/**
 * Figures that nobody looks at: what a task delivers is counted in the task, not in the subscription's
 * series, which belong to its runner.
 */
import type { Metrics } from '@iris/common/metrics/registry'
import type { Clock } from '@iris/common/time/clock'
import { createDeliveryFigures, type DeliveryFigures } from '../delivery/figures.js'
import type { DeliveryPlan } from '../delivery/plan.js'

const unseen: Metrics = {
  counter: () => ({ value: 0 }),
  counters: () => [],
  summaries: () => [],
  gauge: () => undefined,
  summary: () => ({ observe: () => undefined }),
  remove: () => undefined,
  snapshot: () => Promise.resolve({ own: [], ofProcess: [] }),
  text: () => Promise.resolve(''),
  contentType: '',
}

/** Makes the figures of a task's pipeline. */
export function unseenFigures(clock: Clock, plan: DeliveryPlan): DeliveryFigures {
  return createDeliveryFigures(unseen, clock, plan)
}
