// pure
/**
 * Who publishes a topic, in words.
 * Takes what management tells. Gives what stands in cells and below them.
 */
import type { ReadOf } from '../../api/client.js'
import { countOf, many } from '../../ui/words.js'

export type Told = ReadOf<'/topics/{topic}/publishers'>
export type Publisher = Told['publishers'][number]
type Identity = Pick<Publisher, 'name' | 'proven' | 'network' | 'client'>

/** Its name, which may be no more than said, or the network that stands for it. */
export function whoOf({ name, proven, network }: Pick<Publisher, 'name' | 'proven' | 'network'>): string {
  if (name === null) return network ?? 'unknown address'
  return proven ? name : `says to be ${name}`
}

/** Differs for each publisher of an answer. */
export function keyOf({ name, proven, network, client }: Identity): string {
  return JSON.stringify([name, proven, network, client])
}

/** What became of the messages of those for whom there is no row; null where there are none. */
export function othersOf({ others }: Pick<Told, 'others'>): string | null {
  if (others === null) return null
  const { accepted, refused } = others
  return `Of others, not listed: ${many(accepted, 'message')} accepted, ${countOf(refused)} refused.`
}
