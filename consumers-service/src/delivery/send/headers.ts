// pure
/**
 * The header lines of a delivery.
 * Takes a subscription's plan once, then message id, retry count and the publisher's lines for each attempt.
 * Gives lines in the order of the contract. Promises: a line that HTTP cannot carry is left out and counted;
 * a fixed header replaces one of ours of the same name, and of two fixed ones the last wins.
 */
import { canBeSent } from '@iris/common/http/header-rules'
import type { DeliveryPlan } from '../plan.js'

export interface HeaderLines {
  /** Lines of one attempt: name, value, name, value. */
  of(messageId: string, retryCount: number, propagated: readonly string[] | null): readonly string[]
}

export interface BatchHeaderLines {
  /** Lines of one attempt to deliver a batch. What publishers sent along stands in its elements. */
  of(batchId: string, retryCount: number): readonly string[]
}

const messageIdName = 'Hermes-Message-Id'
const batchIdName = 'Hermes-Batch-Id'
const retryCountName = 'Hermes-Retry-Count'

/** Prepares what stays the same over all messages. `dropped` is called for each line that is left out. */
export function prepareHeaders(plan: DeliveryPlan, dropped: () => void): HeaderLines {
  const { lines, ours, placeOf } = prepareLines(plan, messageIdName, dropped)
  const idIndex = placeOf(messageIdName)
  const countIndex = placeOf(retryCountName)

  return {
    of(messageId, retryCount, propagated) {
      const all = lines.slice()
      if (idIndex >= 0 && messageId !== '') {
        if (canBeSent(messageIdName, messageId)) all[idIndex] = messageId
        else dropped()
      }
      if (countIndex >= 0 && retryCount > 0) all[countIndex] = String(retryCount)
      return propagated === null ? all : withPropagated(all, propagated, ours)
    },
  }
}

/** The same for batches. */
export function prepareBatchHeaders(plan: DeliveryPlan, dropped: () => void): BatchHeaderLines {
  const { lines, placeOf } = prepareLines(plan, batchIdName, dropped)
  const idIndex = placeOf(batchIdName)
  const countIndex = placeOf(retryCountName)

  return {
    of(batchId, retryCount) {
      const all = lines.slice()
      if (idIndex >= 0) all[idIndex] = batchId
      if (countIndex >= 0) all[countIndex] = String(retryCount)
      return all
    },
  }
}

interface PreparedLines {
  readonly lines: readonly string[]
  /** Lower-case names that we set ourselves. */
  readonly ours: ReadonlySet<string>
  /** Index of the value of a name of ours; -1 where a fixed header took its place. */
  placeOf(name: string): number
}

function prepareLines(plan: DeliveryPlan, idName: string, dropped: () => void): PreparedLines {
  const lines = new Map<string, readonly [name: string, value: string]>()
  const put = (name: string, value: string): void => {
    // Deleted first, so that a replacement stands where the contract puts fixed headers: at the end.
    lines.delete(name.toLowerCase())
    lines.set(name.toLowerCase(), [name, value])
  }
  put('User-Agent', 'Iris')
  put('Content-Type', 'application/json')
  if (plan.authorization !== null) put('Authorization', plan.authorization)
  put(idName, '')
  put(retryCountName, '0')
  if (plan.hasIdentityHeaders) {
    put('Hermes-Topic-Name', plan.topic)
    put('Hermes-Subscription-Name', plan.subscription)
  }
  const ours = new Set(lines.keys())
  const fixed = new Set<string>()
  for (const { name, value } of plan.fixedHeaders) {
    if (!canBeSent(name, value)) {
      dropped()
      continue
    }
    put(name, value)
    fixed.add(name.toLowerCase())
  }
  const flat = [...lines.values()].flat()
  return {
    lines: flat,
    ours,
    placeOf: name => (fixed.has(name.toLowerCase()) ? -1 : flat.indexOf(name) + 1),
  }
}

/** The publisher's lines come first; those that we set ourselves are ours to set. */
function withPropagated(own: string[], propagated: readonly string[], ours: ReadonlySet<string>): string[] {
  const all: string[] = []
  for (let index = 0; index + 1 < propagated.length; index += 2) {
    const name = propagated[index] ?? ''
    if (!ours.has(name.toLowerCase())) all.push(name, propagated[index + 1] ?? '')
  }
  all.push(...own)
  return all
}
