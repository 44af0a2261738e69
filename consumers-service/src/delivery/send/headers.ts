// pure
/**
 * The header lines of a delivery.
 * Takes a subscription's plan once, its authorization as it changes, then message id, retry count and the
 * publisher's lines for each attempt. Gives lines in the order of the contract. Promises: what HTTP cannot
 * carry is left out and counted; a fixed header replaces one of ours of the same name, and of two fixed ones
 * the last wins.
 */
import { canBeSent } from '@iris/common/http/header-rules'
import type { AvroSource } from '@iris/common/kafka/open-entry'
import type { DeliveryPlan } from '../plan.js'
import { signatureNames } from './signature.js'
import type { Authorization } from './authorization.js'

/** What header lines are made of beside the plan. */
export interface HeaderParts {
  readonly authorization: Pick<Authorization, 'version' | 'header'>
  /** A line that HTTP cannot carry was left out. */
  dropped(): void
}

export interface HeaderLines {
  /** Lines of one attempt: name, value, name, value; the caller's own to add to. */
  of(
    messageId: string,
    retryCount: number,
    propagated: readonly string[] | null,
    avro?: AvroSource | null,
  ): string[]
}

export interface BatchHeaderLines {
  /** Lines of one attempt to deliver a batch. What publishers sent along stands in its elements. */
  of(batchId: string, retryCount: number): readonly string[]
}

const messageIdName = 'Hermes-Message-Id'
const batchIdName = 'Hermes-Batch-Id'
const retryCountName = 'Hermes-Retry-Count'
const schemaVersionName = 'Schema-Version'
const schemaIdName = 'Schema-Id'

/** Prepares what stays the same over all messages, and anew when the authorization changes. */
export function prepareHeaders(plan: DeliveryPlan, parts: HeaderParts): HeaderLines {
  const asJson = preparedLines(plan, messageIdName, parts)
  const asRecord = plan.isAvroWanted
    ? preparedLines(plan, messageIdName, { ...parts, dropped: unheard }, true)
    : null
  const { dropped } = parts

  return {
    of(messageId, retryCount, propagated, avro = null) {
      const prepared = avro?.isBody === true && asRecord !== null ? asRecord() : asJson()
      const { lines, ours, idIndex, countIndex, versionIndex, numberIndex } = prepared
      const all = lines.slice()
      if (avro !== null && versionIndex >= 0) all[versionIndex] = String(avro.known.version)
      if (avro !== null && numberIndex >= 0) all[numberIndex] = String(avro.known.id)
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
export function prepareBatchHeaders(plan: DeliveryPlan, parts: HeaderParts): BatchHeaderLines {
  const prepared = preparedLines(plan, batchIdName, parts)

  return {
    of(batchId, retryCount) {
      const { lines, idIndex, countIndex } = prepared()
      const all = lines.slice()
      if (idIndex >= 0) all[idIndex] = batchId
      if (countIndex >= 0) all[countIndex] = String(retryCount)
      return all
    },
  }
}

/** What was left out was counted already. */
const unheard = (): void => undefined

interface PreparedLines {
  readonly lines: readonly string[]
  /** Lower-case names that we set ourselves. */
  readonly ours: ReadonlySet<string>
  /** Index of the value of the message's or the batch's id; -1 where a fixed header took its place. */
  readonly idIndex: number
  /** The same of the retry count. */
  readonly countIndex: number
  /** The same of the schema's version and number; -1 where the body is JSON. */
  readonly versionIndex: number
  readonly numberIndex: number
}

/** Gives the lines as they are now. */
function preparedLines(
  plan: DeliveryPlan,
  idName: string,
  parts: HeaderParts,
  isAvro = false,
): () => PreparedLines {
  const { authorization } = parts
  let { version } = authorization
  let prepared = prepareLines(plan, idName, parts, isAvro)
  return () => {
    if (version === authorization.version) return prepared
    version = authorization.version
    // What was left out was counted when the plan was new.
    return (prepared = prepareLines(plan, idName, { authorization, dropped: unheard }, isAvro))
  }
}

function prepareLines(
  plan: DeliveryPlan,
  idName: string,
  { authorization, dropped }: HeaderParts,
  isAvro: boolean,
): PreparedLines {
  const lines = new Map<string, readonly [name: string, value: string]>()
  const put = (name: string, value: string): void => {
    // Deleted first, so that a replacement stands where the contract puts fixed headers: at the end.
    lines.delete(name.toLowerCase())
    lines.set(name.toLowerCase(), [name, value])
  }
  put('User-Agent', 'Iris')
  put('Content-Type', isAvro ? 'avro/binary' : 'application/json')
  const authorized = authorization.header()
  if (authorized !== null) put('Authorization', authorized)
  put(idName, '')
  put(retryCountName, '0')
  if (plan.hasIdentityHeaders) {
    put('Hermes-Topic-Name', plan.topic)
    put('Hermes-Subscription-Name', plan.subscription)
  }
  if (isAvro) {
    put(schemaVersionName, '')
    put(schemaIdName, '')
  }
  const ours = new Set(lines.keys())
  // While there is no token yet, a publisher's own takes its place no more than later.
  if (plan.oAuth !== null) ours.add('authorization')
  if (plan.signing !== null) signatureNames.forEach(name => ours.add(name))
  const fixed = new Set<string>()
  for (const { name, value } of plan.fixedHeaders) {
    if (!canBeSent(name, value) || (plan.signing !== null && signatureNames.has(name.toLowerCase()))) {
      dropped()
      continue
    }
    put(name, value)
    fixed.add(name.toLowerCase())
  }
  const flat = [...lines.values()].flat()
  // 0 is no place of a value: the name is not there.
  const placeOf = (name: string): number =>
    fixed.has(name.toLowerCase()) ? -1 : flat.indexOf(name) + 1 || -1
  return {
    ...{ lines: flat, ours, idIndex: placeOf(idName), countIndex: placeOf(retryCountName) },
    ...{ versionIndex: placeOf(schemaVersionName), numberIndex: placeOf(schemaIdName) },
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
