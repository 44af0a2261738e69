// pure
/**
 * Changes of the audit in words.
 * Takes records as management lists them. Gives a sentence for each, and values as text.
 */

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

/** `anna changed the topic demo.orders`. */
export function wordsOf({ user, action, kind, name, request }: Change): string {
  if (action === 'done') return `${user}: ${request}${name === '' ? '' : ` (${name})`}`
  return [user, actions[action], kinds[kind], name].filter(word => word !== '').join(' ')
}

/** A value as it stands in a cell; nothing is a dash. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
