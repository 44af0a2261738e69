// pure
/**
 * Where messages of a key lie.
 * Takes a key and the partitions of its topic. Gives groups of partitions, those that a message of the key
 * goes to now first: where partitions were added since, older messages of the key lie where fewer partitions
 * would have put them, and are all older.
 */
import { indexOfKey } from '@iris/common/kafka/partitioner'

/** Publishers write a key into their header in UTF-8 or, as browsers do, in Latin-1. */
export function keyBytes(key: string): readonly Buffer[] {
  const [utf8, latin1] = [Buffer.from(key, 'utf8'), Buffer.from(key, 'latin1')]
  return utf8.equals(latin1) ? [utf8] : [utf8, latin1]
}

/** The groups, in the order in which to go back. */
export function stagesOf(key: string, partitions: readonly number[]): readonly (readonly number[])[] {
  const keys = keyBytes(key)
  const homesAmong = (count: number): readonly number[] =>
    keys.flatMap(each => partitions[indexOfKey(each, count)] ?? [])
  const homes = [...new Set(homesAmong(partitions.length))]
  const former = new Set<number>()
  for (let count = 1; count < partitions.length; count++)
    for (const partition of homesAmong(count)) if (!homes.includes(partition)) former.add(partition)
  return former.size === 0 ? [homes] : [homes, [...former].sort((one, other) => one - other)]
}
