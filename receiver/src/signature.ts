// pure
/**
 * The signature of a delivery, as Standard Webhooks 1.0 has it: HMAC-SHA256 over id, time and raw body.
 * Takes the keys once, then three header values, the bytes of the body and the time. Gives null or what is
 * wrong. Promises: compares in constant time; any of several keys will do, so that keys can change.
 * Refuses at once what is no key.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** The three headers of a signed delivery; null for one that is missing. */
export interface SignatureHeaders {
  readonly id: string | null
  /** Seconds since the epoch, as text. */
  readonly timestamp: string | null
  /** `v1,<base64>`, several with a blank between. */
  readonly signature: string | null
}

/** Why a signature does not count. */
export type SignatureProblem = 'unsigned' | 'signature is wrong' | 'timestamp is too old or too new'

/** Gives null when one of the keys has signed these very bytes a moment ago. */
export type Verify = (headers: SignatureHeaders, body: Uint8Array, nowMs: number) => SignatureProblem | null

/** Five minutes, as the standard recommends. */
const toleranceSecondsDefault = 300

/** A sender has at most a few keys; who sends more signatures wants us to compute. */
const signaturesMax = 16
const keysMax = 16
const keyBytes = { min: 24, max: 64 } as const

/** Prepares the keys (`whsec_…`). Throws with the position of what is no key, never with the key itself. */
export function createVerify(keys: readonly string[], toleranceSeconds = toleranceSecondsDefault): Verify {
  if (keys.length === 0 || keys.length > keysMax) throw new TypeError(`keys: 1 to ${keysMax} are needed`)
  const secrets = keys.map(bytesOfKey)
  return ({ id, timestamp, signature }, body, nowMs) => {
    if (id === null || timestamp === null || signature === null) return 'unsigned'
    const signatures = signature.split(' ', signaturesMax)
    const isSigned = secrets
      .map(secret => macOf(secret, `${id}.${timestamp}.`, body))
      .some(mac => signatures.some(each => isEqual(each, mac)))
    if (!isSigned) return 'signature is wrong'
    const ageSeconds = Math.floor(nowMs / 1000) - Number(timestamp)
    // Written so that what is no number is refused too.
    return Math.abs(ageSeconds) <= toleranceSeconds ? null : 'timestamp is too old or too new'
  }
}

function bytesOfKey(key: string, index: number): Buffer {
  const encoded = key.startsWith('whsec_') ? key.slice('whsec_'.length) : ''
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)
  const bytes = Buffer.from(isBase64 ? encoded : '', 'base64')
  if (bytes.length >= keyBytes.min && bytes.length <= keyBytes.max) return bytes
  throw new TypeError(
    `keys[${index}] must be whsec_ and ${keyBytes.min} to ${keyBytes.max} bytes as base64, as Iris gave it`,
  )
}

function macOf(secret: Buffer, head: string, body: Uint8Array): Buffer {
  const mac = createHmac('sha256', secret).update(head, 'utf8').update(body).digest('base64')
  return Buffer.from(`v1,${mac}`, 'latin1')
}

function isEqual(signature: string, mac: Buffer): boolean {
  const bytes = Buffer.from(signature, 'utf8')
  return bytes.length === mac.length && timingSafeEqual(bytes, mac)
}
