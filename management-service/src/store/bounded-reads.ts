/**
 * Many reads of storage, a bounded number at a time.
 * Takes items and a read. Gives the results in the order of the items, null for a node that cannot be
 * understood: one broken node must not hide the others.
 */
import { HermesError } from '@iris/common/errors/hermes-error'

/** Reads under way at a time: enough to hide a round trip, few enough to leave room for others. */
const readsMax = 32

/** Reads for each item. The first failure of storage ends it. */
export async function forEachOf<T, R>(
  items: readonly T[],
  read: (item: T) => Promise<R>,
): Promise<(R | null)[]> {
  const results: (R | null)[] = items.map(() => null)
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await readable(read(items[index] as T))
    }
  }
  await Promise.all(Array.from({ length: Math.min(readsMax, items.length) }, work))
  return results
}

/** Null for a node that cannot be understood. */
export async function readable<R>(reading: Promise<R>): Promise<R | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof HermesError && error.code === 'INTERNAL_ERROR') return null
    throw error
  }
}
