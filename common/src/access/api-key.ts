/**
 * API keys as text, and what is kept of them.
 * Gives new keys, and the hash by which a key is found. Promises: the text of a key is never kept. A key
 * holds 256 random bits, so that its hash needs neither salt nor slowness, and finding it in a map tells
 * nothing by the time that it takes.
 */
import { createHash, randomBytes } from 'node:crypto'

/** What every key begins with, so that scanners of repositories and logs can find lost ones. */
export const keyPrefix = 'iris_'

const keyPattern = /^iris_[A-Za-z0-9_-]{43}$/
const secretBytes = 32
const labelLetters = 8

/** A new key. Nobody but who asked for it ever sees it. */
export function newApiKey(): string {
  return keyPrefix + randomBytes(secretBytes).toString('base64url')
}

/** Whether a text may be a key. */
export function looksLikeApiKey(text: string): boolean {
  return keyPattern.test(text)
}

/** SHA-256 in hex. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex')
}

/** Tells the secrets of a key apart without telling anything of them. */
export function labelOf(hash: string): string {
  return hash.slice(0, labelLetters)
}
