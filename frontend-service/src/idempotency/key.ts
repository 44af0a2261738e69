// pure
/**
 * The header `Idempotency-Key` and what is derived from it.
 * Takes header lines and a message. Gives the key or the rule it breaks, its digest, its shard, and the
 * fingerprint that tells one message from another. Nothing but digests is stored, so a key stays a secret.
 */
import { createHash } from 'node:crypto'
import type { SentHeaders } from '../publish/origin.js'

export const idempotencyHeader = 'idempotency-key'

/** Letters of a key, without its quotes. */
export const keyLettersMax = 255

/** Keys are spread over so many shards, each the business of one frontend at a time. */
export const shardCount = 64

export type ReadKey =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'wrong'; readonly problem: string }

const quoted = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/
const bare = /^[\x21\x23-\x2b\x2d-\x7e]+$/

/**
 * Reads a header value: a string in quotes as the draft wants it, or the same letters without quotes as many
 * clients send it. Both spellings of a key are the same key.
 */
export function readKey(value: string): ReadKey {
  const text = value.trim()
  const inside = quoted.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1')
  const key = inside ?? (bare.test(text) ? text : null)
  if (key === null)
    return wrong('one string of printable ASCII letters in double quotes, such as "8e03978e-40d5"')
  if (key.length === 0) return wrong('not empty')
  if (key.length > keyLettersMax) return wrong(`at most ${keyLettersMax} letters long, not ${key.length}`)
  return { kind: 'key', key }
}

function wrong(rule: string): ReadKey {
  return { kind: 'wrong', problem: `Idempotency-Key must be ${rule}` }
}

/** What stands for a key of a topic; the same key of another topic is another key. */
export function keyDigest(topicName: string, key: string): string {
  return createHash('sha256').update(topicName).update('\n').update(key, 'latin1').digest('base64url')
}

/** The shard of a digest: 0 to 63. */
export function shardOf(digest: string): number {
  return (Buffer.from(digest.slice(0, 4), 'base64url')[0] ?? 0) % shardCount
}

/** Headers that are part of a message, beside those of CloudEvents. */
const messageHeaders = ['content-type', 'partition-key', 'deliver-at', 'deliver-after']
const cloudEventPrefix = 'ce-'
const fingerprintLetters = 22

/** Equal for equal messages: topic, body, and the headers that make the message. 132 bits of SHA-256. */
export function fingerprintOf(topicName: string, sent: SentHeaders, body: Buffer): string {
  const hash = createHash('sha256').update(topicName)
  const names = Object.keys(sent.headers).filter(name => name.startsWith(cloudEventPrefix))
  for (const name of [...messageHeaders, ...names.sort()]) {
    const value = sent.headers[name]
    if (value !== undefined) hash.update(`\n${name}:${String(value)}`, 'latin1')
  }
  return hash.update('\n\n').update(body).digest('base64url').slice(0, fingerprintLetters)
}
