// pure
/**
 * All that the histories hold about one message, in order of time, with the faults around it.
 * Takes an id and the records. Gives lines to read: times are seconds since the message was begun.
 */
import { kinds, type HistoryRecord } from './records.js'
import { wayNames } from './ways.js'
import type { RunPlan } from './plan.js'

const linesMax = 60

type VisitAll = (visit: (each: HistoryRecord) => void) => void

/** The story of message `id`. */
export function storyOf(id: number, plan: RunPlan, visitAll: VisitAll): readonly string[] {
  const events: HistoryRecord[] = []
  visitAll(each => {
    const isAbout = each.id === id && each.kind !== kinds.fault && each.kind !== kinds.memory
    if (isAbout || each.kind === kinds.fault) events.push({ ...each })
  })
  const begin = events.find(each => each.kind === kinds.invoke)?.time ?? 0
  const lines = events
    .filter(each => each.kind !== kinds.stored)
    .sort((one, other) => one.time - other.time)
    .map(each => `${((each.time - begin) / 1000).toFixed(3).padStart(9)} s  ${sentence(each, plan)}`)
  const places = events
    .filter(each => each.kind === kinds.stored)
    .map(each => `    in Kafka  ${topicOf(plan, each)} partition ${each.partition} offset ${each.other}`)
  return [...places, ...lines].slice(0, linesMax)
}

const sentences: Readonly<Record<number, (each: HistoryRecord, plan: RunPlan) => string>> = {
  [kinds.invoke]: (each, plan) =>
    `published on ${topicOf(plan, each)} (${wayNames[each.detail]}), key ${each.key}, number ${each.sequence}`,
  [kinds.ok]: each => `acknowledged with ${each.status}`,
  [kinds.refused]: each => `refused with ${each.status}`,
  [kinds.unknown]: each => `outcome unknown (${each.status})`,
  [kinds.arrive]: (each, plan) =>
    `arrived at ${subscriptionOf(plan, each)}, try ${each.sequence}, exchange ${each.exchange}`,
  [kinds.answered]: (each, plan) =>
    `${subscriptionOf(plan, each)} answered ${each.status}, exchange ${each.exchange}`,
  [kinds.cut]: (each, plan) => `${subscriptionOf(plan, each)} was cut off, exchange ${each.exchange}`,
  [kinds.dead]: (each, plan) =>
    `dead-lettered for ${subscriptionOf(plan, each)} after ${each.sequence} tries`,
  [kinds.again]: each => `a try with its key was answered ${each.status}`,
  [kinds.cancelled]: each => `its cancel was answered ${each.status}`,
  [kinds.status]: each =>
    `its status is state ${each.detail}, partition ${each.partition} offset ${each.other}`,
  [kinds.subscriptionStatus]: (each, plan) =>
    `its status for ${subscriptionOf(plan, each)} is ${each.detail}`,
  [kinds.wrong]: each => `an answer with ${each.status} broke rule ${each.detail}`,
  [kinds.fault]: (each, plan) =>
    `-- fault #${each.id} ${plan.faultKinds[each.detail]} for ${((each.other - each.time) / 1000).toFixed(1)} s`,
}

function sentence(each: HistoryRecord, plan: RunPlan): string {
  return sentences[each.kind]?.(each, plan) ?? `record of kind ${each.kind}`
}

function topicOf(plan: RunPlan, each: HistoryRecord): string {
  return plan.topics[each.subject]?.name ?? `topic ${each.subject}`
}

function subscriptionOf(plan: RunPlan, each: HistoryRecord): string {
  return plan.subscriptions[each.subject]?.name ?? `subscription ${each.subject}`
}
