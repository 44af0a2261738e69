/**
 * Once, however often it is delivered: the id is kept in the same transaction as the effect.
 * Takes a store, an id and the work. Gives the work's result, or that it was done before.
 * Promises: the work takes effect at most once for an id, and its effect and the id together or neither.
 * Effects outside the transaction, such as a mail, are not covered.
 */

/** Where ids are kept; `Tx` is what the work gets to write with. */
export interface ProcessedStore<Tx> {
  /**
   * Begins a transaction, keeps the id in it, runs the work and commits; rolls all back when it rejects.
   * Runs nothing for an id that is there. Waits while another transaction has the same id open.
   */
  once<T>(id: string, work: (tx: Tx) => Promise<T>): Promise<Once<T>>
}

/** Whether the work ran now. */
export type Once<T> = { readonly isFirst: true; readonly result: T } | { readonly isFirst: false }

/** Runs `work` unless it was done for this id before. */
export function processedOnce<Tx, T>(
  store: ProcessedStore<Tx>,
  id: string,
  work: (tx: Tx) => Promise<T>,
): Promise<Once<T>> {
  if (id === '') return Promise.reject(new TypeError('a message without an id cannot be processed once'))
  return store.once(id, work)
}
