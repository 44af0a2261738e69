// pure
/**
 * Which names a search finds.
 * Takes names and words. Gives those that hold every word, whatever its case: what begins with the first word
 * comes first, then the shorter one.
 */
import { pathOf } from '../api/call.js'

/** Something that can be found and gone to. */
export interface Named {
  readonly id: string
  readonly label: string
  readonly kind: 'Page' | 'Group' | 'Topic' | 'Subscription'
  /** Of its page, below `/ui`. */
  readonly address: string
}

/** A name as management tells it. */
export interface Found {
  readonly kind: 'GROUP' | 'TOPIC' | 'SUBSCRIPTION'
  readonly name: string
  /** Of a subscription. */
  readonly topicName: string | null
}

/** The same as something to go to. */
export function namedOf({ kind, name, topicName }: Found): Named {
  const id = `${kind} ${topicName ?? ''} ${name}`
  if (kind === 'GROUP') return { id, label: name, kind: 'Group', address: pathOf('groups', name) }
  if (topicName === null) return { id, label: name, kind: 'Topic', address: pathOf('topics', name) }
  const address = pathOf('topics', topicName, 'subscriptions', name)
  return { id, label: `${name} of ${topicName}`, kind: 'Subscription', address }
}

/** The best `max` hits; none for no words. */
export function hitsOf(all: readonly Named[], words: string, max: number): readonly Named[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '')
  const [first] = wanted
  if (first === undefined) return []
  const rank = (label: string): number => (label.toLowerCase().startsWith(first) ? 0 : 1)
  return all
    .filter(({ label }) => wanted.every(word => label.toLowerCase().includes(word)))
    .sort((a, b) => rank(a.label) - rank(b.label) || a.label.length - b.label.length)
    .slice(0, max)
}
