/**
 * One at a time for each key.
 * Takes a key and work. Gives the work's result. Promises: work of one key runs in the order of the calls;
 * a key that nobody waits for costs nothing. Bound: as many waiting calls as the caller makes.
 */

/** Runs the work after all earlier work of the key, whatever became of that. */
export type Serial = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** Makes the turns of one store. */
export function createSerial(): Serial {
  const tails = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve()
    const turn = before.then(work, work)
    const tail = turn.catch(() => undefined)
    tails.set(key, tail)
    try {
      return await turn
    } finally {
      if (tails.get(key) === tail) tails.delete(key)
    }
  }
}
