// pure
/**
 * Whether a message is to be answered before Kafka has it.
 * Takes the request's `Prefer` header and the topic's setting. Gives what is wanted.
 * Source: RFC 7240 (`respond-async`, `wait`, `handling`); what a client does not prefer, the topic decides.
 */
import type { RespondAsync } from '@iris/common/domain/topic-form'

export interface AsyncWish {
  /**
   * `never`: the answer waits for Kafka. `fallback`: it does so for its usual time, then the message is taken
   * all the same. `always`: it is taken at once.
   */
  readonly mode: 'never' | 'fallback' | 'always'
  /** The client prefers it, so the answer says that the preference was applied. */
  readonly isPreferred: boolean
  /** The client would rather have an error than another way of handling. */
  readonly isStrict: boolean
}

const byTopic: Readonly<Record<RespondAsync, AsyncWish>> = {
  ON_REQUEST: { mode: 'never', isPreferred: false, isStrict: false },
  FALLBACK: { mode: 'fallback', isPreferred: false, isStrict: false },
  ALWAYS: { mode: 'always', isPreferred: false, isStrict: false },
}

/** What a message wants. `prefer` is the header's value, all its lines joined by commas. */
export function asyncWish(prefer: string | undefined, setting: RespondAsync): AsyncWish {
  if (prefer === undefined) return byTopic[setting]
  const preferences = readPreferences(prefer)
  if (!preferences.has('respond-async')) return byTopic[setting]
  const isWaiting = Number(preferences.get('wait') ?? 0) > 0
  const isStrict = preferences.get('handling')?.toLowerCase() === 'strict'
  return { mode: isWaiting ? 'fallback' : 'always', isPreferred: true, isStrict }
}

/** Names in lower case; the first of a name counts, its parameters do not. */
function readPreferences(header: string): ReadonlyMap<string, string> {
  const preferences = new Map<string, string>()
  for (const part of header.split(',')) {
    const [preference = ''] = part.split(';')
    const [name = '', value = ''] = preference.split('=')
    const key = name.trim().toLowerCase()
    if (key !== '' && !preferences.has(key)) preferences.set(key, value.trim().replace(/^"(.*)"$/, '$1'))
  }
  return preferences
}
