// pure
/**
 * Signatures of deliveries, as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time and body.
 * Takes a subscription's keys once, then id, time and body of each attempt. Gives the three header lines;
 * every key signs, so that a receiver may change to a new one whenever it likes.
 */
import { createHmac } from 'node:crypto'
import { signingKeyOf, type Signing } from '@iris/common/domain/signing'

/** Gives lines: name, value, name, value. */
export type Sign = (id: string, timeMs: number, body: Buffer) => readonly string[]

const names = { id: 'webhook-id', time: 'webhook-timestamp', signature: 'webhook-signature' } as const

/** Of a signed delivery, lines that nobody else may set. */
export const signatureNames: ReadonlySet<string> = new Set(Object.values(names))

/** Prepares the keys. Null where nothing is signed. */
export function createSign(signing: Signing | null): Sign | null {
  const keys = (signing?.keys ?? []).map(signingKeyOf).filter(key => key !== null)
  if (keys.length === 0) return null
  return (id, timeMs, body) => {
    const time = String(Math.floor(timeMs / 1000))
    const signatures = keys.map(key => {
      const mac = createHmac('sha256', key).update(`${id}.${time}.`, 'utf8').update(body)
      return `v1,${mac.digest('base64')}`
    })
    return [names.id, id, names.time, time, names.signature, signatures.join(' ')]
  }
}
