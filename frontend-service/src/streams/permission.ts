// pure
/**
 * Whether topics can be read at the frontend, and who may read which.
 * Takes the topic and who asks. Gives why not, or null. Promises: where callers are asked who they are,
 * nobody reads without the right of a reader; a topic with restricted subscribing is read by its owners only,
 * and so by nobody where nobody is asked.
 */
import type { Identity } from '@iris/common/access/authenticator'
import { may } from '@iris/common/access/principal'
import { splitTopicName } from '@iris/common/domain/names'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { isLoopback } from '@iris/common/http/host-names'
import { unauthenticated } from '../access/topic-gate.js'
import type { RoutedTopic } from '../topics/routed-topic.js'

/** Where a frontend listens, and whether its callers are asked who they are. */
export interface Exposure {
  readonly host: string
  readonly isAuthenticating: boolean
}

/** Whether anybody on the network could read without being asked who they are. */
export function isOpenToNetwork({ host, isAuthenticating }: Exposure): boolean {
  return !isAuthenticating && !isLoopback(host)
}

/**
 * What `frontend.streams.enabled` comes to. An installation that lets the network publish, as Hermes does,
 * must not let it read as well because it was brought up to date.
 */
export function areStreamsOn(setting: 'auto' | 'true' | 'false', exposure: Exposure): boolean {
  return setting === 'auto' ? !isOpenToNetwork(exposure) : setting === 'true'
}

export type ReadTopic = Pick<RoutedTopic, 'name' | 'owner' | 'isSubscribingRestricted'>

/** Why it is not known who the caller is, whatever the topic; null where it is, or where nobody is asked. */
export function identityRefusal(caller: Identity | null, challenge: string): HermesError | null {
  if (caller === null || caller.kind === 'principal') return null
  if (caller.kind === 'unclear') return refusal('AUTHENTICATION_UNAVAILABLE', {}, 'frontend')
  return unauthenticated(challenge)
}

/** Why the caller may not read; `caller` is null where nobody is asked, `challenge` goes with a 401. */
export function readingRefusal(
  topic: ReadTopic,
  caller: Identity | null,
  challenge: string,
): HermesError | null {
  if (caller === null) return topic.isSubscribingRestricted ? restricted(topic) : null
  if (caller.kind !== 'principal') return identityRefusal(caller, challenge)
  const resource = { group: splitTopicName(topic.name)?.group ?? null, owners: [topic.owner] }
  if (may(caller.principal, topic.isSubscribingRestricted ? 'owner' : 'reader', resource)) return null
  return topic.isSubscribingRestricted ? restricted(topic) : refusal('AUTH_ERROR', {}, 'frontend')
}

function restricted({ name }: ReadTopic): HermesError {
  const problem = `Subscribing to ${name} has been restricted. Contact the topic owner to read it.`
  return refusal('PERMISSION_DENIED', { problem }, 'frontend')
}
