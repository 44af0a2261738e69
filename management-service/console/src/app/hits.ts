// pure
/**
 * Which names a search finds.
 * Takes names and words. Gives those that hold every word, whatever its case: what begins with the first word
 * comes first, then the shorter one.
 */

/** Something that can be found and gone to. */
export interface Named {
  readonly id: string
  readonly label: string
  readonly kind: 'Page' | 'Topic' | 'Subscription'
  /** Of its page, below `/ui`. */
  readonly address: string
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
