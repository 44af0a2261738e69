// pure
/**
 * What only admins may make of a topic.
 * Takes a topic, what is stored of it, and who asks. Refuses with Hermes' texts, in the order of its
 * contract. What stays as it is is not judged again.
 */
import { isDeepStrictEqual } from 'node:util'
import { may, type Principal } from '@iris/common/access/principal'
import { splitTopicName } from '@iris/common/domain/names'
import type { RetentionUnit } from '@iris/common/domain/topic-form'
import { retentionMs, type Topic } from '@iris/common/domain/topic'
import { refusal } from '@iris/common/errors/hermes-error'

const retentionDaysMax = 2
const retentionMsMax = retentionDaysMax * 86_400_000
const unitsOfAll: readonly RetentionUnit[] = ['SECONDS', 'MINUTES', 'HOURS', 'DAYS']

/** Fallback and chaos; `stored` is null for a new topic, whose fallback must be the installation's. */
export function checkDisturbances(
  topic: Topic,
  stored: Topic | null,
  { principal, remoteFallback }: { readonly principal: Principal; readonly remoteFallback: boolean },
): void {
  if (principal.isAdmin) return
  const { fallbackToRemoteDatacenterEnabled: isFallback } = topic
  if (stored === null && isFallback !== remoteFallback)
    throw denied('User is not allowed to set non-default fallback to remote datacenter for this topic')
  if (stored?.fallbackToRemoteDatacenterEnabled === true && !isFallback)
    throw denied('User is not allowed to disable fallback to remote datacenter for this topic')
  if (stored === null && topic.chaos.mode !== 'DISABLED')
    throw denied('User is not allowed to set chaos policy for this topic')
  if (stored !== null && !isDeepStrictEqual(topic.chaos, stored.chaos))
    throw denied('User is not allowed to update chaos policy for this topic')
}

/** Owner and retention. */
export function checkOwnerAndRetention(topic: Topic, stored: Topic | null, principal: Principal): void {
  if (principal.isAdmin) return
  const group = splitTopicName(topic.name)?.group ?? null
  if (!may(principal, 'owner', { group, owners: [topic.owner] }))
    throw invalid('Provide an owner that includes you, you would not be able to manage this topic later')
  const { retentionTime } = topic
  if (stored !== null && isDeepStrictEqual(retentionTime, stored.retentionTime)) return
  if (!unitsOfAll.includes(retentionTime.retentionUnit))
    throw invalid(`Retention unit must be one of ${unitsOfAll.join(', ')} for non admin users`)
  if (retentionMs(retentionTime) > retentionMsMax)
    throw invalid(
      `Retention time larger than ${retentionDaysMax} days can't be configured by non admin users`,
    )
}

function denied(problem: string): ReturnType<typeof refusal> {
  return refusal('PERMISSION_DENIED', { problem })
}

function invalid(problem: string): ReturnType<typeof refusal> {
  return refusal('VALIDATION_ERROR', { problem })
}
