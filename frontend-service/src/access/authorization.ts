// pure
/**
 * Who may publish to a topic.
 * Takes the topic's `auth` and the caller. Gives yes, no, or "say who you are first".
 */
import type { PublishingAuth } from '@iris/common/domain/topic-form'
import type { Caller } from './authentication.js'

export type Permission = 'allowed' | 'forbidden' | 'unauthenticated'

/**
 * The permission of a caller. Every account has the role of a publisher; what is asked is whether the topic
 * names it. Hermes' rule, but that nobody at a topic that takes nobody is asked who it is.
 */
export function permissionOf(auth: PublishingAuth, caller: Caller): Permission {
  if (caller.kind === 'wrong') return 'unauthenticated'
  if (!auth.enabled) return 'allowed'
  if (caller.kind === 'account') return auth.publishers?.includes(caller.name) ? 'allowed' : 'forbidden'
  return auth.unauthenticatedAccessEnabled ? 'allowed' : 'unauthenticated'
}
