// pure
/**
 * Who may publish to a topic.
 * Takes the topic's `auth`, its group and who the caller is. Gives yes, no, "say who you are first", or that
 * nobody can tell.
 */
import type { Identity } from '@iris/common/access/authenticator'
import { mayPublish } from '@iris/common/access/principal'
import type { PublishingAuth } from '@iris/common/domain/topic-form'

export type Permission = 'allowed' | 'forbidden' | 'unauthenticated' | 'unclear'

/**
 * The permission of a caller at a topic of `group`. Hermes' rule: it must have the role of a publisher, here
 * in the topic's group, and the topic must name it; so neither who gives roles nor who owns a topic lets a
 * publisher in alone. Nobody at a topic that takes nobody is asked who it is.
 */
export function permissionOf(auth: PublishingAuth, group: string, caller: Identity): Permission {
  if (caller.kind === 'wrong') return 'unauthenticated'
  if (caller.kind === 'unclear') return caller.kind
  if (!auth.enabled) return 'allowed'
  if (caller.kind === 'nobody') return auth.unauthenticatedAccessEnabled ? 'allowed' : 'unauthenticated'
  const { principal } = caller
  const isNamed = auth.publishers?.includes(principal.name) === true
  return isNamed && mayPublish(principal, group) ? 'allowed' : 'forbidden'
}
