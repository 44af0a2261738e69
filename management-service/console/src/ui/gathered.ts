// pure
/**
 * Items gathered by what they have in common.
 * Takes items and a key of each. Gives the items of each key, keys in the order in which they came.
 */

/** Gathers them. */
export function gathered<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
