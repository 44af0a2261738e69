// pure
/**
 * How many consumers processes may work on a subscription, or on each subscription of a topic.
 * Takes bodies and nodes. Gives the checked constraint.
 * Refuses with Hermes' texts; a node that cannot be read is no constraint.
 */
import { z } from 'zod'
import { formatError, isJsonObject, plainInteger, plainObject, plainText, readShape } from './json-shapes.js'
import { collectViolations } from './violations.js'

export interface WorkloadConstraints {
  readonly consumersNumber: number
  readonly reason: string | null
}

/** Letters of a reason. */
export const reasonLengthMax = 1024

const constraintsShape = plainObject({ consumersNumber: plainInteger, reason: plainText })

/** The body for a topic. */
export const topicConstraintsShape = z.object({ topicName: plainText, constraints: constraintsShape })
/** The body for a subscription, whose name is `group.topic$subscription`. */
export const subscriptionConstraintsShape = z.object({
  subscriptionName: plainText,
  constraints: constraintsShape,
})

/** Whom a body is about. Without constraints everything is allowed again, as nothing would say otherwise. */
export interface NamedConstraints {
  readonly name: string
  readonly constraints: WorkloadConstraints | null
}

/** Reads and checks the body for a topic. */
export function parseTopicConstraints(json: unknown): NamedConstraints {
  const { topicName, constraints } = readShape(topicConstraintsShape, json, 'create')
  return checked('createOrUpdateTopicConstraints', { member: 'topicName', name: topicName }, constraints)
}

/** Reads and checks the body for a subscription. */
export function parseSubscriptionConstraints(json: unknown): NamedConstraints {
  const { subscriptionName, constraints } = readShape(subscriptionConstraintsShape, json, 'create')
  const named = { member: 'subscriptionName', name: subscriptionName }
  return checked('createOrUpdateSubscriptionConstraints', named, constraints)
}

/** The content of a node. */
export function workloadConstraintsToNode(constraints: WorkloadConstraints): Buffer {
  return Buffer.from(JSON.stringify(workloadConstraintsJson(constraints)))
}

/** The members of an answer. */
export function workloadConstraintsJson({ consumersNumber, reason }: WorkloadConstraints): object {
  return reason === null ? { consumersNumber } : { consumersNumber, reason }
}

/** Reads a node; null where it says nothing that can be kept. */
export function readWorkloadConstraints(data: Buffer): WorkloadConstraints | null {
  try {
    const json: unknown = JSON.parse(data.toString('utf8'))
    if (!isJsonObject(json)) return null
    const { consumersNumber, reason } = json
    if (typeof consumersNumber !== 'number' || !Number.isInteger(consumersNumber) || consumersNumber < 1)
      return null
    return { consumersNumber, reason: typeof reason === 'string' ? reason : null }
  } catch {
    return null // as if there were no node: Hermes ignores such constraints too
  }
}

function checked(
  method: string,
  { member, name }: { readonly member: string; readonly name: string | null },
  form: z.infer<typeof constraintsShape>,
): NamedConstraints {
  const place = `WorkloadConstraintsEndpoint.${method}.arg0`
  const violations = collectViolations()
  violations.notNull(`${place}.${member}`, name)
  const consumersNumber = form?.consumersNumber ?? 0
  const reason = form?.reason ?? null
  if (form !== null) {
    violations.atLeast(`${place}.constraints.consumersNumber`, consumersNumber, 1)
    if ((reason ?? '').length > reasonLengthMax)
      violations.add(`${place}.constraints.reason size must be between 0 and ${reasonLengthMax}`)
  }
  violations.refuseAny()
  return { name: checkedName(member, name ?? ''), constraints: form && { consumersNumber, reason } }
}

function checkedName(member: string, name: string): string {
  const pattern = member === 'topicName' ? /^[\w.-]+\.[\w-]+$/ : /^[\w.-]+\.[\w-]+\$[\w.-]+$/
  if (pattern.test(name)) return name
  const form = member === 'topicName' ? 'group.topic' : 'group.topic$subscription'
  throw formatError(`Invalid qualified name ${name}: ${member} must be ${form}`, 'create', member)
}
