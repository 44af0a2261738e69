/**
 * Faults of a consumers process: killed in the middle of deliveries, killed while it leads, frozen past its
 * session so that it comes back as a zombie whose slots another owns (C2, C5, B1).
 */
import { leaderPid } from '../leader.js'
import { wholeBetween } from '../random.js'
import { sessionMs } from '../stack.js'
import { killUntilHealed, pauseUntilHealed, type Fault } from './fault.js'
import type { Random } from '@iris/common/time/clock'
import type { Member, Stack } from '../stack.js'

function anyConsumers(stack: Stack, random: Random): { member: Member; target: number } {
  const target = wholeBetween(random, 0, stack.consumers.length - 1)
  return { member: stack.consumers[target] as Member, target }
}

/** SIGKILL of any, and a new process later than the other has taken over. */
export const consumersKill: Fault = {
  kind: 'consumers-kill',
  hits: 'consumers',
  lengthMs: [1_000, 5_000],
  weight: 2,
  begin(stack, random) {
    const { member, target } = anyConsumers(stack, random)
    return killUntilHealed(member, target)
  },
}

/** SIGKILL of the one that leads at this moment. */
export const consumersLeaderKill: Fault = {
  kind: 'consumers-leader-kill',
  hits: 'consumers',
  lengthMs: [1_000, 5_000],
  weight: 1,
  async begin(stack) {
    const pid = await leaderPid(stack.zookeeper.connection)
    const target = stack.consumers.findIndex(each => each.service.pid === pid)
    const member = stack.consumers[target]
    if (member === undefined)
      throw new Error(`ZooKeeper names process ${pid} as leader, which is none of ours`)
    return killUntilHealed(member, target)
  },
}

/** SIGSTOP for more than a session: it wakes up as an owner of nothing. */
export const consumersPause: Fault = {
  kind: 'consumers-pause',
  hits: 'consumers',
  lengthMs: [sessionMs, sessionMs * 4],
  weight: 2,
  begin(stack, random) {
    const { member, target } = anyConsumers(stack, random)
    return Promise.resolve(pauseUntilHealed(member, target))
  },
}
