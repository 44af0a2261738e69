// pure
/**
 * Names that a person may have meant.
 * Takes names and one that is none of them. Gives those most alike: by how many pairs of neighbouring letters
 * they share (Dice's coefficient), whatever their case. Bound: `max` names, none that is hardly alike.
 */

const alikeMin = 0.35

/** The names, the most alike first. */
export function nearestTo(wanted: string, names: readonly string[], max: number): readonly string[] {
  const pairs = pairsOf(wanted)
  return names
    .map(name => ({ name, alike: alikeness(pairs, pairsOf(name)) }))
    .filter(({ alike }) => alike >= alikeMin)
    .sort((a, b) => b.alike - a.alike || a.name.localeCompare(b.name))
    .slice(0, max)
    .map(({ name }) => name)
}

function alikeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0
  for (const pair of one) if (other.has(pair)) shared++
  return one.size + other.size === 0 ? 0 : (2 * shared) / (one.size + other.size)
}

/** The ends count as letters, so that a single letter is something, and a first one more than another. */
function pairsOf(text: string): ReadonlySet<string> {
  const letters = ` ${text.toLowerCase()} `
  return new Set(Array.from({ length: letters.length - 1 }, (_, at) => letters.slice(at, at + 2)))
}
