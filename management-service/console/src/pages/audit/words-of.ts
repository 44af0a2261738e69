// pure
/**
 * Changes of the audit in words.
 * Takes records as management lists them. Gives a sentence for each, where its subject has a page, and values
 * as text.
 */
import { pathOf } from '../../api/call.js'

/** A record. */
export interface Change {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly user: string
  readonly action: 'created' | 'updated' | 'removed' | 'done'
  readonly kind: 'group' | 'topic' | 'subscription' | 'oauthProvider' | 'other'
  readonly name: string
  readonly request: string
  readonly asked?: unknown
  readonly differences?: readonly {
    readonly member: string
    readonly before: unknown
    readonly after: unknown
  }[]
  readonly isShortened?: boolean
}

/** A page of them. */
export interface AuditPage {
  readonly items: readonly Change[]
  readonly next?: string
}

const kinds = {
  group: 'the group',
  topic: 'the topic',
  subscription: 'the subscription',
  oauthProvider: 'the OAuth provider',
  other: '',
} as const
const actions = { created: 'made', updated: 'changed', removed: 'removed', done: 'did' } as const

/** What was done without a change of a definition, by its request. */
const deeds: readonly (readonly [RegExp, string])[] = [
  [/^PUT \S+\/json-schema$/, 'changed what the schema does of'],
  [/^PUT \S+\/json-schema\/versions\/\d+$/, 'added a version of the schema of'],
  [/^DELETE \S+\/json-schema\/versions\/\d+$/, 'removed a version of the schema of'],
  [/^POST \S+\/schema$/, 'registered a version of the schema of'],
  [/^DELETE \S+\/schema$/, 'removed the schema of'],
  [/^DELETE \S+\/parked-keys(\/[^/]+)?$/, 'cleared parked keys of'],
  [/^PUT \S+\/retransmission$/, 'moved to another moment'],
  [/^POST \S+\/dead-letters\/[^/]+\/copy$/, 'sent an edited copy of a dead letter of'],
  [/^POST \S+\/dead-letters\/purge$/, 'purged dead letters of'],
  [/^POST \S+\/dead-letters\/redrive$/, 'redrove dead letters of'],
  [/^POST \S+\/replay$/, 'replayed messages to'],
  [/^DELETE \S+\/tasks\/[^/]+$/, 'cancelled a task of'],
  [/^DELETE \S+\/scheduled\/[^/]+$/, 'took back a scheduled message of'],
  [/^POST \/keys$/, 'made a key'],
  [/^POST \/keys\/[^/]+\/rotate$/, 'gave another secret to a key:'],
  [/^DELETE \/keys\/[^/]+$/, 'revoked a key:'],
]

/** `anna changed the topic demo.orders`. */
export function wordsOf(change: Change): string {
  const { user, action, kind, name } = change
  const request = change.request.replace(/\?.*/, '')
  const deed = action === 'done' ? deeds.find(([pattern]) => pattern.test(request))?.[1] : actions[action]
  if (deed === undefined) return `${user}: ${change.request}${name === '' ? '' : ` (${name})`}`
  return [user, deed, kinds[kind], thingOf(change)].filter(word => word !== '').join(' ')
}

/** `billing of demo.orders` for a subscription, of a key its name. */
function thingOf({ kind, name }: Change): string {
  if (kind === 'subscription') return name.replace(/^([^$]*)\$(.*)$/, '$2 of $1')
  return name.replace(/^\/keys(\/([^/]+).*)?$/, (_all, _rest, key?: string) => decodeURIComponent(key ?? ''))
}

/** The address of the page of what was changed; null where it has none, or is gone since. */
export function addressOfThing({ kind, name, action }: Change): string | null {
  if (action === 'removed') return null
  if (kind === 'group') return pathOf('groups', name)
  if (kind === 'topic') return pathOf('topics', name)
  const [topic, subscription] = name.split('$')
  if (kind !== 'subscription' || topic === undefined || subscription === undefined) return null
  return pathOf('topics', topic, 'subscriptions', subscription)
}

/** A value as it stands in a cell; nothing is a dash. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
