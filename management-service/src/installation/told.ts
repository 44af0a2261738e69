// pure
/**
 * What the pages of all processes come to together, subscription by subscription.
 * Takes pages. Gives lags and troubles by id: several processes may read partitions of one subscription.
 */
import { circuits, type FiguresPage, type Trouble } from '@iris/common/metrics/figures'

/** Messages that wait, by id; who waits for nothing is not there. */
export function lagsOf(pages: readonly FiguresPage[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { lags } of pages) for (const [id, lag] of lags) sums.set(id, (sums.get(id) ?? 0) + lag)
  return sums
}

/** Who gets nowhere, by id; where several tell of one, the gravest circuit counts. */
export function troublesOf(pages: readonly FiguresPage[]): ReadonlyMap<string, Trouble> {
  const found = new Map<string, Trouble>()
  for (const { troubles } of pages)
    for (const trouble of troubles) {
      const known = found.get(trouble.id)
      if (known === undefined || grade(trouble) > grade(known)) found.set(trouble.id, trouble)
    }
  return found
}

function grade({ circuit }: Trouble): number {
  return circuits.indexOf(circuit)
}
