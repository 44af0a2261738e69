/**
 * Faults of a frontend: killed in the middle of requests, and frozen (C1).
 * One of two is hit; the other takes the load.
 */
import { wholeBetween } from '../random.js'
import { killUntilHealed, pauseUntilHealed, type Fault } from './fault.js'
import type { Random } from '@iris/common/time/clock'
import type { Member, Stack } from '../stack.js'

function anyFrontend(stack: Stack, random: Random): { member: Member; target: number } {
  const target = wholeBetween(random, 0, stack.frontends.length - 1)
  return { member: stack.frontends[target] as Member, target }
}

/** SIGKILL, and a new process on the same port. */
export const frontendKill: Fault = {
  kind: 'frontend-kill',
  hits: 'frontends',
  lengthMs: [200, 2_000],
  weight: 2,
  begin(stack, random) {
    const { member, target } = anyFrontend(stack, random)
    return killUntilHealed(member, target)
  },
}

/** SIGSTOP: its publishers wait, its lanes hold what was sent. */
export const frontendPause: Fault = {
  kind: 'frontend-pause',
  hits: 'frontends',
  lengthMs: [500, 5_000],
  weight: 2,
  begin(stack, random) {
    const { member, target } = anyFrontend(stack, random)
    return Promise.resolve(pauseUntilHealed(member, target))
  },
}
