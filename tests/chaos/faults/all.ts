/**
 * Every fault, each once. The place in this list is the number in a history, so new ones go to the end.
 */
import { cutAnswers, garbledAnswers, lateAnswers, lostAnswers, silentLink, staleAnswers } from './answers.js'
import { brokerFreeze, brokerKill, brokerPause, brokersKill, diskFull } from './broker.js'
import { consumersKill, consumersLeaderKill, consumersPause } from './consumers.js'
import { frontendKill, frontendPause } from './frontends.js'
import { producerIdsLost } from './producer-ids.js'
import { zookeeperPause, zookeeperStop } from './zookeeper.js'
import type { Fault } from './fault.js'

export const allFaults: readonly Fault[] = [
  brokerKill,
  brokerPause,
  consumersKill,
  consumersLeaderKill,
  consumersPause,
  frontendKill,
  frontendPause,
  lostAnswers,
  lateAnswers,
  cutAnswers,
  silentLink,
  zookeeperStop,
  zookeeperPause,
  brokersKill,
  diskFull,
  producerIdsLost,
  brokerFreeze,
  staleAnswers,
  garbledAnswers,
]

/** The fault of that name. */
export function faultOf(kind: string): Fault {
  const fault = allFaults.find(each => each.kind === kind)
  if (fault === undefined)
    throw new Error(`there is no fault ${kind}; there are ${kindsOfFaults().join(', ')}`)
  return fault
}

/** Names of all faults, in the order of their numbers. */
export function kindsOfFaults(): readonly string[] {
  return allFaults.map(each => each.kind)
}
