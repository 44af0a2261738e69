/**
 * A short hash that a record can carry.
 * Takes bytes or text. Gives the first 48 bits of its SHA-256 as a whole number.
 * Promises: a changed byte goes unseen once in 2^48.
 */
import { createHash } from 'node:crypto'

/** The fingerprint of `bytes`; 0 stands for "none" and is never given. */
export function fingerprint(bytes: Buffer | string): number {
  return createHash('sha256').update(bytes).digest().readUIntBE(0, 6) || 1
}
