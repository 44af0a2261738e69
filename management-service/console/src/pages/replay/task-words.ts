// pure
/**
 * Tasks in words: what they are, how far they are.
 */
import type { ReadOf } from '../../api/client.js'
import { countOf, rateOf } from '../../ui/words.js'

export type Task = ReadOf<'/topics/{topic}/subscriptions/{subscription}/tasks'>[number]

const states: Readonly<Record<Task['state'], string>> = {
  waiting: 'Waiting',
  running: 'Running',
  cancelling: 'Being cancelled',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Failed',
}

/** `Running`, with what holds it back, or why it is not. */
export function stateOf({ state, waitsFor, error }: Task): string {
  const why = waitsFor ?? error
  return why === undefined ? states[state] : `${states[state]}: ${why}`
}

/** Whether it has not ended. */
export function isOpen({ state }: Task): boolean {
  return state === 'waiting' || state === 'running' || state === 'cancelling'
}

/** How much is behind it, in percent; null where nobody has counted yet. */
export function percentOf({ progress: { total, done, failed, filtered = 0 } }: Task): number | null {
  if (total === undefined) return null
  return total === 0 ? 100 : Math.min(100, ((done + failed + filtered) / total) * 100)
}

/** `80 of 120 · 1 failed · 50/s`. */
export function progressOf(task: Task): string {
  const { total, done, failed, filtered = 0, rate } = task.progress
  return [
    `${countOf(done)} of ${countOf(total)}`,
    ...(failed > 0 ? [`${countOf(failed)} failed`] : []),
    ...(filtered > 0 ? [`${countOf(filtered)} filtered out`] : []),
    ...(task.state === 'running' ? [rateOf(rate)] : []),
  ].join(' · ')
}
