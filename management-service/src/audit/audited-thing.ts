// pure
/**
 * What a request changes.
 * Takes the pattern of its path, the values in it and its body. Gives kind and name, and whether it is the
 * definition itself that changes, or something that belongs to it.
 */
import type { ApiMethod } from '@iris/common/http/api'
import { isJsonObject } from '@iris/common/domain/json-shapes'
import type { AuditAction, AuditedThing, ResourceKind } from './audit-record.js'

/** Creations say in the body what they make. */
const creations: Readonly<Record<string, { readonly kind: ResourceKind; readonly member: string }>> = {
  '/groups': { kind: 'group', member: 'groupName' },
  '/topics': { kind: 'topic', member: 'name' },
  '/topics/:topic/subscriptions': { kind: 'subscription', member: 'name' },
  '/oauth/providers': { kind: 'oauthProvider', member: 'name' },
}

/** Routes that change what a definition says, beside the creations. */
const definitions: ReadonlySet<string> = new Set([
  ...['/groups/:group', '/topics/:topic', '/oauth/providers/:provider'],
  ...['', '/state', '/signing-keys', '/signing-keys/:mask'].map(
    end => `/topics/:topic/subscriptions/:subscription${end}`,
  ),
])

/** What a request does when it is carried out. `done`: no definition is another one after it. */
export function auditAction(method: ApiMethod, pattern: string): AuditAction {
  if (Object.hasOwn(creations, pattern)) return 'created'
  if (!definitions.has(pattern)) return 'done'
  return method === 'DELETE' && !pattern.includes('/signing-keys') ? 'removed' : 'updated'
}

/** Finds it. */
export function auditedThing(
  pattern: string,
  params: Readonly<Record<string, string>>,
  body: unknown,
): AuditedThing {
  const { group, topic, subscription, provider } = params
  const creation = creations[pattern]
  const named = creation === undefined || !isJsonObject(body) ? undefined : nameOf(body[creation.member])
  if (creation !== undefined && named !== undefined)
    return { kind: creation.kind, name: topic === undefined ? named : `${topic}$${named}` }
  if (topic !== undefined && subscription !== undefined)
    return { kind: 'subscription', name: `${topic}$${subscription}` }
  if (topic !== undefined) return { kind: 'topic', name: topic }
  if (group !== undefined) return { kind: 'group', name: group }
  if (provider !== undefined) return { kind: 'oauthProvider', name: provider }
  return { kind: 'other', name: pathOf(pattern, params) }
}

/** Bodies may say a name as a number, as in Hermes. */
function nameOf(given: unknown): string | undefined {
  return typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean'
    ? String(given)
    : undefined
}

/** The path as it was called. */
export function pathOf(pattern: string, params: Readonly<Record<string, string>>): string {
  return pattern.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''))
}
