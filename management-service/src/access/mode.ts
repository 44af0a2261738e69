// pure
/**
 * Whether changes are taken: the read-only modes of Hermes.
 * Takes words of admins and of ZooKeeper's health. Gives the mode. Promises: read-only by an admin stays
 * until an admin ends it; read-only because ZooKeeper did not answer ends when it does. Each process has its
 * own, and none outlives it, as in Hermes.
 */

export const modes = ['readWrite', 'readOnly', 'readOnlyAdmin'] as const
export type Mode = (typeof modes)[number]

export interface ModeHolder {
  mode(): Mode
  /** An admin sets it. */
  set(mode: 'readWrite' | 'readOnlyAdmin'): void
  /** Whether ZooKeeper has answered the last question about its health. */
  storageAnswered(hasAnswered: boolean): void
}

/** Starts read-only, until ZooKeeper has answered. */
export function createMode(): ModeHolder {
  let mode: Mode = 'readOnly'
  return {
    mode: () => mode,
    set: to => void (mode = to),
    storageAnswered(hasAnswered) {
      if (mode !== 'readOnlyAdmin') mode = hasAnswered ? 'readWrite' : 'readOnly'
    },
  }
}

/** What goes on in a read-only mode, whoever asks: reading, questions, and the mode itself. */
export function passesReadOnly(method: string, path: string): boolean {
  if (method === 'GET' || method === 'HEAD') return true
  if (path.startsWith('/query') || path.startsWith('/mode')) return true
  return path.startsWith('/topics') && /query\/?$/.test(path)
}
