/**
 * What redrives and replays have in common: how fast, where to, and whether only to count.
 * Takes a body and who asks. Gives checked options. Refuses unknown members, an endpoint that must not be
 * called, and one that the caller could not give the subscription either.
 */
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { isMasked } from '@iris/common/domain/endpoint'
import { refusal } from '@iris/common/errors/hermes-error'
import { invalidMember, memberAbout } from '@iris/common/errors/member-about'
import { existingSubscription } from '../store/existing.js'
import { checkRestriction } from '../subscriptions/subscriber-permissions.js'
import { checkEndpoint } from '../subscriptions/subscription-rules.js'
import type { Asked } from '../topics/create-topic.js'
import type { TaskNames, TaskParts } from './task-parts.js'

type Parts = Pick<TaskParts, 'store' | 'guard' | 'privilegedSubscribers'> & Asked

export interface TaskOptions {
  readonly rate: number | null
  readonly endpoint: string | null
  /** Only count. */
  readonly isDryRun: boolean
}

/** Messages a second. */
export const taskRateMax = 100_000
export const taskRateMin = 0.01
const maskedEndpoint = 'The password in endpoint is masked with stars; give the password itself'
const common = ['rate', 'endpoint', 'dryRun']

/** Reads the options; `own` are the members that the caller reads itself. */
export async function taskOptionsOf(
  parts: Parts,
  names: TaskNames,
  body: JsonObject,
  own: readonly string[],
): Promise<TaskOptions> {
  const known = [...own, ...common]
  const unknown = Object.keys(body).find(name => !known.includes(name))
  if (unknown !== undefined) throw invalidMember(unknown, `is none of ${known.join(', ')}`)
  const { rate = null, endpoint = null, dryRun = null } = body
  if (dryRun !== null && typeof dryRun !== 'boolean') throw invalidMember('dryRun', 'must be true or false')
  if (rate !== null && !(typeof rate === 'number' && rate >= taskRateMin && rate <= taskRateMax)) {
    throw invalidMember('rate', `must be a number of messages a second from ${taskRateMin} to ${taskRateMax}`)
  }
  if (endpoint !== null) await checkTaskEndpoint(parts, names, endpoint)
  return { rate, endpoint: endpoint as string | null, isDryRun: dryRun === true }
}

async function checkTaskEndpoint(parts: Parts, names: TaskNames, endpoint: unknown): Promise<void> {
  if (typeof endpoint !== 'string' || !/^https?:/.test(endpoint)) {
    throw invalidMember('endpoint', 'must be an address of http or https')
  }
  if (isMasked(endpoint))
    throw refusal('VALIDATION_ERROR', { problem: maskedEndpoint }, 'management', memberAbout('endpoint'))
  checkEndpoint({ additionalSchemes: [] }, endpoint)
  await checkMayRedirect(parts, names, endpoint)
  await parts.guard(endpoint)
}

/** A task sends a topic's messages elsewhere just as a changed subscription does. */
async function checkMayRedirect(
  { store, principal, privilegedSubscribers }: Parts,
  { topic, name }: TaskNames,
  endpoint: string,
): Promise<void> {
  const { value: stored } = await existingSubscription(store, { topic, name })
  const situation = { principal, topic: (await store.topic(topic))?.value ?? null, stored }
  checkRestriction({ ...stored, endpoint }, situation, privilegedSubscribers)
}
