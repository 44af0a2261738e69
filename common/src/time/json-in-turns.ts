// pure
/**
 * A JSON list as text, in turns.
 * Takes what it lists, made one by one as it is asked for. Gives the text. Promises: a pause after each
 * `sliceMax` of them, so that whoever has it done can let others in.
 */
import type { Work } from './turns.js'

/** A millisecond of work at most. */
export const sliceMax = 100

/** The list, `[…]`; what an item is must have a text in JSON. */
export function* jsonList(items: Iterable<unknown>): Work<string> {
  const slices: string[] = []
  let slice: unknown[] = []
  const closeSlice = (): void => {
    if (slice.length > 0) slices.push(JSON.stringify(slice).slice(1, -1))
    slice = []
  }
  for (const item of items) {
    if (slice.push(item) < sliceMax) continue
    closeSlice()
    yield
  }
  closeSlice()
  return `[${slices.join(',')}]`
}
